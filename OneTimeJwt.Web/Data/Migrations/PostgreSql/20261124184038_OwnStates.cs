using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class OwnStates : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "AboutId",
                table: "RecoveryOutbox",
                type: "character varying(450)",
                maxLength: 450,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RecoveryAccounts",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "character varying(450)", maxLength: 450, nullable: false),
                    PendingAddress = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    TrustedAddress = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    TrustedUntil = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    TimesSecured = table.Column<int>(type: "integer", nullable: false),
                    Version = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryAccounts", x => x.AccountId);
                    table.ForeignKey(
                        name: "FK_RecoveryAccounts_AspNetUsers_AccountId",
                        column: x => x.AccountId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecoveryAccounts");

            migrationBuilder.DropColumn(
                name: "AboutId",
                table: "RecoveryOutbox");
        }
    }
}
