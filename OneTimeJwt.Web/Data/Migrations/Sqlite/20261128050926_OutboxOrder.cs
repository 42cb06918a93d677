using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class OutboxOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_DueAt",
                table: "RecoveryOutbox");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_RefusedAt_RequestedAt",
                table: "RecoveryOutbox");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_DueAt",
                table: "RecoveryOutbox",
                column: "DueAt",
                filter: "\"RefusedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_RefusedAt",
                table: "RecoveryOutbox",
                column: "RefusedAt",
                filter: "\"RefusedAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_RequestedAt",
                table: "RecoveryOutbox",
                column: "RequestedAt",
                filter: "\"RefusedAt\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_DueAt",
                table: "RecoveryOutbox");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_RefusedAt",
                table: "RecoveryOutbox");

            migrationBuilder.DropIndex(
                name: "IX_RecoveryOutbox_RequestedAt",
                table: "RecoveryOutbox");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_DueAt",
                table: "RecoveryOutbox",
                column: "DueAt");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_RefusedAt_RequestedAt",
                table: "RecoveryOutbox",
                columns: new[] { "RefusedAt", "RequestedAt" });
        }
    }
}
