using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RecoveryEventDeliveries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RecoveryEventDeliveries",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    EventId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Destination = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: true),
                    WrittenAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    DueAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    LeasedUntil = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    Lease = table.Column<Guid>(type: "TEXT", nullable: false)
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
        }
    }
}
