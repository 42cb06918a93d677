using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>What a stranger can make the app do, counted and not timed.</summary>
public sealed class CostTests(CostTests.CountedApp counted) : IClassFixture<CostTests.CountedApp>
{
    private const int LargestForm = 32 * 1024;

    // They count too.
    private const int ChunkHeaders = 100;

    private readonly TestApp _app = counted.App;

    [Fact]
    public async Task A_link_that_does_not_work_costs_no_password_hashing()
    {
        var account = await _app.AddAccountAsync();
        var token = (await _app.LinkForAsync(account)).Split("token=")[1];
        var used = (await _app.LinkForAsync(account)).Split("token=")[1];
        using var visitor = _app.Open();
        var before = counted.Hashes;
        Assert.True((await visitor.RedeemAsync($"/reset-password?token={used}", Passwords.New)).PasswordChanged);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Status);
        Assert.Equal(before + 2, counted.Hashes);

        foreach (var bad in new[] { token, used, token[..^1], "a.b.c", "" })
            Assert.NotNull((await SendAsync(visitor, bad, Passwords.Other)).Verdict);

        Assert.Equal(before + 2, counted.Hashes);
    }

    [Fact]
    public async Task A_wrong_password_costs_one_hash_whatever_there_is_to_know_of_the_address()
    {
        var known = await _app.AddAccountAsync();
        var unconfirmed = await _app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var locked = await _app.AddAccountAsync(shape: row => row.LockoutEnd = DateTimeOffset.MaxValue);
        var without = await _app.AddAccountAsync(password: null);
        var foreign = await _app.AddAccountAsync(shape: row =>
            row.PasswordHash = "$2a$11$1pyJ0Kk0dCn8dXhbMqzO2uQv6y9m6nq6bT1u2uYk0yEo3rXy1sQeW");
        using var visitor = _app.Open();
        foreach (
            var address in new[] { known.Email!, unconfirmed.Email!, locked.Email!, without.Email!, foreign.Email!, "nobody@example.com" })
        {
            var before = counted.Hashes;
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(address, Passwords.Other)).Status);
            Assert.Equal(before + 1, counted.Hashes);
        }
    }

    [Theory]
    [InlineData("plain ascii", 1)]
    [InlineData("größer", 2)]
    [InlineData("gro\u0308ßer é", 3)]
    [InlineData("unpaired \ud800", 1)]
    public async Task How_many_hashes_a_wrong_password_costs_depends_on_what_is_typed_alone(string typed, int forms)
    {
        var known = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        foreach (var address in new[] { known.Email!, "nobody@example.com" })
        {
            var before = counted.Hashes;
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(address, typed)).Status);
            Assert.Equal(before + forms, counted.Hashes);
        }
    }

    [Fact]
    public async Task A_password_of_more_than_256_characters_is_refused_before_it_is_hashed()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        var longest = Convert.ToBase64String(RandomNumberGenerator.GetBytes(192));
        using var visitor = _app.Open();
        var before = counted.Hashes;

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.RedeemAsync(link, longest + "x")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, longest + "x")).Status);
        Assert.Equal(before, counted.Hashes);

        Assert.Equal(256, longest.Length);
        Assert.True((await visitor.RedeemAsync(link, longest)).PasswordChanged);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, longest)).Location);
        Assert.Equal(before + 2, counted.Hashes);
    }

    [Fact]
    public async Task A_password_of_64_characters_is_taken_whole()
    {
        var account = await _app.AddAccountAsync();
        var password = RandomNumberGenerator.GetHexString(64);
        using var visitor = _app.Open();

        Assert.True((await visitor.RedeemAsync(await _app.LinkForAsync(account), password)).PasswordChanged);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, password[..^1])).Status);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, password)).Location);
    }

    [Fact]
    public async Task A_token_without_a_proof_of_issuance_never_reaches_the_database()
    {
        var token = (await _app.LinkForAsync(await _app.AddAccountAsync())).Split("token=")[1];
        using var visitor = _app.Open();
        // What is read once only is read now.
        await SendAsync(visitor, "a.b.c", Passwords.New);
        await Eventually.Async(() => _app.OutboxAsync(), count => count == 0);
        var before = Commands();

        var parts = token.Split('.');
        foreach (
            var unproven in new[]
            {
                $"{parts[0]}.{Convert.ToBase64String(Encoding.UTF8.GetBytes("{}"))}.{parts[2]}",
                $"{parts[0]}.{Damaged(parts[1])}.{parts[2]}",
                "a.b.c",
            })
        {
            (await visitor.GetAsync($"/reset-password?token={unproven}")).IsRefusedAs("invalid");
            (await SendAsync(visitor, unproven, Passwords.New)).IsRefusedAs("invalid");
        }

        Assert.Equal(before, Commands());
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync($"/reset-password?token={token}")).Status);
        Assert.NotEqual(before, Commands());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_form_of_more_than_32_KiB_is_refused_with_a_page_also_without_a_length(bool chunked)
    {
        using var visitor = _app.Open();
        foreach (var path in new[] { "/forgot-password", "/reset-password", "/sign-in" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(visitor, path, LargestForm - ChunkHeaders, chunked)).Status);
            var refused = await PostAsync(visitor, path, LargestForm + 1, chunked);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.Status);
            Assert.Contains("That was too much at once", refused.Body, StringComparison.Ordinal);
        }
    }

    private static async Task<Answer> PostAsync(Visitor visitor, string path, int bytes, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(
                string.Create(bytes, 0, (text, _) => Fill(text)),
                Encoding.UTF8,
                "application/x-www-form-urlencoded"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        return await visitor.SendAsync(request);
    }

    // Many short fields: a long value has a limit of its own.
    private static void Fill(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = (i % 400) switch { 0 => 'n', 1 => '=', 399 => '&', _ => 'x' };
    }

    private static async Task<Answer> SendAsync(Visitor visitor, string token, string password)
    {
        var page = await visitor.GetAsync("/forgot-password");
        return await visitor.PostAsync(
            "/reset-password",
            ("__RequestVerificationToken", AnswerMask.Antiforgery(page.Body)),
            ("token", token),
            ("password", password));
    }

    private static string Damaged(string payload)
    {
        var json = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(payload));
        var proof = json.IndexOf("\"jti\":\"", StringComparison.Ordinal) + "\"jti\":\"".Length;
        return System.Buffers.Text.Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes($"{json[..proof]}{(json[proof] == 'A' ? 'B' : 'A')}{json[(proof + 1)..]}"));
    }

    // The outbox and campaigns are looked at every second, whoever does what.
    private int Commands() =>
        _app.Log.Lines.Count(line =>
            line.Contains("Executed DbCommand", StringComparison.Ordinal)
            && !line.Contains("RecoveryOutbox", StringComparison.Ordinal)
            && !line.Contains("RecoveryCampaigns", StringComparison.Ordinal));

    /// <summary>An app that counts the password hashes that it computes.</summary>
    public sealed class CountedApp : IAsyncLifetime
    {
        private int _hashes;

        public TestApp App { get; private set; } = null!;

        public int Hashes => _hashes;

        public async ValueTask InitializeAsync() =>
            App = await TestApp.StartAsync(replace: services =>
                services.AddScoped<IPasswordHasher<Account>>(provider => new CountingHasher(
                    this,
                    provider.GetRequiredService<IOptions<PasswordHasherOptions>>())));

        public ValueTask DisposeAsync() => App.DisposeAsync();

        private sealed class CountingHasher(CountedApp counted, IOptions<PasswordHasherOptions> options) : PasswordHasher<Account>(options)
        {
            public override string HashPassword(Account user, string password)
            {
                Interlocked.Increment(ref counted._hashes);
                return base.HashPassword(user, password);
            }

            public override PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
            {
                Interlocked.Increment(ref counted._hashes);
                return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
            }
        }
    }
}
