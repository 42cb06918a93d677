namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static readonly string[] Card =
    [
        "CardNumber", "SecurityNumber", "Expiration", "CardHolderName", "Street", "City", "State", "Country", "ZipCode", "Name", "LastName",
    ];

    private static HostShape[] DefaultNames =>
    [
        new("default"),
        new("schema version 1 of Core 2") { SchemaVersion = 1 },
        new("schema version 2") { SchemaVersion = 2 },
        new("schema version 3") { SchemaVersion = 3 },
        new("columns that must have a value (eShop)")
        {
            Change = (tables, _) =>
            {
                foreach (var name in Card)
                    tables.Users.Add($"{name} text NOT NULL", "theirs");
                tables.Users.Add("CardType int NOT NULL", 1);
            },
        },
        new("claims without a generator (BTCPay)")
        {
            On = [DatabaseProvider.PostgreSql],
            Change = (tables, _) =>
            {
                tables.Users
                    .Add("RequiresEmailConfirmation flag NOT NULL DEFAULT false", true)
                    .Add("RequiresApproval flag NOT NULL DEFAULT false", true)
                    .Add("Approved flag NOT NULL DEFAULT false", true)
                    .Add("Created moment", Moment)
                    .Add("Blob bytea")
                    .Add("Blob2 json");
                tables["UserClaims"].Retype("Id", "integer NOT NULL");
                tables["RoleClaims"].Retype("Id", "integer NOT NULL");
                tables["UserLogins"].Retype("LoginProvider", "varchar(255) NOT NULL").Retype("ProviderKey", "varchar(255) NOT NULL");
                tables["UserTokens"].Retype("LoginProvider", "varchar(64) NOT NULL").Retype("Name", "varchar(64) NOT NULL");
            },
            Disabled = new() { ["Approved"] = false },
            Chosen = [$"{Setting}Active__0=Approved = true"],
        },
        new("neither roles nor tokens, a second table of users (Oqtane)")
        {
            Change = (tables, _) => tables.Drop("Roles", "UserRoles", "RoleClaims", "UserTokens"),
            Also = provider =>
            [
                provider switch
                {
                    DatabaseProvider.Sqlite => """
                        CREATE TABLE "User" ("UserId" INTEGER PRIMARY KEY, "Username" TEXT, "Email" TEXT, "IsDeleted" INTEGER)
                        """,
                    DatabaseProvider.PostgreSql => """
                        CREATE TABLE "User"
                            ("UserId" integer PRIMARY KEY, "Username" varchar(256), "Email" varchar(256), "IsDeleted" boolean)
                        """,
                    _ => "CREATE TABLE [User] (UserId int PRIMARY KEY, Username nvarchar(256), Email nvarchar(256), IsDeleted bit)",
                },
            ],
        },
        new("a role decides")
        {
            Last = _ =>
            [
                """INSERT INTO "AspNetRoles" ("Id", "Name", "NormalizedName") VALUES ('r1', 'Registered', 'REGISTERED')""",
                """
                INSERT INTO "AspNetUserRoles" ("UserId", "RoleId")
                SELECT "Id", 'r1' FROM "AspNetUsers" WHERE "UserName" <> 'lena@example.org'
                """,
            ],
            Disabled = [],
            Chosen = [$"{Setting}ActiveRole=Registered"],
        },
        new("a status decides")
        {
            Change = (tables, _) => tables.Users.Add("Status text(20) NOT NULL", "Trial"),
            Disabled = new() { ["Status"] = "Suspended" },
            Chosen = [$"{Setting}Active__0=Status in (Active, Trial)"],
        },
    ];
}
