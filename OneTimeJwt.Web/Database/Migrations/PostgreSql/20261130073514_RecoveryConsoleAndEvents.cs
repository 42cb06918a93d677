using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace OneTimeJwt.Web.Database.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class RecoveryConsoleAndEvents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Doubled",
                table: "RecoveryCampaigns",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "GatheredAt",
                table: "RecoveryCampaigns",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Lines",
                table: "RecoveryCampaigns",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "LinesRead",
                table: "RecoveryCampaigns",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "SeveralAccounts",
                table: "RecoveryCampaigns",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "RecoveryCampaignLines",
                columns: table => new
                {
                    CampaignId = table.Column<Guid>(type: "uuid", nullable: false),
                    Line = table.Column<int>(type: "integer", nullable: false),
                    Outcome = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryCampaignLines", x => new { x.CampaignId, x.Line });
                });

            migrationBuilder.CreateTable(
                name: "RecoverySavedFilters",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Owner = table.Column<string>(type: "character varying(450)", maxLength: 450, nullable: false),
                    Page = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Query = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    SavedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoverySavedFilters", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecoverySavedFilters_Owner_Page",
                table: "RecoverySavedFilters",
                columns: new[] { "Owner", "Page" });

            migrationBuilder.CreateTable(
                name: "RecoveryEventDeliveries",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    EventId = table.Column<Guid>(type: "uuid", nullable: false),
                    Destination = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    AccountId = table.Column<string>(type: "character varying(450)", maxLength: 450, nullable: true),
                    WrittenAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    DueAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    LeasedUntil = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Lease = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryEventDeliveries", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryEventDeliveries_Destination_AccountId_Id",
                table: "RecoveryEventDeliveries",
                columns: new[] { "Destination", "AccountId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryEventDeliveries_Destination_DueAt",
                table: "RecoveryEventDeliveries",
                columns: new[] { "Destination", "DueAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecoveryEventDeliveries");

            migrationBuilder.DropTable(
                name: "RecoveryCampaignLines");

            migrationBuilder.DropTable(
                name: "RecoverySavedFilters");

            migrationBuilder.DropColumn(
                name: "Doubled",
                table: "RecoveryCampaigns");

            migrationBuilder.DropColumn(
                name: "GatheredAt",
                table: "RecoveryCampaigns");

            migrationBuilder.DropColumn(
                name: "Lines",
                table: "RecoveryCampaigns");

            migrationBuilder.DropColumn(
                name: "LinesRead",
                table: "RecoveryCampaigns");

            migrationBuilder.DropColumn(
                name: "SeveralAccounts",
                table: "RecoveryCampaigns");
        }
    }
}
