using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Database.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class RecoveryOidc : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RecoveryOidcLogouts",
                columns: table => new
                {
                    TokenHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Person = table.Column<string>(type: "nvarchar(450)", maxLength: 450, nullable: true),
                    SidHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true),
                    IssuedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ReceivedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryOidcLogouts", x => x.TokenHash);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryOidcSessions",
                columns: table => new
                {
                    IdHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Person = table.Column<string>(type: "nvarchar(450)", maxLength: 450, nullable: false),
                    Name = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    Role = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: true),
                    SidHash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true),
                    IssuedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    AskAgainAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    EndedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryOidcSessions", x => x.IdHash);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOidcLogouts_ReceivedAt",
                table: "RecoveryOidcLogouts",
                column: "ReceivedAt");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOidcSessions_AskAgainAt",
                table: "RecoveryOidcSessions",
                column: "AskAgainAt");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOidcSessions_Person",
                table: "RecoveryOidcSessions",
                column: "Person");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecoveryOidcLogouts");

            migrationBuilder.DropTable(
                name: "RecoveryOidcSessions");
        }
    }
}
