namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static HostShape[] OtherNames =>
    [
        new("tables without a prefix (skoruba)")
        {
            Change = (tables, _) => tables.Name("{0}"),
            Proposed = Tables("{0}"),
        },
        new("a schema with default names")
        {
            On = [DatabaseProvider.PostgreSql, DatabaseProvider.SqlServer],
            Schema = "identity",
            Proposed = [$"{Setting}Schema=identity"],
        },
        new("a schema, and a tenant in each table (FSH)")
        {
            On = [DatabaseProvider.PostgreSql, DatabaseProvider.SqlServer],
            Schema = "identity",
            Change = (tables, _) =>
            {
                tables.Name("{0}");
                tables.Users
                    .Add("IsActive flag NOT NULL", true)
                    .Add("LastPasswordChangeDate localmoment NOT NULL", Day)
                    .Add("RefreshTokenExpiryTime localmoment NOT NULL", Day)
                    .Add("RefreshToken text", "refresh");
                tables.AddToAll("TenantId text(64) NOT NULL", "acme");
                tables.Users.Unique("UserNameIndex", ["NormalizedUserName", "TenantId"]);
            },
            Disabled = new() { ["IsActive"] = false },
            OtherTenant = new() { ["TenantId"] = "globex" },
            Proposed = [$"{Setting}Schema=identity", .. Tables("{0}")],
            Chosen =
            [
                $"{Setting}Active__0=IsActive = true",
                $"{Setting}Tenant__Column=TenantId",
                $"{Setting}Tenant__Value=acme",
                $"{Setting}ClearOnReset__0=RefreshToken",
            ],
            Cleared = ["RefreshToken"],
        },
        new("a schema, active and deleted (BlazorHero)")
        {
            Schema = "Identity",
            Change = (tables, _) =>
            {
                tables.Name("{0}");
                tables.Users
                    .Add("CreatedOn localmoment NOT NULL", Day)
                    .Add("IsActive flag NOT NULL", true)
                    .Add("IsDeleted flag NOT NULL", false)
                    .Add("DeletedOn localmoment")
                    .Add("RefreshToken text", "refresh")
                    .Add("RefreshTokenExpiryTime localmoment NOT NULL", Day);
            },
            Disabled = new() { ["IsActive"] = false },
            Twin = new() { ["IsDeleted"] = true },
            Proposed = [$"{Setting}Schema=Identity", .. Tables("{0}")],
            Chosen =
            [
                $"{Setting}Active__0=IsActive = true",
                $"{Setting}Active__1=IsDeleted = false",
                $"{Setting}ClearOnReset__0=RefreshToken",
            ],
            Cleared = ["RefreshToken"],
        },
        new("some tables renamed, one for a hierarchy (Remotely)")
        {
            Change = (tables, _) =>
            {
                tables.Users.Name = "RemotelyUsers";
                tables.Users
                    .Add("Discriminator text(13) NOT NULL", "RemotelyUser")
                    .Add("OrganizationID text")
                    .Add("IsAdministrator flag", false)
                    .Add("IsServerAdmin flag", false);
            },
            Proposed = [$"{Setting}Tables__Users=RemotelyUsers"],
        },
        new("two tables of users, no keys between them, no indexes (AliasVault)")
        {
            Users = "AliasVaultUsers",
            Change = (tables, _) =>
            {
                tables.Name("{0}");
                tables.HasForeignKeys = false;
                foreach (var table in tables.All)
                    table.Indexes.Clear();
                (tables.Users.Name, tables["Roles"].Name) = ("AliasVaultUsers", "AliasVaultRoles");
                foreach (var name in new[] { "UserName", "NormalizedUserName", "Email", "NormalizedEmail" })
                    tables.Users.Retype(name, "text");
                tables.Users.Add("Blocked flag NOT NULL", false);
                var admins = new HostTables(typeof(string)).Users;
                (admins.Name, admins.Part) = ("AdminUsers", "AdminUsers");
                admins.Indexes.Clear();
                tables.All.Add(admins);
            },
            Disabled = new() { ["Blocked"] = true },
            Proposed =
            [
                $"{Setting}Tables__Users=AliasVaultUsers",
                $"{Setting}Tables__UserClaims=UserClaims",
                $"{Setting}Tables__UserLogins=UserLogins",
                $"{Setting}Tables__UserTokens=UserTokens",
            ],
            Chosen = [$"{Setting}Active__0=Blocked = false"],
        },
    ];
}
