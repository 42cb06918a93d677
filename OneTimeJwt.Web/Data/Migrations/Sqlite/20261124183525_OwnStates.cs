using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.Sqlite
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
                type: "TEXT",
                maxLength: 450,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RecoveryAccounts",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    PendingAddress = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    TrustedAddress = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    TrustedUntil = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    TimesSecured = table.Column<int>(type: "INTEGER", nullable: false),
                    Version = table.Column<Guid>(type: "TEXT", nullable: false)
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
