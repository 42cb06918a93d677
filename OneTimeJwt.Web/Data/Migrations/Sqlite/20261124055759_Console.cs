using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Console : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "CampaignId",
                table: "RecoveryTrail",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Reason",
                table: "RecoveryTrail",
                type: "TEXT",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "CampaignId",
                table: "RecoveryOutbox",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RecoveryCampaignAccounts",
                columns: table => new
                {
                    CampaignId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryCampaignAccounts", x => new { x.CampaignId, x.Position });
                });

            migrationBuilder.CreateTable(
                name: "RecoveryCampaigns",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    RequiresReset = table.Column<bool>(type: "INTEGER", nullable: false),
                    Accounts = table.Column<int>(type: "INTEGER", nullable: false),
                    Released = table.Column<int>(type: "INTEGER", nullable: false),
                    Rate = table.Column<int>(type: "INTEGER", nullable: false),
                    Chosen = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Unmatched = table.Column<int>(type: "INTEGER", nullable: false),
                    UnmatchedLines = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    StartedBy = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    Client = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    CreatedAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    ReleasedAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    Version = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryCampaigns", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_Actor_At",
                table: "RecoveryTrail",
                columns: new[] { "Actor", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_CampaignId_Kind",
                table: "RecoveryTrail",
                columns: new[] { "CampaignId", "Kind" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_Kind_At",
                table: "RecoveryTrail",
                columns: new[] { "Kind", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_CampaignId",
                table: "RecoveryOutbox",
                column: "CampaignId");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryCampaignAccounts_CampaignId_AccountId",
                table: "RecoveryCampaignAccounts",
                columns: new[] { "CampaignId", "AccountId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryCampaigns_State",
                table: "RecoveryCampaigns",
                column: "State");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecoveryCampaignAccounts");

            migrationBuilder.DropTable(
                name: "RecoveryCampaigns");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryTrail_Actor_At",
                table: "RecoveryTrail");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryTrail_CampaignId_Kind",
                table: "RecoveryTrail");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryTrail_Kind_At",
                table: "RecoveryTrail");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_CampaignId",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "CampaignId",
                table: "RecoveryTrail");

            migrationBuilder.DropColumn(
                name: "Reason",
                table: "RecoveryTrail");

            migrationBuilder.DropColumn(
                name: "CampaignId",
                table: "RecoveryOutbox");
        }
    }
}
