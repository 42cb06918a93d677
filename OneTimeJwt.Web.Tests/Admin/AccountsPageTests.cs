using Bunit;
using Microsoft.JSInterop;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class AccountsPageTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    private AccountSearch Search => _app.Services.GetRequiredService<AccountSearch>();

    [Fact]
    public async Task Nothing_is_listed_before_anything_is_asked()
    {
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");

        page.WaitForAssertion(() => Assert.Equal("Nothing is asked for yet.", page.Find("[role=status]").Words()));
        Assert.Empty(page.FindAll("ul.hits"));
    }

    [Fact]
    public async Task Typing_finds_and_the_address_of_the_page_follows()
    {
        var account = await _app.AddAccountAsync();
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");

        await page.Find("#q").TypeAsync(account.Email!.ToUpperInvariant()[..20]);

        page.WaitForAssertion(() =>
            Assert.Equal($"/admin/accounts/{account.Id}", Assert.Single(page.FindAll("[data-hit]")).GetAttribute("href")));
        Assert.Equal("One account.", page.Find("[role=status]").Words());
        page.WaitForAssertion(() =>
            Assert.StartsWith("/admin?q=USER-", (string)console.Scripts["keepSearch"][^1].Arguments[0]!, StringComparison.Ordinal));

        await page.Find("form").SendAsync();
        page.WaitForAssertion(() => Assert.Equal($"/admin/accounts/{account.Id}", console.Address));
    }

    [Fact]
    public async Task Nothing_is_written_over_what_is_typed_while_the_server_lags_but_what_another_address_asks_for()
    {
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");
        var drawn = (
            page.Find("#q").GetAttribute("value"),
            page.Find("#q").GetAttribute("blazor:oninput"),
            page.Find("#filter-locked").GetAttribute("blazor:onchange"));

        await page.Find("#q").TypeAsync("nobody a");
        await page.Find("#q").TypeAsync("nobody at all");
        page.WaitForAssertion(() => Assert.Equal("No account is like that.", page.Find("[role=status]").Words()));
        Assert.Equal(
            drawn,
            (
                page.Find("#q").GetAttribute("value"),
                page.Find("#q").GetAttribute("blazor:oninput"),
                page.Find("#filter-locked").GetAttribute("blazor:onchange")));

        console.Go("/admin?q=somebody");
        page.WaitForAssertion(() => Assert.Equal("somebody", page.Find("#q").GetAttribute("value")));
    }

    [Fact]
    public async Task Whoever_comes_back_to_the_bare_page_after_typing_finds_it_empty()
    {
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");
        await page.Find("#filter-locked").FillAsync(true);
        await page.Find("#q").TypeAsync("nobody at all");
        page.WaitForAssertion(() => Assert.Equal("No account is like that.", page.Find("[role=status]").Words()));
        var typed = page.Find("#q").GetAttribute("blazor:oninput");

        console.Go("/admin");
        page.WaitForAssertion(() => Assert.Equal("Nothing is asked for yet.", page.Find("[role=status]").Words()));
        Assert.NotEqual(typed, page.Find("#q").GetAttribute("blazor:oninput"));
        Assert.False(page.Find("#filter-locked").HasAttribute("checked"));
    }

    [Fact]
    public async Task Ticking_says_what_is_wanted_however_often_it_is_heard()
    {
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin?filter=locked");

        await page.Find("#filter-locked").FillAsync(true);
        page.WaitForAssertion(() => Assert.Equal("/admin?filter=locked", (string)console.Scripts["keepSearch"][^1].Arguments[0]!));
        await page.Find("#filter-locked").FillAsync(false);
        page.WaitForAssertion(() => Assert.Equal("/admin", (string)console.Scripts["keepSearch"][^1].Arguments[0]!));
    }

    [Fact]
    public async Task Enter_keeps_the_address_also_before_the_letters_have_come_to_rest()
    {
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");

        var typing = page.Find("#q").TypeAsync("nobody at all");
        await page.Find("form").SendAsync();
        Assert.Equal("/admin?q=nobody%20at%20all", (string)console.Scripts["keepSearch"][0].Arguments[0]!);
        await typing;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_goes_on_where_the_browser_does_not_keep_the_address(bool away)
    {
        var account = await _app.AddAccountAsync();
        using var console = await DeskAsync();
        console.FailScript("keepSearch", away ? new JSDisconnectedException("away") : new JSException("too many"));
        var page = console.Open<AccountsPage>("/admin");

        await page.Find("#q").TypeAsync(account.Email!);
        await page.Find("form").SendAsync();

        page.WaitForAssertion(() => Assert.Equal($"/admin/accounts/{account.Id}", console.Address));
    }

    [Fact]
    public async Task An_address_of_the_page_brings_search_and_filters_back()
    {
        var family = Guid.NewGuid().ToString("N");
        await AddAsync(family, 3, (account, i) => account.EmailConfirmed = i != 1);
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>($"/admin?q={family}&filter=unconfirmed&filter=nonsense");

        page.WaitForAssertion(() =>
            Assert.StartsWith(
                "unconfirmed",
                Assert.Single(page.FindAll("[data-hit]")).QuerySelector(".tags")!.Words(),
                StringComparison.Ordinal));
        Assert.Equal(family, page.Find("#q").GetAttribute("value"));
        Assert.True(page.Find("input[value=unconfirmed]").HasAttribute("checked"));

        await page.Find("input[value=unconfirmed]").FillAsync(false);
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("[data-hit]").Count));
    }

    [Fact]
    public async Task Many_are_paged_each_once()
    {
        var family = Guid.NewGuid().ToString("N");
        await AddAsync(family, 60);
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>($"/admin?q={family}");

        var seen = new List<string>();
        foreach (var size in new[] { 25, 25, 10 })
        {
            page.WaitForAssertion(() => Assert.Equal(size, page.FindAll("[data-hit]").Count));
            seen.AddRange(page.FindAll("[data-hit]").Select(hit => hit.GetAttribute("href")!));
            if (size == 25)
                await page.FindAll(".pager button")[1].PressAsync();
        }

        Assert.Equal(60, seen.Distinct().Count());
        Assert.True(page.FindAll(".pager button")[1].HasAttribute("disabled"));
        await page.FindAll(".pager button")[0].PressAsync();
        page.WaitForAssertion(() =>
            Assert.Equal(seen.Skip(25).Take(25), page.FindAll("[data-hit]").Select(hit => hit.GetAttribute("href")!)));
    }

    [Theory]
    [InlineData("nobody at all")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("'; DROP TABLE AspNetUsers; --")]
    [InlineData("\0")]
    public async Task What_nobody_is_called_finds_nobody(string text)
    {
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");

        await page.Find("#q").TypeAsync(text);

        page.WaitForAssertion(() => Assert.Equal("No account is like that.", page.Find("[role=status]").Words()));
    }

    [Fact]
    public async Task Names_are_shown_as_text()
    {
        var hostile = $"{Guid.NewGuid():N}{PageRenderer.Hostile}";
        await _app.AddAccountAsync(shape: account => (account.UserName, account.Email) = (hostile, null));
        using var console = await DeskAsync();
        var page = console.Open<AccountsPage>("/admin");

        await page.Find("#q").TypeAsync(hostile);

        page.WaitForAssertion(() => Assert.Equal(hostile, page.Find("[data-hit] b").TextContent));
        Assert.Empty(page.FindAll("script, img, [style]"));
    }

    [Fact]
    public async Task A_database_that_is_away_is_said_and_the_next_letter_tries_again()
    {
        var contexts = new AwayContexts(_app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>());
        using var console = await DeskAsync();
        console.Services.AddSingleton(
            new AccountSearch(
                contexts,
                new UpperInvariantLookupNormalizer(),
                _app.Services.GetRequiredService<OutstandingLinks>(),
                _app.Clock));
        var page = console.Open<AccountsPage>("/admin");

        await page.Find("#q").TypeAsync("nobody a");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[role=alert]")));
        contexts.IsAway = false;
        await page.Find("#q").TypeAsync("nobody at");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[role=alert]")));
    }

    [Fact]
    public async Task Who_lost_the_right_finds_nothing_more()
    {
        var support = await _app.AddAdminAsync(ConsoleRole.Support);
        using var console = new ConsoleDriver(_app, support.User);
        var page = console.Open<AccountsPage>("/admin");
        await _app.Roles().RemoveAsync(support.Id, ConsoleRole.Support);

        await page.Find("#q").TypeAsync("user");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[role=alert]")));
        Assert.Empty(page.FindAll("[data-hit], input"));
    }

    /// <summary>With two lower bounds SQLite may take the other one, and reads all pages ahead of this one.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("user-")]
    public async Task A_page_further_on_enters_the_index_where_the_last_one_ended(string text)
    {
        const string Bound = "\"NormalizedEmail\" >= ";
        var cancellation = Xunit.TestContext.Current.CancellationToken;
        for (var i = 0; i < 4; i++)
            await _app.AddAccountAsync();
        var first = await Search.PageAsync(text, AccountFilters.None, after: null, max: 2, cancellation);
        var earlier = _app.Log.Lines.Count;

        await Search.PageAsync(text, AccountFilters.None, first.Next, max: 2, cancellation);

        var asked = _app.Log.Lines.Skip(earlier).Where(line =>
            line.Contains("Executed DbCommand", StringComparison.Ordinal) && line.Contains(Bound, StringComparison.Ordinal));
        // Cut, since the line has the statement twice.
        Assert.Equal(2, Assert.Single(asked).Split("ORDER BY")[0].Split(Bound).Length);
    }

    [Fact]
    public async Task An_account_is_found_by_address_user_name_and_id_and_listed_once()
    {
        var mark = Guid.NewGuid().ToString("N");
        var byAddress = await _app.AddAccountAsync(shape: account =>
            (account.Email, account.UserName) = ($"{mark}@example.com", $"{mark}-name"));
        var byName = await _app.AddAccountAsync(shape: account => account.UserName = $"{mark} the other");
        var byId = await _app.AddAccountAsync(shape: account => account.Id = $"{mark}-id");

        Assert.Equal(
            [byAddress.Id, byName.Id, byId.Id],
            (
                await Search.PageAsync(mark, AccountFilters.None, cancellationToken: Xunit.TestContext.Current.CancellationToken)
            ).Rows.Select(row => row.Id));
    }

    [Theory]
    [InlineData("\uffff")]
    [InlineData("\ud800")]
    public async Task What_no_normaliser_takes_names_nobody(string text) =>
        Assert.Empty(
            (await Search.PageAsync(text, AccountFilters.None, cancellationToken: Xunit.TestContext.Current.CancellationToken)).Rows);

    [Fact]
    public async Task Filters_hold_all_at_once()
    {
        var mark = Guid.NewGuid().ToString("N");
        await AddAsync(mark, 8, (account, i) =>
        {
            account.EmailConfirmed = (i & 1) == 0;
            account.TwoFactorEnabled = (i & 2) != 0;
            (account.LockoutEnabled, account.LockoutEnd) = (true, (i & 4) != 0 ? DateTimeOffset.MaxValue : null);
        });

        Assert.Equal(4, await CountAsync(AccountFilters.Unconfirmed));
        Assert.Equal(2, await CountAsync(AccountFilters.Unconfirmed | AccountFilters.Locked));
        Assert.Equal(1, await CountAsync(AccountFilters.Unconfirmed | AccountFilters.Locked | AccountFilters.TwoFactor));
        Assert.Equal(8, await CountAsync(AccountFilters.NoPassword));

        async Task<int> CountAsync(AccountFilters filters) =>
            (await Search.PageAsync(mark, filters, cancellationToken: Xunit.TestContext.Current.CancellationToken)).Rows.Count;
    }

    [Fact]
    public async Task A_link_is_out_from_its_mail_to_its_end()
    {
        var (used, killed, open) = (await _app.AddAccountAsync(), await _app.AddAccountAsync(), await _app.AddAccountAsync());
        using var owner = _app.Open();
        Assert.True((await owner.RedeemAsync(await _app.LinkForAsync(used), Passwords.New)).PasswordChanged);
        await _app.LinkForAsync(killed);
        await _app.LinkForAsync(open);
        await Eventually.Async(() => _app.TrailAsync(open.Id), lines => lines.Any(line => line.Kind == RecoveryEventKind.Mailed));
        await Eventually.Async(() => _app.TrailAsync(killed.Id), lines => lines.Any(line => line.Kind == RecoveryEventKind.Mailed));
        Assert.True((await _app.ActAsync(await _app.AddAdminAsync(ConsoleRole.Support), AdminAction.RevokeLinks, killed.Id)).Done);

        Assert.Equal((0, 0, 1), (await OutAsync(used), await OutAsync(killed), await OutAsync(open)));

        async Task<int> OutAsync(Account account) =>
            (
                await Search.PageAsync(
                    account.Email!,
                    AccountFilters.LinkOut,
                    cancellationToken: Xunit.TestContext.Current.CancellationToken))
                .Rows
                .Count;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_search_for_links_out_finds_what_their_definition_says(int seed)
    {
        var random = new Random(seed);
        var (family, now) = ($"out{Guid.NewGuid():N}"[..12], TimeProvider.System.GetUtcNow());
        await AddAsync(family, 60, (account, i) =>
        {
            account.EmailConfirmed = random.Next(3) > 0;
            account.NormalizedEmail = i % 5 == 0 ? account.Email
                : i % 7 == 0 ? $"ELSEWHERE-{account.NormalizedEmail}"
                : account.NormalizedEmail;
        });
        var accounts = await _app.WithAsync<AccountsContext, List<Account>>(database =>
            database.Users.AsNoTracking().Where(account => account.UserName!.StartsWith(family)).ToListAsync());
        var lines = accounts.SelectMany(account => Enumerable.Range(0, random.Next(5)).Select(_ => Line(account))).ToList();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(lines);
            return database.SaveChangesAsync();
        });

        Assert.InRange(accounts.Count(IsOut), 5, 55);
        await CompareAsync();
        // So many mails that they aren't listed.
        var many = Enumerable.Range(0, 4_000).Select(_ => Mail("another", now.AddMinutes(-1), null)).ToList();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(many);
            return database.SaveChangesAsync();
        });
        await CompareAsync();
        await _app.WithAsync<AccountsContext, int>(database =>
            database.Trail.Where(line => line.AccountId == "another").ExecuteDeleteAsync());

        async Task CompareAsync()
        {
            foreach (var text in new[] { family, $"{family}-01", $"{family}-{seed:D3}@example.com", accounts[seed].Id, $"no{family}" })
            {
                Assert.Equal(Expected(text, _ => true), await AllAsync(text, AccountFilters.LinkOut));
                Assert.Equal(
                    Expected(text, account => !account.EmailConfirmed),
                    await AllAsync(text, AccountFilters.LinkOut | AccountFilters.Unconfirmed));
            }
        }

        IEnumerable<string> Expected(string text, Func<Account, bool> filter) => accounts
            .Where(account => account.UserName!.StartsWith(text, StringComparison.Ordinal) || account.Id == text)
            .Where(account => IsOut(account) && filter(account))
            .Select(account => account.Id)
            .Order(StringComparer.Ordinal);

        async Task<IEnumerable<string>> AllAsync(string text, AccountFilters filters)
        {
            var (found, next) = (new List<string>(), (AccountCursor?)null);
            do
            {
                var page = await Search.PageAsync(text, filters, next, max: 7, Xunit.TestContext.Current.CancellationToken);
                found.AddRange(page.Rows.Select(row => row.Id));
                next = page.Next;
            }
            while (next is not null);

            return found.Order(StringComparer.Ordinal);
        }

        bool IsOut(Account account) => lines.Exists(mail =>
            mail.AccountId == account.Id
            && mail is { Kind: RecoveryEventKind.Mailed, Nonce: not null, Detail: null }
            && mail.At > now.AddMinutes(mail.Actor is null ? -30 : -720)
            && !lines.Exists(end => end.Kind is RecoveryEventKind.Redeemed or RecoveryEventKind.LinksKilled
                && end.AccountId == account.Id
                && end.At >= mail.At));

        // Not at the very ends of lifetimes, since the search has a clock of its own.
        RecoveryEvent Line(Account account)
        {
            var at = now.AddMinutes(new[] { -5, -10, -20, -40, -600, -800 }[random.Next(6)]);
            return random.Next(4) > 0 ? Mail(account.Id, at, random.Next(2) == 0 ? "admin" : null) : RecoveryEvent.Of(
                new[] { RecoveryEventKind.Redeemed, RecoveryEventKind.LinksKilled, RecoveryEventKind.Opened }[random.Next(3)],
                account.Id,
                at);
        }

        RecoveryEvent Mail(string account, DateTimeOffset at, string? actor) => new()
        {
            At = at,
            Kind = random.Next(8) == 0 ? RecoveryEventKind.NoticeMailed : RecoveryEventKind.Mailed,
            AccountId = account,
            Actor = actor,
            Nonce = random.Next(8) == 0 ? null : $"{random.NextInt64():x16}",
            Detail = random.Next(8) == 0 ? "confirm" : null,
        };
    }

    private async Task<ConsoleDriver> DeskAsync() => new(_app, (await _app.AddAdminAsync(ConsoleRole.Support)).User);

    private Task<int> AddAsync(string family, int count, Action<Account, int>? shape = null) =>
        _app.WithAsync<AccountsContext, int>(database =>
        {
            for (var i = 0; i < count; i++)
            {
                var address = $"{family}-{i:D3}@example.com";
                var account = new Account
                {
                    Email = address,
                    UserName = address,
                    NormalizedEmail = address.ToUpperInvariant(),
                    NormalizedUserName = address.ToUpperInvariant(),
                    EmailConfirmed = true,
                };
                shape?.Invoke(account, i);
                database.Add(account);
            }

            return database.SaveChangesAsync();
        });
}
