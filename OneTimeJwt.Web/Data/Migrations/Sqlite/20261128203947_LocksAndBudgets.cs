using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LocksAndBudgets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "SecuredLock",
                table: "RecoveryAccounts",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_AddressHash_At",
                table: "RecoveryTrail",
                columns: new[] { "AddressHash", "At" });

            // Locks of "this wasn't me" that were known by their date until now.
            migrationBuilder.Sql("""
                UPDATE "RecoveryAccounts"
                SET "SecuredLock" = (SELECT u."LockoutEnd" FROM "AspNetUsers" AS u WHERE u."Id" = "RecoveryAccounts"."AccountId")
                WHERE "TimesSecured" > 0 AND EXISTS (
                    SELECT 1 FROM "AspNetUsers" AS u
                    WHERE u."Id" = "RecoveryAccounts"."AccountId" AND u."LockoutEnd" >= '9999-01-01' AND u."LockoutEnd" < '9999-01-02')
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_RecoveryTrail_AddressHash_At",
                table: "RecoveryTrail");

            migrationBuilder.DropColumn(
                name: "SecuredLock",
                table: "RecoveryAccounts");
        }
    }
}
