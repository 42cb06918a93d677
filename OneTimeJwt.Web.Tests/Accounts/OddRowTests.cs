using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Rows that Identity would not write, as other applications do: none is told apart from the class it belongs to.</summary>
public sealed class OddRowTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private static readonly Dictionary<string, string> ForeignHashes = new()
    {
        ["bcrypt"] = "$2a$11$1pyJ0Kk0dCn8dXhbMqzO2uQv6y9m6nq6bT1u2uYk0yEo3rXy1sQeW",
        ["Argon2"] = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Zm9vYmFyYmF6cXV4cXV1eA",
        ["SHA-1"] = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
        ["an empty one"] = "",
        ["spaces"] = "   ",
        ["one byte"] = "AA==",
        ["V2, cut short"] = "AAAAAAAAAAAAAAAAAAAAAAAA",
        ["V3, cut short"] = "AQAAAAIAAYag",
        ["V3 with no iterations"] = V3(iterations: 0, saltLength: 16),
        ["V3 with more iterations than anybody can wait for"] = V3(iterations: int.MaxValue, saltLength: 16),
        ["V3 whose salt is longer than itself"] = V3(iterations: 1, saltLength: 4000),
        ["an unknown version"] = Convert.ToBase64String([7, .. new byte[60]]),
        ["text that is no base64"] = "no hash at all, ünïcode",
    };

    private static readonly Dictionary<string, Func<string, string>> Spellings = new()
    {
        ["in lower case"] = address => address.ToLowerInvariant(),
        ["by the rules of Turkish"] = address => address.ToUpperInvariant().Replace('I', 'İ'),
    };

    public static TheoryData<DatabaseProvider, string> HashesOnEach => AppOnEach.Cases(ForeignHashes.Keys);

    public static TheoryData<DatabaseProvider, string> SpellingsOnEach => AppOnEach.Cases(Spellings.Keys);

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(HashesOnEach))]
    public async Task A_hash_that_is_not_Identitys_is_a_wrong_password_and_a_link_puts_one_that_works_in_its_place(
        DatabaseProvider provider,
        string kind)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = ForeignHashes[kind]);
        using var visitor = app.Open();

        var wrong = await visitor.SignInAsync(account.Email!, Passwords.Old);
        var nobody = $"nobody-{Guid.NewGuid():N}@example.com";
        var unknown = await visitor.SignInAsync(nobody, Passwords.Old);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Equal(AnswerMask.Class(unknown, nobody), AnswerMask.Class(wrong, account.Email!));

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, null)]
    [InlineData(DatabaseProvider.Sqlite, "")]
    [InlineData(DatabaseProvider.PostgreSql, null)]
    [InlineData(DatabaseProvider.PostgreSql, "")]
    public async Task A_stamp_that_is_missing_is_given_once_to_whoever_signs_in(DatabaseProvider provider, string? stamp)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, stamp));
        using var visitor = app.Open();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Other)).Status);
        Assert.Equal(stamp, (await app.ReadAsync(account.Id)).SecurityStamp);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);

        Assert.NotEmpty((await app.ReadAsync(account.Id)).SecurityStamp!);
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.StampGiven);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_stamp_that_is_missing_is_given_when_a_link_is_mailed(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await app.WriteAsync(
            account.Id,
            row =>
                row.SetProperty(known => known.SecurityStamp, (string?)null).SetProperty(known => known.ConcurrencyStamp, (string?)null));
        using var visitor = app.Open();

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.StampGiven);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_stamp_that_is_missing_is_given_ahead_of_the_second_step(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            await users.ResetAuthenticatorKeyAsync(row);
            return await users.SetTwoFactorEnabledAsync(row, enabled: true);
        });
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.SecurityStamp, (string?)null));
        using var visitor = app.Open();

        Assert.StartsWith(
            "/sign-in/two-factor",
            (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location,
            StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/sign-in/two-factor")).Status);
    }

    [Theory]
    [MemberData(nameof(SpellingsOnEach))]
    public async Task An_account_is_found_however_its_normalised_columns_are_written_and_they_stay_so(
        DatabaseProvider provider,
        string spelling)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync(shape: row => row.Email = row.UserName = $"Irina.Li-{Guid.NewGuid():N}@Example.com");
        var written = Spellings[spelling](account.Email!);
        await app.WriteAsync(
            account.Id,
            row => row.SetProperty(known => known.NormalizedEmail, written).SetProperty(known => known.NormalizedUserName, written));
        using var visitor = app.Open();

        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!.ToLowerInvariant(), Passwords.Old)).Location);
        await visitor.ChangePasswordAsync(Passwords.Old, Passwords.Other);
        using var other = app.Open();
        await other.AskAsync(account.Email!.ToUpperInvariant());
        var mails = await app.Mails.WaitAsync(account.Email!, 2);
        Assert.True(
            (
                await other.RedeemAsync(
                    MailFolder.Link(mails.Single(mail => MailFolder.Subject(mail) == "Choose a new password")),
                    Passwords.New)
            ).PasswordChanged);

        var after = await app.ReadAsync(account.Id);
        Assert.Equal((written, written), (after.NormalizedEmail, after.NormalizedUserName));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_normalised_address_that_is_out_of_date_gives_nobody_elses_mail_and_locks_nobody_out(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (owner, stale) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await app.WriteAsync(stale.Id, row => row.SetProperty(known => known.NormalizedEmail, owner.Email!.ToUpperInvariant()));
        using var visitor = app.Open();

        for (var i = 0; i < 5; i++)
            await visitor.SignInAsync(owner.Email!, Passwords.Other);
        await visitor.AskAsync(owner.Email!);
        await app.Mails.WaitAsync(owner.Email!);

        Assert.Equal((LockState.Paused, LockState.Open), (await app.LockOfAsync(owner.Id), await app.LockOfAsync(stale.Id)));
        await Eventually.Async(() => app.OutboxAsync(), rows => rows == 0);
        Assert.Empty(app.Mails.To(stale.Email!));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_link_dies_when_another_application_moves_the_address_and_leaves_the_normalised_one(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        var (reset, confirm) = (await app.LinkForAsync(account), await app.MintAsync("confirm", account.Id));

        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, MailedLinks.NewAddress()));

        using var visitor = app.Open();
        (await visitor.GetAsync(reset)).IsRefusedAs("spent");
        (await visitor.GetAsync(confirm)).IsRefusedAs("spent");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Whose_name_Identity_would_not_take_may_change_the_password(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.UserName, other.UserName));

        Assert.Equal("/account?changed", (await visitor.ChangePasswordAsync(Passwords.Old, Passwords.New)).Location);
    }

    private static string V3(int iterations, int saltLength)
    {
        var hash = new byte[61];
        hash[0] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(1), 2);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(5), iterations);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(9), saltLength);
        return Convert.ToBase64String(hash);
    }
}
