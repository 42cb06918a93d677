using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Web.Tests.SignIn;

public sealed class SessionTests(SharedApp shared) : IClassFixture<SharedApp>
{
    // As older applications hash.
    private static readonly PasswordHasher<Account> Cheapest = new(Options.Create(new PasswordHasherOptions { IterationCount = 100 }));

    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_reset_ends_every_other_session_on_its_next_request_and_signs_nobody_in()
    {
        var account = await _app.AddAccountAsync();
        using var session = _app.Open();
        await session.SignInAsync(account.Email!, Passwords.Old);
        using var owner = _app.Open();

        Assert.True((await owner.RedeemAsync(await _app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await session.GetAsync("/account")).Location);
        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await owner.GetAsync("/account")).Location);
    }

    [Fact]
    public async Task Every_failed_sign_in_has_one_answer()
    {
        string[] wrong = [Passwords.New, " ", new string('x', 300)];
        var attempts = (from address in await AccountKinds.OfEveryKindAsync(_app) from password in wrong select (address, password))
            .Concat((await AccountKinds.BarredAsync(_app)).Select(barred => (barred, Passwords.Old)));

        var classes = await Task.WhenAll(attempts.Select(async attempt =>
        {
            using var visitor = _app.Open();
            return AnswerMask.Class(await visitor.SignInAsync(attempt.Item1, attempt.Item2), attempt.Item1);
        }));

        Assert.StartsWith("422", Assert.Single(classes.Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_a_while_also_when_tried_at_once()
    {
        var account = await _app.AddAccountAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var visitor = _app.Open();
            await visitor.SignInAsync(account.Email!, Passwords.New);
        }));

        using var owner = _app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await owner.SignInAsync(account.Email!, Passwords.Old)).Status);
        Assert.NotNull((await _app.ReadAsync(account.Id)).LockoutEnd);
    }

    // A guess among many at once is judged before those ahead of it are written down. Nobody guesses a recovery code, and
    // it works once: it lets its owner in.
    [Theory]
    [InlineData("password", "while it is looked at", false)]
    [InlineData("password", "before it is written down", false)]
    [InlineData("password of old cost", "while it is hashed anew", false)]
    [InlineData("app's code", "before it is written down", false)]
    [InlineData("recovery code", "before it is written down", true)]
    public async Task Guesses_made_at_once_count_like_guesses_made_in_turn(string step, string moment, bool letsIn)
    {
        Func<Task>? meanwhile = null;
        Task LockAsync() => Interlocked.Exchange(ref meanwhile, null)?.Invoke() ?? Task.CompletedTask;
        void Lock() => LockAsync().GetAwaiter().GetResult();
        await using var app = await TestApp.StartAsync(replace: services =>
        {
            if (moment == "before it is written down")
                services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(new Forgiving(LockAsync)));
            else
                services.AddScoped<IPasswordHasher<Account>>(provider => new BusyHasher(
                    Lock,
                    provider.GetRequiredService<IOptions<PasswordHasherOptions>>(),
                    whileHashing: moment == "while it is hashed anew"));
        });
        var account = await app.AddAccountAsync(shape: row =>
            row.PasswordHash = step == "password of old cost" ? Cheapest.HashPassword(row, Passwords.Old) : row.PasswordHash);
        var codes = step.EndsWith("code", StringComparison.Ordinal) ? await TwoFactorAsync(app, account) : [];
        using var visitor = app.Open();
        var page = await visitor.GetAsync("/sign-in");
        (string, string)[] fields = [("email", account.Email!), ("password", Passwords.Old)];
        if (codes.Any())
        {
            await visitor.SubmitAsync(page, fields);
            page = await visitor.GetAsync("/sign-in/two-factor");
            var key = await app.WithAsync<UserManager<Account>, string?>(async users =>
                await users.GetAuthenticatorKeyAsync((await users.FindByIdAsync(account.Id))!));
            fields = [("code", step == "recovery code" ? codes.First() : Totp.Code(key!, app.Clock.GetUtcNow()))];
        }

        meanwhile = async () =>
        {
            for (var i = 0; i < 5; i++)
                await app.AsAnotherApplicationAsync(account.Id, (users, row) => users.AccessFailedAsync(row));
        };
        var answer = await visitor.SubmitAsync(page, fields);

        Assert.Null(meanwhile);
        Assert.True((await app.ReadAsync(account.Id)).LockoutEnd > app.Clock.GetUtcNow());
        Assert.Equal(letsIn ? HttpStatusCode.SeeOther : HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal(letsIn ? HttpStatusCode.OK : HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task A_hash_of_old_cost_is_renewed_and_where_the_password_is_changed_at_that_moment_the_old_one_is_wrong()
    {
        Action? meanwhile = null;
        await using var app = await TestApp.StartAsync(replace: services =>
            services.AddScoped<IPasswordHasher<Account>>(provider => new BusyHasher(
                () => Interlocked.Exchange(ref meanwhile, null)?.Invoke(),
                provider.GetRequiredService<IOptions<PasswordHasherOptions>>(),
                whileHashing: true)));
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = Cheapest.HashPassword(row, Passwords.Old));
        using var owner = app.Open();
        Assert.Equal("/account", (await owner.SignInAsync(account.Email!, Passwords.Old)).Location);
        Assert.NotEqual(account.PasswordHash, (await app.ReadAsync(account.Id)).PasswordHash);

        var other = await app.AddAccountAsync(shape: row => row.PasswordHash = Cheapest.HashPassword(row, Passwords.Old));
        meanwhile = () => app.AsAnotherApplicationAsync(other.Id, (users, row) =>
        {
            row.PasswordHash = Cheapest.HashPassword(row, Passwords.New);
            return users.UpdateSecurityStampAsync(row);
        }).GetAwaiter().GetResult();
        using var late = app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await late.SignInAsync(other.Email!, Passwords.Old)).Status);
        Assert.Null(meanwhile);
        Assert.Equal("/account", (await late.SignInAsync(other.Email!, Passwords.New)).Location);
    }

    [Fact]
    public async Task A_sign_in_that_waits_for_its_second_step_ends_with_a_reset()
    {
        var account = await _app.AddAccountAsync();
        var codes = await TwoFactorAsync(_app, account);
        using var halfWay = _app.Open();
        await halfWay.SignInAsync(account.Email!, Passwords.Old);
        var step = await halfWay.GetAsync("/sign-in/two-factor");
        Assert.Equal(HttpStatusCode.OK, step.Status);
        using var owner = _app.Open();
        Assert.True((await owner.RedeemAsync(await _app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Equal("/sign-in", (await halfWay.SubmitAsync(step, ("code", codes.First()))).Location);
        Assert.Equal(HttpStatusCode.Found, (await halfWay.GetAsync("/account")).Status);
    }

    [Theory]
    [InlineData("\ud7ff\ufffe@example.com")]
    [InlineData("\uffff")]
    [InlineData("")]
    public async Task An_address_that_no_normaliser_takes_is_refused_like_any_other(string address)
    {
        using var visitor = _app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(address, Passwords.Old)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.AskAsync(address)).Status);
    }

    [Fact]
    public async Task Changing_the_password_needs_the_present_one_ends_other_sessions_and_tells_the_owner()
    {
        var account = await _app.AddAccountAsync();
        using var other = _app.Open();
        await other.SignInAsync(account.Email!, Passwords.Old);
        using var visitor = _app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChangeAsync(visitor, Passwords.Other, Passwords.New)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChangeAsync(visitor, Passwords.Old, "short")).Status);
        Assert.Equal("/account?changed", (await ChangeAsync(visitor, Passwords.Old, Passwords.New)).Location);

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.Found, (await other.GetAsync("/account")).Status);
        Assert.Equal("Your password was changed", MailFolder.Subject((await _app.Mails.WaitAsync(account.Email!))[0]));
    }

    [Fact]
    public async Task A_recovery_code_opens_the_second_step_once()
    {
        var account = await _app.AddAccountAsync();
        var codes = await TwoFactorAsync(_app, account);

        foreach (var expected in new[] { HttpStatusCode.SeeOther, HttpStatusCode.UnprocessableEntity })
        {
            using var visitor = _app.Open();
            Assert.Equal("/sign-in/two-factor?returnUrl=%2Faccount", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
            Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
            var step = await visitor.GetAsync("/sign-in/two-factor");
            Assert.Equal(expected, (await visitor.SubmitAsync(step, ("code", codes.First()))).Status);
        }
    }

    private static Task<IEnumerable<string>> TwoFactorAsync(TestApp app, Account account) =>
        app.WithAsync<UserManager<Account>, IEnumerable<string>>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            await users.ResetAuthenticatorKeyAsync(row);
            await users.SetTwoFactorEnabledAsync(row, enabled: true);
            return (await users.GenerateNewTwoFactorRecoveryCodesAsync(row, 2))!;
        });

    private static async Task<Answer> ChangeAsync(Visitor visitor, string current, string chosen)
    {
        var page = await visitor.GetAsync("/account");
        var antiforgery = AnswerMask.Antiforgery(page.Body);
        return await visitor.PostAsync(
            "/account",
            ("__RequestVerificationToken", antiforgery),
            ("current-password", current),
            ("new-password", chosen));
    }

    // A sign-in is about to succeed and to clear the count of failures.
    private sealed class Forgiving(Func<Task> meanwhile) : DbCommandInterceptor
    {
        public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default)
        {
            if (command.CommandText.Contains("SET \"AccessFailedCount\"", StringComparison.Ordinal))
                await meanwhile();
            return result;
        }
    }
}
