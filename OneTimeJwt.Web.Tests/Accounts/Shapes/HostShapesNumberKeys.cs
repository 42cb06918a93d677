namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static readonly (string Property, string Name)[] Renamed =
    [
        ("Email", "EmailAddress"),
        ("NormalizedEmail", "NormalizedEmailAddress"),
        ("EmailConfirmed", "IsEmailConfirmed"),
        ("PasswordHash", "Password"),
        ("PhoneNumberConfirmed", "IsPhoneNumberConfirmed"),
        ("TwoFactorEnabled", "IsTwoFactorEnabled"),
        ("LockoutEnd", "LockoutEndDateUtc"),
        ("LockoutEnabled", "IsLockoutEnabled"),
    ];

    private static HostShape[] NumberKeys =>
    [
        new("numbers (arcade)")
        {
            Key = typeof(int),
            Change = (tables, _) => tables.Users.Add("LastUpdated moment NOT NULL", Moment).Add("FullName text"),
            Proposed = [$"{Setting}KeyType=Int32"],
        },
        new("large numbers, names in the singular (SimplCommerce)")
        {
            Key = typeof(long),
            Change = (tables, _) =>
            {
                tables.NameOne("Core_");
                tables.Users
                    .Add("UserGuid guid NOT NULL", new Guid("6f1f5f0c-2d2e-4a49-9a5f-0f3f5c0f7d11"))
                    .Add("FullName text(450) NOT NULL", "theirs")
                    .Add("IsDeleted flag NOT NULL", false)
                    .Add("CreatedOn moment NOT NULL", Moment)
                    .Add("LatestUpdatedOn moment NOT NULL", Moment)
                    .Add("RefreshTokenHash text(450)", "refresh");
            },
            Twin = new() { ["IsDeleted"] = true },
            Proposed =
            [
                $"{Setting}Tables__Users=Core_User",
                $"{Setting}Tables__UserClaims=Core_UserClaim",
                $"{Setting}Tables__UserLogins=Core_UserLogin",
                $"{Setting}Tables__UserTokens=Core_UserToken",
                $"{Setting}KeyType=Int64",
            ],
            Chosen = [$"{Setting}Active__0=IsDeleted = false", $"{Setting}ClearOnReset__0=RefreshTokenHash"],
            Cleared = ["RefreshTokenHash"],
        },
        new("numbers, who changed what in each table (DNTIdentity)")
        {
            Key = typeof(int),
            Change = (tables, _) =>
            {
                tables.Name("App{0}");
                tables.AddToAll("CreatedByBrowserName text(1000)");
                tables.AddToAll("CreatedByIp text(255)");
                tables.AddToAll("CreatedByUserId int");
                tables.AddToAll("CreatedDateTime moment");
                tables.AddToAll("ModifiedByUserId int");
                tables.AddToAll("ModifiedDateTime moment");
                tables.Users.Add("IsActive flag NOT NULL", true).Add("IsEmailPublic flag NOT NULL", false);
            },
            Disabled = new() { ["IsActive"] = false },
            Proposed = [.. Tables("App{0}"), $"{Setting}KeyType=Int32"],
            Chosen = [$"{Setting}Active__0=IsActive = true"],
        },
        new("columns renamed, roles with another key, tenants (Boilerplate)")
        {
            Key = typeof(long),
            RoleKey = typeof(int),
            Change = (tables, _) =>
            {
                tables.Name("Abp{0}");
                tables["Roles"].Retype("Id", "counter NOT NULL");
                foreach (var (property, name) in Renamed)
                    tables.Users.Rename(property, name);
                tables.Users.Indexes.Clear();
                tables.Users
                    .Retype("PasswordHash", "text(128) NOT NULL")
                    .Retype("ConcurrencyStamp", "text(128)")
                    .Retype("SecurityStamp", "text(128)")
                    .Retype("PhoneNumber", "text(32)")
                    .Retype("LockoutEnd", "localmoment")
                    .Add("TenantId int", 1)
                    .Add("Name text(64) NOT NULL", "theirs")
                    .Add("Surname text(64) NOT NULL", "theirs")
                    .Add("IsActive flag NOT NULL", true)
                    .Add("IsDeleted flag NOT NULL", false)
                    .Add("CreationTime localmoment NOT NULL", Day)
                    .Index("IX_AbpUsers_TenantId_NormalizedEmailAddress", "TenantId", "NormalizedEmailAddress")
                    .Index("IX_AbpUsers_TenantId_NormalizedUserName", "TenantId", "NormalizedUserName");
                tables["UserClaims"].Add("TenantId int");
                tables["UserLogins"].Add("TenantId int");
                tables["UserTokens"].Add("TenantId int");
            },
            Disabled = new() { ["IsActive"] = false },
            OtherTenant = new() { ["TenantId"] = 2 },
            Twin = new() { ["IsDeleted"] = true },
            Proposed =
            [
                .. Tables("Abp{0}"),
                .. from renamed in Renamed select $"{Setting}Columns__{renamed.Property}={renamed.Name}",
                $"{Setting}KeyType=Int64",
            ],
            Chosen =
            [
                $"{Setting}Active__0=IsActive = true",
                $"{Setting}Active__1=IsDeleted = false",
                $"{Setting}Tenant__Column=TenantId",
                $"{Setting}Tenant__Value=1",
            ],
        },
    ];
}
