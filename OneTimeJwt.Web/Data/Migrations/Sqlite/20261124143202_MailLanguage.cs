using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class MailLanguage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Culture",
                table: "RecoveryOutbox",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Zone",
                table: "RecoveryOutbox",
                type: "TEXT",
                maxLength: 64,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Culture",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "Zone",
                table: "RecoveryOutbox");
        }
    }
}
