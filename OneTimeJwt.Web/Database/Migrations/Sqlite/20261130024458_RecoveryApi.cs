using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RecoveryApi : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RecoveryActAnswers",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Request = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Result = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Message = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    EventId = table.Column<Guid>(type: "TEXT", nullable: false),
                    At = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryActAnswers", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryApiKeys",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Role = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Networks = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    MadeBy = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    MadeByName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    MadeAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    ExpiresAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    RevokedAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    LastUsedAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryApiKeys", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryActAnswers_At",
                table: "RecoveryActAnswers",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryApiKeys_Hash",
                table: "RecoveryApiKeys",
                column: "Hash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecoveryActAnswers");

            migrationBuilder.DropTable(
                name: "RecoveryApiKeys");
        }
    }
}
