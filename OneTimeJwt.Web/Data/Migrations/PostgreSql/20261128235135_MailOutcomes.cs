using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.PostgreSql
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
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "UnansweredAt",
                table: "RecoveryOutbox",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Culture",
                table: "RecoveryAccounts",
                type: "character varying(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Zone",
                table: "RecoveryAccounts",
                type: "character varying(64)",
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
