using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Database.Migrations.SqlServer
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
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Request = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Result = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false),
                    Message = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    EventId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryActAnswers", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryApiKeys",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    Hash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Role = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false),
                    Networks = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true),
                    MadeBy = table.Column<string>(type: "nvarchar(450)", maxLength: 450, nullable: false),
                    MadeByName = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: true),
                    MadeAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    RevokedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    LastUsedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
