namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static HostShape[] GuidKeys =>
    [
        new("GUIDs (Piranha)")
        {
            Key = typeof(Guid),
            Change = (tables, _) => tables.Name("Piranha_{0}"),
            Proposed = [.. Tables("Piranha_{0}"), $"{Setting}KeyType=Guid"],
        },
        new("GUIDs, unique addresses, lock-outs as numbers on SQLite (bitplatform)")
        {
            Key = typeof(Guid),
            Change = (tables, provider) =>
            {
                tables.Name("{0}");
                var filter = provider == DatabaseProvider.PostgreSql ? null : "\"Email\" IS NOT NULL";
                tables.Users.Unique("IX_Users_Email", ["Email"], filter);
                if (provider == DatabaseProvider.Sqlite)
                    tables.Users.Retype("LockoutEnd", "INTEGER");
                tables.Users.Add("EmailTokenRequestedOn moment").Add("ResetPasswordTokenRequestedOn moment");
            },
            Proposed = [.. Tables("{0}"), $"{Setting}KeyType=Guid"],
        },
        new("GUIDs, neither lock-outs nor telephones (SS14)")
        {
            Key = typeof(Guid),
            Change = (tables, _) =>
                tables.Users
                    .Drop("LockoutEnd", "LockoutEnabled", "AccessFailedCount", "PhoneNumber", "PhoneNumberConfirmed")
                    .Add("AdminLocked flag NOT NULL", false)
                    .Add("AdminNotes text NOT NULL", "")
                    .Add("CreatedTime moment NOT NULL", Moment),
            Disabled = new() { ["AdminLocked"] = true },
            Proposed = [$"{Setting}KeyType=Guid"],
            Chosen = [$"{Setting}Active__0=AdminLocked = false"],
        },
        new("GUIDs, addresses that must be there, short columns (ABP)")
        {
            Key = typeof(Guid),
            Change = (tables, _) =>
            {
                tables.Name("Abp{0}");
                foreach (var name in new[] { "UserName", "NormalizedUserName", "Email", "NormalizedEmail" })
                    tables.Users.Retype(name, "text(256) NOT NULL");
                tables.Users.Indexes.Clear();
                tables.Users
                    .Retype("PasswordHash", "text(256)")
                    .Retype("SecurityStamp", "text(256) NOT NULL")
                    .Retype("ConcurrencyStamp", "text(40) NOT NULL")
                    .Retype("PhoneNumber", "text(16)")
                    .Add("TenantId guid")
                    .Add("IsActive flag NOT NULL DEFAULT true", true)
                    .Add("IsDeleted flag NOT NULL DEFAULT false", false)
                    .Add("ExtraProperties text NOT NULL", "{}")
                    .Add("CreationTime localmoment NOT NULL", Day)
                    .Add("EntityVersion int NOT NULL", 0)
                    .Index("IX_AbpUsers_NormalizedEmail", "NormalizedEmail")
                    .Index("IX_AbpUsers_NormalizedUserName", "NormalizedUserName");
                tables["UserClaims"].Retype("Id", "guid NOT NULL").Add("TenantId guid");
                tables["RoleClaims"].Retype("Id", "guid NOT NULL").Add("TenantId guid");
                tables["UserLogins"].Retype("LoginProvider", "text(64) NOT NULL").Retype("ProviderKey", "text(196) NOT NULL");
                tables["UserLogins"].Key = ["UserId", "LoginProvider"];
                tables["UserTokens"].Retype("LoginProvider", "text(64) NOT NULL").Retype("Name", "text(128) NOT NULL");
            },
            Disabled = new() { ["IsActive"] = false },
            Twin = new() { ["IsDeleted"] = true },
            Proposed = [.. Tables("Abp{0}"), $"{Setting}KeyType=Guid"],
            Chosen = [$"{Setting}Active__0=IsActive = true", $"{Setting}Active__1=IsDeleted = false"],
        },
    ];
}
