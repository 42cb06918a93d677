namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal static partial class HostShapes
{
    private static HostShape[] Guarded =>
    [
        new("names and addresses that are unique in a tenant")
        {
            Change = (tables, _) =>
                tables.Users
                    .Add("TenantId text(64) NOT NULL", "acme")
                    .Unique("UserNameIndex", ["TenantId", "NormalizedUserName"])
                    .Unique("EmailIndex", ["TenantId", "NormalizedEmail"]),
            OtherTenant = new() { ["TenantId"] = "globex" },
            Chosen = [$"{Setting}Tenant__Column=TenantId", $"{Setting}Tenant__Value=acme"],
        },
        new("deleted rows outside of the unique indexes")
        {
            Change = (tables, provider) =>
            {
                var isLive = $"\"IsDeleted\" = {False(provider)}";
                tables.Users
                    .Add("IsDeleted flag NOT NULL DEFAULT false", false)
                    .Unique("UserNameIndex", ["NormalizedUserName"], $"{isLive} AND \"NormalizedUserName\" IS NOT NULL")
                    .Unique("EmailIndex", ["NormalizedEmail"], isLive);
            },
            Twin = new() { ["IsDeleted"] = true, ["UserName"] = HostAccount.Ordinary, ["NormalizedUserName"] = "IRIS@EXAMPLE.ORG" },
            Chosen = [$"{Setting}Active__0=IsDeleted = false"],
        },
        new("a trigger that writes down each change")
        {
            WrittenByTrigger = "AccountChanges",
            Last = provider => provider switch
            {
                DatabaseProvider.Sqlite =>
                [
                    """CREATE TABLE "AccountChanges" ("AccountId" TEXT NOT NULL, "Stamp" TEXT)""",
                    """
                    CREATE TRIGGER "WriteChanges" AFTER UPDATE ON "AspNetUsers"
                    BEGIN INSERT INTO "AccountChanges" VALUES (NEW."Id", NEW."SecurityStamp"); END
                    """,
                ],
                DatabaseProvider.PostgreSql =>
                [
                    """CREATE TABLE "AccountChanges" ("AccountId" text NOT NULL, "Stamp" text)""",
                    """
                    CREATE FUNCTION write_changes() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO "AccountChanges" VALUES (NEW."Id", NEW."SecurityStamp"); RETURN NULL; END $$
                    """,
                    """
                    CREATE TRIGGER "WriteChanges" AFTER UPDATE ON "AspNetUsers" FOR EACH ROW EXECUTE FUNCTION write_changes()
                    """,
                ],
                _ =>
                [
                    "CREATE TABLE AccountChanges (AccountId nvarchar(450) NOT NULL, Stamp nvarchar(max))",
                    """
                    CREATE TRIGGER WriteChanges ON AspNetUsers AFTER INSERT, UPDATE AS
                    BEGIN SET NOCOUNT ON; INSERT INTO AccountChanges SELECT Id, SecurityStamp FROM inserted; END
                    """,
                ],
            },
        },
        new("row-level security by tenant")
        {
            On = [DatabaseProvider.PostgreSql],
            HasRowSecurity = true,
            Change = (tables, _) =>
                tables.Users.Add("TenantId text NOT NULL", "acme").Unique("UserNameIndex", ["TenantId", "NormalizedUserName"]),
            Last = _ =>
            [
                """ALTER TABLE "AspNetUsers" ENABLE ROW LEVEL SECURITY""",
                """ALTER TABLE "AspNetUsers" FORCE ROW LEVEL SECURITY""",
                """CREATE POLICY tenant ON "AspNetUsers" USING ("TenantId" = current_setting('app.tenant', true))""",
            ],
            OtherTenant = new() { ["TenantId"] = "globex" },
            Chosen =
            [
                $"{Setting}Tenant__Column=TenantId",
                $"{Setting}Tenant__Value=acme",
                $"{Setting}Session__Name=app.tenant",
                $"{Setting}Session__Value=acme",
            ],
        },
        new("a generated column, and a view beside")
        {
            Change = (tables, provider) => tables.Users.Add(provider switch
            {
                DatabaseProvider.Sqlite => """Label TEXT GENERATED ALWAYS AS ("UserName" || ' ' || "Email") VIRTUAL NOT NULL""",
                DatabaseProvider.PostgreSql => """Label text GENERATED ALWAYS AS ("UserName" || ' ' || "Email") STORED NOT NULL""",
                _ => "Label AS (UserName + ' ' + Email)",
            }),
            Also = _ => ["""CREATE VIEW "ConfirmedUsers" AS SELECT * FROM "AspNetUsers" WHERE "EmailConfirmed" IS NOT NULL"""],
        },
        new("temporal")
        {
            On = [DatabaseProvider.SqlServer],
            Also = _ =>
            [
                """
                ALTER TABLE AspNetUsers ADD
                    ValidFrom datetime2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL DEFAULT SYSUTCDATETIME(),
                    ValidTo datetime2 GENERATED ALWAYS AS ROW END HIDDEN NOT NULL DEFAULT CONVERT(datetime2, '9999-12-31 23:59:59.9999999'),
                    PERIOD FOR SYSTEM_TIME (ValidFrom, ValidTo)
                """,
                "ALTER TABLE AspNetUsers SET (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.AspNetUsersHistory))",
            ],
            WrittenByTrigger = "AspNetUsersHistory",
        },
    ];
}
