using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class MailOutcomes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "MailId",
                table: "RecoveryTrail",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "UnansweredAt",
                table: "RecoveryOutbox",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Culture",
                table: "RecoveryAccounts",
                type: "nvarchar(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Zone",
                table: "RecoveryAccounts",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_MailId",
                table: "RecoveryTrail",
                column: "MailId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_RecoveryTrail_MailId",
                table: "RecoveryTrail");

            migrationBuilder.DropColumn(
                name: "MailId",
                table: "RecoveryTrail");

            migrationBuilder.DropColumn(
                name: "UnansweredAt",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "Culture",
                table: "RecoveryAccounts");

            migrationBuilder.DropColumn(
                name: "Zone",
                table: "RecoveryAccounts");
        }
    }
}
