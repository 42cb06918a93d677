namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <param name="Name">Of the shape.</param>
/// <param name="On">Where it may be.</param>
/// <param name="Statements">Its tables.</param>
/// <param name="Told">What the reason names.</param>
internal sealed record RefusedShape(string Name, DatabaseProvider[] On, string[] Statements, params string[] Told);

/// <summary>Tables of users that no mapping makes Identity's.</summary>
internal static class RefusedShapes
{
    private static readonly DatabaseProvider[] Any = Enum.GetValues<DatabaseProvider>();

    public static IReadOnlyList<RefusedShape> All =>
    [
        new(
            "nothing normalised (YAF)",
            Any,
            [
                """
                CREATE TABLE "yaf_AspNetUsers" ("Id" varchar(56) PRIMARY KEY, "UserName" varchar(50), "Email" varchar(255),
                    "EmailConfirmed" int NOT NULL, "PasswordHash" varchar(4000), "SecurityStamp" varchar(4000),
                    "LockoutEndDateUtc" varchar(30), "LockoutEnabled" int NOT NULL, "AccessFailedCount" int NOT NULL,
                    "IsApproved" int NOT NULL)
                """,
            ],
            "yaf_AspNetUsers",
            "Normalized"),
        new(
            "a store of its own (Umbraco)",
            Any,
            [
                """
                CREATE TABLE "umbracoUser" ("id" int PRIMARY KEY, "userDisabled" int NOT NULL, "userName" varchar(255) NOT NULL,
                    "userLogin" varchar(125) NOT NULL, "userPassword" varchar(500) NOT NULL, "passwordConfig" varchar(500),
                    "userEmail" varchar(255) NOT NULL, "securityStampToken" varchar(255), "failedLoginAttempts" int)
                """,
            ],
            "umbracoUser has",
            "PasswordHash"),
        new(
            "passwords that the client has hashed (Bitwarden)",
            Any,
            [
                """
                CREATE TABLE "User" ("Id" char(36) PRIMARY KEY, "Name" varchar(50), "Email" varchar(256) NOT NULL,
                    "EmailVerified" int NOT NULL, "MasterPassword" varchar(300), "SecurityStamp" varchar(50) NOT NULL,
                    "TwoFactorProviders" varchar(4000), "FailedLoginCount" int NOT NULL)
                """,
            ],
            "User has",
            "PasswordHash"),
        new(
            "GUIDs as bytes",
            [DatabaseProvider.Sqlite],
            [
                .. new HostDialect(DatabaseProvider.Sqlite, Bytes).Statements(),
                """
                INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed",
                    "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount")
                VALUES (randomblob(16), 'iris', 'IRIS', 'iris@example.org', 'IRIS@EXAMPLE.ORG', 1, 0, 0, 1, 0)
                """,
            ],
            "AspNetUsers.Id",
            "BLOB"),
    ];

    public static TheoryData<string> On(DatabaseProvider provider) =>
        [.. from shape in All where shape.On.Contains(provider) select shape.Name];

    private static HostShape Bytes => new("bytes")
    {
        Change = (tables, _) =>
        {
            tables.Users.Retype("Id", "BLOB NOT NULL");
            foreach (var name in new[] { "UserClaims", "UserLogins", "UserTokens", "UserRoles" })
                tables[name].Retype("UserId", "BLOB NOT NULL");
        },
    };
}
