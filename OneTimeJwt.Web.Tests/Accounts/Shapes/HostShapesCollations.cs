namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static HostShape[] Collations =>
    [
        new("keys of varchar(128)") { Change = (tables, _) => RetypeKeys(tables, "varchar(128)") },
        new("keys of char(36)") { Change = (tables, _) => RetypeKeys(tables, "char(36)") },
        new("every text without case (IoTSharp)")
        {
            On = [DatabaseProvider.Sqlite],
            Change = (tables, _) =>
            {
                foreach (var table in tables.All)
                {
                    foreach (var column in table.Columns.Where(column => IsText(column.Definition)).ToList())
                        table.Retype(column.Property!, Collated(column.Definition));
                }
            },
        },
        new("names and addresses without case (Virto)")
        {
            On = [DatabaseProvider.PostgreSql],
            Before = _ => ["CREATE COLLATION case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"],
            Change = (tables, _) =>
            {
                RetypeKeys(tables, "varchar(128)");
                tables.Users
                    .Retype("UserName", "varchar(256) COLLATE case_insensitive")
                    .Retype("Email", "varchar(256) COLLATE case_insensitive")
                    .Add("IsAdministrator flag NOT NULL", false)
                    .Add("PasswordExpired flag NOT NULL", false)
                    .Add("CreatedDate moment NOT NULL", Moment)
                    .Add("UserType varchar(64)", "Customer");
                tables["Roles"].Retype("Name", "varchar(256) COLLATE case_insensitive");
            },
        },
    ];

    private static void RetypeKeys(HostTables tables, string type)
    {
        tables.Users.Retype("Id", $"{type} NOT NULL");
        tables["Roles"].Retype("Id", $"{type} NOT NULL");
        tables["UserRoles"].Retype("UserId", $"{type} NOT NULL").Retype("RoleId", $"{type} NOT NULL");
        tables["RoleClaims"].Retype("RoleId", $"{type} NOT NULL");
        foreach (var name in new[] { "UserClaims", "UserLogins", "UserTokens" })
            tables[name].Retype("UserId", $"{type} NOT NULL");
    }

    private static bool IsText(string definition) =>
        definition.Split(' ')[0].Split('(')[0] is "text" or "key" or "rolekey" or "textkey" or "moment";

    private static string Collated(string definition) => $"TEXT COLLATE NOCASE{definition[definition.Split(' ')[0].Length..]}";
}
