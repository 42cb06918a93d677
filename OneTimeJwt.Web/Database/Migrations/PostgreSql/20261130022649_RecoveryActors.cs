using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OneTimeJwt.Web.Database.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class RecoveryActors : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ActorName",
                table: "RecoveryTrail",
                type: "character varying(256)",
                maxLength: 256,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "RequestedByName",
                table: "RecoveryOutbox",
                type: "character varying(256)",
                maxLength: 256,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "StartedByName",
                table: "RecoveryCampaigns",
                type: "character varying(256)",
                maxLength: 256,
                nullable: true);

            migrationBuilder.InsertData(
                table: "RecoveryRoles",
                columns: new[] { "Role", "Version" },
                values: new object[] { "Auditor", new Guid("00000000-0000-0000-0000-000000000000") });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DeleteData(
                table: "RecoveryRoles",
                keyColumn: "Role",
                keyValue: "Auditor");

            migrationBuilder.DropColumn(
                name: "ActorName",
                table: "RecoveryTrail");

            migrationBuilder.DropColumn(
                name: "RequestedByName",
                table: "RecoveryOutbox");

            migrationBuilder.DropColumn(
                name: "StartedByName",
                table: "RecoveryCampaigns");
        }
    }
}
