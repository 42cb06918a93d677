using System.Security.Cryptography;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>Which event ends which outstanding link: the table of THREATS.md, each cell tried.</summary>
public sealed class KillMatrixTests(KillMatrixTests.LinksAtHand links) : IClassFixture<KillMatrixTests.LinksAtHand>
{
    private const string Replaced = "server secret replaced";

    private static readonly string[] Ends = ["ends", "lives", "while it lasts"];

    private static readonly Dictionary<string, Func<TestApp, MailedTo, Task>> Events = new()
    {
        ["itself redeemed"] = async (app, link) =>
            Assert.Equal(HttpStatusCode.SeeOther, (await VisitAsync(app, visitor => visitor.UseAsync(link))).Status),
        ["password changed"] = (app, link) =>
            app.AsAnotherApplicationAsync(
                link.Account.Id,
                async (users, account) =>
                {
                    await users.RemovePasswordAsync(account);
                    return await users.AddPasswordAsync(account, Passwords.New);
                }),
        ["address changed here"] = async (app, link) =>
        {
            await app.WantAddressAsync(link.Account.Id, MailedLinks.NewAddress());
            await PressAsync(app, "change", link);
        },
        ["address changed by another application"] = (app, link) =>
            app.AsAnotherApplicationAsync(link.Account.Id, (users, account) => users.SetEmailAsync(account, MailedLinks.NewAddress())),
        ["two-factor changed"] = (app, link) =>
            app.AsAnotherApplicationAsync(link.Account.Id, (users, account) => users.SetTwoFactorEnabledAsync(account, enabled: true)),
        ["signed in"] = async (app, link) =>
        {
            foreach (var password in new[] { "not the password", Passwords.Old, Passwords.Other })
                await VisitAsync(app, visitor => visitor.SignInAsync(link.Account.Email!, password));
        },
        ["locked for a while after wrong passwords"] = (app, link) =>
            app.AsAnotherApplicationAsync(
                link.Account.Id,
                (users, account) => users.SetLockoutEndDateAsync(account, app.Clock.GetUtcNow().AddMinutes(15))),
        ["locked by an admin"] = (app, link) => ActAsync(app, AdminAction.Lock, link),
        ["disabled by another application"] = (app, link) =>
            app.AsAnotherApplicationAsync(
                link.Account.Id,
                (users, account) => users.SetLockoutEndDateAsync(account, DateTimeOffset.MaxValue)),
        ["banned by another application for two days"] = (app, link) =>
            app.AsAnotherApplicationAsync(
                link.Account.Id,
                (users, account) => users.SetLockoutEndDateAsync(account, app.Clock.GetUtcNow().AddDays(2))),
        ["banned by another application for a hundred years, by a statement that leaves the stamps alone"] = (app, link) =>
            app.WriteAsync(link.Account.Id, row => row.SetProperty(known => known.LockoutEnd, app.Clock.GetUtcNow().AddYears(100))),
        ["given a date of lock-out that Identity ignores"] = (app, link) =>
            app.WriteAsync(
                link.Account.Id,
                row =>
                    row.SetProperty(known => known.LockoutEnabled, false).SetProperty(known => known.LockoutEnd, DateTimeOffset.MaxValue)),
        ["deleted"] = (app, link) => app.AsAnotherApplicationAsync(link.Account.Id, (users, account) => users.DeleteAsync(account)),
        ["secured"] = (app, link) => PressAsync(app, "secure", link),
        ["revoked by an admin"] = (app, link) => ActAsync(app, AdminAction.RevokeLinks, link),
    };

    private readonly TestApp _app = links.App;

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string>();
            foreach (var (happening, purpose, end) in Table())
            {
                if (happening != Replaced)
                    cells.Add(happening, purpose, end);
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Each_event_ends_the_links_that_the_table_says_and_no_other(string happening, string purpose, string end)
    {
        var link = links[happening, purpose];
        using var visitor = _app.Open();
        var page = await visitor.GetAsync(link.Url);
        Assert.Equal(HttpStatusCode.OK, page.Status);

        await Events[happening](_app, link);

        var opened = await visitor.GetAsync(link.Url);
        if (end == "lives")
        {
            Assert.Equal(HttpStatusCode.OK, opened.Status);
            (await visitor.SubmitAsync(page, MailedLinks.Answers(link.Account.Email))).IsUsed(purpose);
            return;
        }

        opened.IsRefusedAs("spent");
        (await visitor.SubmitAsync(page, MailedLinks.Answers(link.Account.Email))).IsRefusedAs("spent");
        if (happening == "deleted")
            return;

        await _app.AsAnotherApplicationAsync(link.Account.Id, (users, account) => users.SetLockoutEndDateAsync(account, null));
        var afterwards = await visitor.UseAsync(link);
        if (end == "ends")
            afterwards.IsRefusedAs("spent");
        else
            afterwards.IsUsed(purpose);
    }

    [Fact]
    public async Task Without_the_secret_that_they_were_made_with_all_links_are_dead()
    {
        await using var other = await TestApp.StartAsync(
            new()
            {
                ["Recovery:PublicOrigin"] = _app.Origin,
                ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            },
            beside: _app);
        using var visitor = other.Open();

        foreach (var purpose in LinkPurposes.Own)
            (await visitor.GetAsync(new Uri(links[Replaced, purpose.Name].Url).PathAndQuery)).IsRefusedAs("invalid");
        Assert.All(Table().Where(cell => cell.Happening == Replaced), cell => Assert.Equal("ends", cell.End));
    }

    [Fact]
    public void The_table_has_every_event_and_every_purpose()
    {
        Assert.Equal(
            Events.Keys.Append(Replaced).Order(StringComparer.Ordinal),
            Table().Select(cell => cell.Happening).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            LinkPurposes.Own.Select(purpose => purpose.Name).Order(StringComparer.Ordinal),
            Table().Select(cell => cell.Purpose).Distinct().Order(StringComparer.Ordinal));
        Assert.All(Table(), cell => Assert.Contains(cell.End, Ends));
    }

    private static IEnumerable<(string Happening, string Purpose, string End)> Table()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository.Root, "THREATS.md"))
            .SkipWhile(line => !line.StartsWith("| event |", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        return from row in rows.Skip(2) from column in Enumerable.Range(1, row.Length - 1) select (row[0], rows[0][column], row[column]);
    }

    private static async Task<Answer> VisitAsync(TestApp app, Func<Visitor, Task<Answer>> visit)
    {
        using var visitor = app.Open();
        return await visit(visitor);
    }

    private static async Task PressAsync(TestApp app, string purpose, MailedTo link) =>
        (
            await VisitAsync(
                app,
                async visitor => await visitor.UseAsync(await app.MintAsync(purpose, link.Account.Id), link.Account.Email))
        ).IsUsed(purpose);

    private static async Task ActAsync(TestApp app, AdminAction act, MailedTo link) =>
        Assert.True((await app.ActAsync(await app.AddAdminAsync(ConsoleRole.Admin), act, link.Account.Id)).Done);

    /// <summary>An app, and a link for every cell: mailed side by side, for each waits for the outbox.</summary>
    public sealed class LinksAtHand : IAsyncLifetime
    {
        private const int AtOnce = 12;

        private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Happening, string Purpose), MailedTo> _links = [];

        public TestApp App { get; private set; } = null!;

        public MailedTo this[string happening, string purpose] => _links[(happening, purpose)];

        public async ValueTask InitializeAsync()
        {
            App = await TestApp.StartAsync();
            await Parallel.ForEachAsync(Table(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (cell, _) =>
                _links[(cell.Happening, cell.Purpose)] = await MailedLinks.OfAsync(App, cell.Purpose));
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
