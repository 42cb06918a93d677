using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class MailThatArrives : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Cause",
                table: "RecoveryOutbox",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "RefusedAt",
                table: "RecoveryOutbox",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TriedAgainAt",
                table: "RecoveryOutbox",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_AccountId",
                table: "RecoveryOutbox",
                column: "AccountId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_AccountId",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "Cause",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "RefusedAt",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "TriedAgainAt",
                table: "RecoveryOutbox");
        }
    }
}
