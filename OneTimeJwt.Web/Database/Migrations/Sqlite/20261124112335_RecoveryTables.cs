using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace OneTimeJwt.Web.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RecoveryTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RecoveryAccounts",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    PendingAddress = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    TrustedAddress = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    TrustedUntil = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    TimesSecured = table.Column<int>(type: "INTEGER", nullable: false),
                    SecuredLock = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    Culture = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    Zone = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    Version = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryAccounts", x => x.AccountId);
                });

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

            migrationBuilder.CreateTable(
                name: "RecoveryKeyRing",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    FriendlyName = table.Column<string>(type: "TEXT", nullable: true),
                    Xml = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryKeyRing", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryOutbox",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: true),
                    TypedAddress = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    RequestedBy = table.Column<string>(type: "TEXT", maxLength: 450, nullable: true),
                    AboutId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: true),
                    Client = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    CampaignId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Culture = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    Zone = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    RequestedAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    DueAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    LeasedUntil = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    Lease = table.Column<Guid>(type: "TEXT", nullable: false),
                    Cause = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    UnansweredAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    RefusedAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    TriedAgainAt = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryOutbox", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryPasskeys",
                columns: table => new
                {
                    CredentialId = table.Column<byte[]>(type: "BLOB", maxLength: 1024, nullable: false),
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    Data = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryPasskeys", x => x.CredentialId);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryRoles",
                columns: table => new
                {
                    Role = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Version = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryRoles", x => x.Role);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryTrail",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    At = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: true),
                    AddressHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    Nonce = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    Actor = table.Column<string>(type: "TEXT", maxLength: 450, nullable: true),
                    Client = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    Detail = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    CampaignId = table.Column<Guid>(type: "TEXT", nullable: true),
                    MailId = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryTrail", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RecoveryRoleMembers",
                columns: table => new
                {
                    AccountId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    Role = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryRoleMembers", x => new { x.AccountId, x.Role });
                    table.ForeignKey(
                        name: "FK_RecoveryRoleMembers_RecoveryRoles_Role",
                        column: x => x.Role,
                        principalTable: "RecoveryRoles",
                        principalColumn: "Role",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "RecoveryRoles",
                columns: new[] { "Role", "Version" },
                values: new object[,]
                {
                    { "Admin", new Guid("00000000-0000-0000-0000-000000000000") },
                    { "Support", new Guid("00000000-0000-0000-0000-000000000000") }
                });

            // For a database whose Identity has no such table: none of the model's where it has.
            migrationBuilder.CreateTable(
                name: "RecoveryUserTokens",
                columns: table => new
                {
                    UserId = table.Column<string>(type: "TEXT", maxLength: 450, nullable: false),
                    LoginProvider = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecoveryUserTokens", x => new { x.UserId, x.LoginProvider, x.Name });
                });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryCampaignAccounts_CampaignId_AccountId",
                table: "RecoveryCampaignAccounts",
                columns: new[] { "CampaignId", "AccountId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryCampaigns_State",
                table: "RecoveryCampaigns",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_AccountId",
                table: "RecoveryOutbox",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryOutbox_CampaignId",
                table: "RecoveryOutbox",
                column: "CampaignId");

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

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryPasskeys_UserId",
                table: "RecoveryPasskeys",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryRoleMembers_Role",
                table: "RecoveryRoleMembers",
                column: "Role");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_AccountId_At",
                table: "RecoveryTrail",
                columns: new[] { "AccountId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_Actor_At",
                table: "RecoveryTrail",
                columns: new[] { "Actor", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_AddressHash_At",
                table: "RecoveryTrail",
                columns: new[] { "AddressHash", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_At",
                table: "RecoveryTrail",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_CampaignId_Kind",
                table: "RecoveryTrail",
                columns: new[] { "CampaignId", "Kind" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_Kind_At",
                table: "RecoveryTrail",
                columns: new[] { "Kind", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_MailId",
                table: "RecoveryTrail",
                column: "MailId");

            migrationBuilder.CreateIndex(
                name: "IX_RecoveryTrail_Nonce",
                table: "RecoveryTrail",
                column: "Nonce");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RecoveryAccounts");

            migrationBuilder.DropTable(
                name: "RecoveryCampaignAccounts");

            migrationBuilder.DropTable(
                name: "RecoveryCampaigns");

            migrationBuilder.DropTable(
                name: "RecoveryKeyRing");

            migrationBuilder.DropTable(
                name: "RecoveryOutbox");

            migrationBuilder.DropTable(
                name: "RecoveryPasskeys");

            migrationBuilder.DropTable(
                name: "RecoveryRoleMembers");

            migrationBuilder.DropTable(
                name: "RecoveryTrail");

            migrationBuilder.DropTable(
                name: "RecoveryRoles");

            migrationBuilder.DropTable(
                name: "RecoveryUserTokens");
        }
    }
}
