namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static HostShape[] Snakes =>
    [
        new("columns in lower case in tables that aren't (neozhu)")
        {
            On = [DatabaseProvider.PostgreSql, DatabaseProvider.Sqlite],
            Change = (tables, _) =>
            {
                tables.Users
                    .Retype("Id", "varchar(450) NOT NULL")
                    .Retype("PasswordHash", "varchar(450)")
                    .Retype("SecurityStamp", "varchar(450)")
                    .Retype("ConcurrencyStamp", "varchar(450)")
                    .Add("is_active flag NOT NULL", true)
                    .Add("is_live flag NOT NULL", false)
                    .Add("tenant_id varchar(450)")
                    .Add("refresh_token varchar(450)", "refresh")
                    .Add("refresh_token_expiry_time localmoment NOT NULL", Day);
                foreach (var name in new[] { "UserClaims", "UserLogins", "UserTokens", "UserRoles" })
                    tables[name].Retype("UserId", "varchar(450) NOT NULL");
                tables.Snake();
            },
            Disabled = new() { ["is_active"] = false },
            Proposed = [$"{Setting}Naming=Snake"],
            Chosen = [$"{Setting}Active__0=is_active = true", $"{Setting}ClearOnReset__0=refresh_token"],
            Cleared = ["refresh_token"],
        },
        new("tables and columns in lower case, a version on each row (booking)")
        {
            On = [DatabaseProvider.PostgreSql, DatabaseProvider.Sqlite],
            Key = typeof(Guid),
            Change = (tables, _) =>
            {
                foreach (var table in tables.All)
                    table.Name = HostTable.Snake(table.Name);
                tables.AddToAll("version long NOT NULL", 1L);
                tables.Users.Add("first_name text NOT NULL", "theirs").Add("pass_port_number text NOT NULL", "theirs");
                tables.Snake();
            },
            Proposed =
            [
                $"{Setting}Tables__Users=asp_net_users",
                $"{Setting}Tables__UserClaims=asp_net_user_claims",
                $"{Setting}Tables__UserLogins=asp_net_user_logins",
                $"{Setting}Tables__UserTokens=asp_net_user_tokens",
                $"{Setting}Naming=Snake",
                $"{Setting}KeyType=Guid",
            ],
        },
        new("lower case, short stamps, lock-outs without a zone (mixcore)")
        {
            On = [DatabaseProvider.PostgreSql, DatabaseProvider.Sqlite],
            Key = typeof(Guid),
            Change = (tables, _) =>
            {
                foreach (var table in tables.All)
                    table.Name = $"mix_{HostTable.Snake(table.Part)}";
                foreach (var name in new[] { "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "PasswordHash" })
                    tables.Users.Retype(name, "text(250)");
                tables.Users
                    .Retype("SecurityStamp", "text(50)")
                    .Retype("ConcurrencyStamp", "text(250)")
                    .Retype("PhoneNumber", "text(50)")
                    .Retype("LockoutEnd", "localmoment")
                    .Add("is_active flag NOT NULL", true)
                    .Add("created_date_time localmoment NOT NULL", Day)
                    .Add("register_type text(50)");
                tables.Snake();
            },
            Disabled = new() { ["is_active"] = false },
            Proposed =
            [
                $"{Setting}Tables__Users=mix_users",
                $"{Setting}Tables__UserClaims=mix_user_claims",
                $"{Setting}Tables__UserLogins=mix_user_logins",
                $"{Setting}Tables__UserTokens=mix_user_tokens",
                $"{Setting}Naming=Snake",
                $"{Setting}KeyType=Guid",
            ],
            Chosen = [$"{Setting}Active__0=is_active = true"],
        },
    ];
}
