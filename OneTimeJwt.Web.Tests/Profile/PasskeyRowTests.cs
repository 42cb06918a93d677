using System.Text.Json.Nodes;

namespace OneTimeJwt.Web.Tests.Profile;

/// <summary>Rows as they were written through the entity of Identity 10.0.12 are read, and are written the same.</summary>
public sealed class PasskeyRowTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private static readonly DateTimeOffset Made = new(2026, 11, 24, 9, 30, 15, 250, TimeSpan.FromHours(2));

    private static readonly Dictionary<(DatabaseProvider, string), string> Stored = new()
    {
        [(DatabaseProvider.Sqlite, "full")] = """
            {"AttestationObject":"0203","ClientDataJson":"7B2274797065223A22776562617574686E2E637265617465227D",
            "CreatedAt":"2026-11-24 07:30:15.2500000\u002B00:00","IsBackedUp":true,"IsBackupEligible":true,"IsUserVerified":true,
            "Name":"Phone \u0022\u00E9\u0022","PublicKey":"0001FEFF","SignCount":4294967295,"Transports":["internal","hybrid"]}
            """,
        [(DatabaseProvider.Sqlite, "bare")] = """
            {"AttestationObject":"","ClientDataJson":"","CreatedAt":"2026-11-24 07:30:15.2500000\u002B00:00","IsBackedUp":false,
            "IsBackupEligible":false,"IsUserVerified":false,"Name":null,"PublicKey":"01","SignCount":0,"Transports":null}
            """,
        [(DatabaseProvider.PostgreSql, "full")] = """
            {"Name": "Phone \"é\"", "CreatedAt": "2026-11-24T07:30:15.25+00:00", "PublicKey": "AAH+/w==", "SignCount": 4294967295,
            "IsBackedUp": true, "Transports": ["internal", "hybrid"], "ClientDataJson": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0=",
            "IsUserVerified": true, "IsBackupEligible": true, "AttestationObject": "AgM="}
            """,
        [(DatabaseProvider.PostgreSql, "bare")] = """
            {"Name": null, "CreatedAt": "2026-11-24T07:30:15.25+00:00", "PublicKey": "AQ==", "SignCount": 0,
            "IsBackedUp": false, "Transports": null, "ClientDataJson": "", "IsUserVerified": false,
            "IsBackupEligible": false, "AttestationObject": ""}
            """,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider, string> Rows => AppOnEach.Cases(["full", "bare"]);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_passkey_is_stored_as_earlier_versions_store_it(DatabaseProvider provider, string kind)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        var passkey = Passkey(kind, Guid.NewGuid().ToByteArray());

        await WithAsync(app, account, (users, row) => users.AddOrUpdatePasskeyAsync(row, passkey));

        AssertSame(Stored[(provider, kind)], await DataAsync(app, passkey.CredentialId));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_row_of_an_earlier_version_is_read_used_and_removed(DatabaseProvider provider, string kind)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        var id = Guid.NewGuid().ToByteArray();
        var data = Stored[(provider, kind)];
        FormattableString row =
            $"""INSERT INTO "RecoveryPasskeys" ("CredentialId", "UserId", "Data") VALUES ({id}, {account.Id}, {data})""";
        FormattableString asJson = $"""
            INSERT INTO "RecoveryPasskeys" ("CredentialId", "UserId", "Data") VALUES ({id}, {account.Id}, CAST({data} AS jsonb))
            """;
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync(provider == DatabaseProvider.PostgreSql ? asJson : row, Cancellation));

        var read = Assert.Single(await WithAsync(app, account, (users, known) => users.GetPasskeysAsync(known)));
        Assert.Equivalent(Passkey(kind, id), read, strict: true);
        Assert.Equal(account.Id, (await WithAsync(app, account, (users, _) => users.FindByPasskeyIdAsync(id)))?.Id);
        Assert.Null(await WithAsync(app, await app.AddAccountAsync(), (users, other) => users.GetPasskeyAsync(other, id)));

        var expected = JsonNode.Parse(data)!;
        (expected["Name"], expected["SignCount"], expected["IsUserVerified"], expected["IsBackedUp"]) = ("Key", 7, true, true);
        (read.Name, read.SignCount, read.IsUserVerified, read.IsBackedUp) = ("Key", 7, true, true);
        await WithAsync(app, account, (users, known) => users.AddOrUpdatePasskeyAsync(known, read));
        AssertSame(expected.ToJsonString(), await DataAsync(app, id));

        await WithAsync(app, account, (users, known) => users.RemovePasskeyAsync(known, id));
        Assert.Empty(await WithAsync(app, account, (users, known) => users.GetPasskeysAsync(known)));
    }

    private static UserPasskeyInfo Passkey(string kind, byte[] id) => kind == "bare"
        ? new UserPasskeyInfo(id, [1], Made, 0, transports: null, isUserVerified: false, isBackupEligible: false, isBackedUp: false, [], [])
        : new UserPasskeyInfo(
            id, [0, 1, 254, 255], Made, uint.MaxValue, ["internal", "hybrid"],
            isUserVerified: true, isBackupEligible: true, isBackedUp: true, [2, 3], "{\"type\":\"webauthn.create\"}"u8.ToArray())
        {
            Name = "Phone \"é\"",
        };

    private static void AssertSame(string expected, string stored) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(stored)), stored);

    private static Task<T> WithAsync<T>(TestApp app, Account account, Func<UserManager<Account>, Account, Task<T>> use) =>
        app.WithAsync<UserManager<Account>, T>(async users => await use(users, (await users.FindByIdAsync(account.Id))!));

    private static Task<string> DataAsync(TestApp app, byte[] id) => app.WithAsync<AccountsContext, string>(database => database.Database
        .SqlQuery<string>($"""SELECT CAST("Data" AS text) AS "Value" FROM "RecoveryPasskeys" WHERE "CredentialId" = {id}""")
        .SingleAsync(Cancellation));
}
