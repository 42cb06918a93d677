using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using OneTimeJwt.E2E.InApp;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>
/// The site under test: an app that the suite starts, or the one at E2E_BASE_URL, whose accounts are those of
/// E2E_ACCOUNTS_FILE (else of appsettings.Development.json) or invited, and whose mails are read from the mailbox that E2E_MAILBOX names.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    private const string BaseUrl = "E2E_BASE_URL";

    private readonly RunningApp? _app;
    private readonly IMailbox? _inbox;
    private readonly InvitedAccounts? _guests;
    private readonly ConcurrentQueue<string> _left = [];

    private Site(Uri address, AccountPool accounts, RunningApp? app, IMailbox? inbox, InvitedAccounts? guests = null)
    {
        _guests = guests;
        Address = address;
        Accounts = accounts;
        _app = app;
        _inbox = inbox;
    }

    public static bool IsDeployed => DeployedAddress is not null;

    public Uri Address { get; }

    public AccountPool Accounts { get; }

    /// <summary>What the app wrote to its console.</summary>
    public string Log => _app?.Log ?? "";

    /// <summary>The app's process; skips the test where the site was started by somebody else.</summary>
    public RunningApp App
    {
        get
        {
            Assert.SkipWhen(_app is null, $"Needs an app of its own; {BaseUrl} names a deployed one.");
            return _app!;
        }
    }

    /// <summary>The mails of the site; skips the test where they can't be read.</summary>
    public IMailbox Inbox
    {
        get
        {
            Assert.SkipWhen(_inbox is null, $"Needs the mails of the site: set {Mailboxes.Kind} to folder, imap or smtp.");
            return _inbox!;
        }
    }

    private static string? DeployedAddress => Environment.GetEnvironmentVariable(BaseUrl) is { Length: > 0 } address ? address : null;

    /// <summary>The deployed site where one is named, else an app that is started.</summary>
    public static async Task<Site> OpenAsync() => await OpenDeployedAsync(Environment.GetEnvironmentVariable) ?? await StartAsync([]);

    /// <summary>The site that somebody else has started, with the mailbox that belongs to it; null where none is named.</summary>
    /// <param name="read">Reads a setting.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong: one line that names it and says how to mend it.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The site disposes of its mailbox.")]
    internal static async Task<Site?> OpenDeployedAsync(Func<string, string?> read)
    {
        if (read(BaseUrl) is not { Length: > 0 } address)
        {
            return string.IsNullOrEmpty(read(Mailboxes.Kind))
                ? null
                : throw new InvalidOperationException(
                    $"{Mailboxes.Kind} is set and {BaseUrl} is not: an app that the suite starts has an inbox of its own. Set both or "
                        + "neither.");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var site) || site.Scheme is not ("http" or "https") || site.PathAndQuery != "/")
            throw new InvalidOperationException(
                $"{BaseUrl} is '{address}': write the scheme and the host of the site, for example https://staging.example.com.");
        if (!string.IsNullOrEmpty(read(Break.Setting)))
            throw new InvalidOperationException(
                $"{Break.Setting} and {BaseUrl} are both set: only an app that the suite starts can be broken on purpose.");
        var accounts = read(Seeds.File) is { Length: > 0 } file ? Seeds.Read(file) : Seeds.Read();
        var inbox = await Mailboxes.OpenAsync(read);
        var inviter = accounts.LastOrDefault(account => account.Kind == AccountKind.Admin);
        var guests = Invited(site, inbox, inviter, read(InvitedAccounts.Setting));
        var known = guests is null ? accounts : [.. accounts.Where(account => account != inviter)];
        return new Site(site, new AccountPool(app: null, known, guests), app: null, inbox, guests);
    }

    private static InvitedAccounts? Invited(Uri site, IMailbox? inbox, TestAccount? inviter, string? pattern) =>
        pattern switch
        {
            null or "" => null,
            _ when pattern.Count(letter => letter == '*') != 1 || !pattern.Contains('@', StringComparison.Ordinal) =>
                throw new InvalidOperationException(
                    $"{InvitedAccounts.Setting} is '{pattern}': write an address with one star, for example qa+*@example.com."),
            _ when inbox is null => throw new InvalidOperationException(
                $"{InvitedAccounts.Setting} is set and {Mailboxes.Kind} is not: invitations have to be read."),
            _ => new InvitedAccounts(
                site,
                inbox,
                inviter
                    ?? throw new InvalidOperationException(
                        $"{InvitedAccounts.Setting} is set and {Seeds.File} has no account with the role of an admin to invite."),
                pattern),
        };

    /// <summary>Puts the site back as it was found, as far as that can be done from outside.</summary>
    /// <returns>What is left, in words.</returns>
    public async Task<IReadOnlyList<string>> CleanUpAsync(Browsers browsers) =>
        _guests is null ? [.. _left] : [.. _left, .. await _guests.LockAsync(browsers)];

    /// <summary>An app of its own, also for a test that restarts it or needs other settings.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The site disposes of its app.")]
    public static async Task<Site> StartAsync(Dictionary<string, string> settings)
    {
        Assert.SkipWhen(IsDeployed, $"Needs an app of its own; {BaseUrl} names a deployed one.");
        var app = await RunningApp.StartAsync(settings);
        return new Site(app.Address, new AccountPool(app, Seeds.Read()), app, new InboxFolder(app.Inbox));
    }

    /// <summary>Asks for a link without a browser and takes it out of the mail.</summary>
    public async Task<string> MailLinkAsync(TestAccount account)
    {
        var inbox = Inbox;
        using var visitor = new Visitor(Address);
        var answer = await visitor.SubmitAsync("/forgot-password", "/forgot-password", ("email", account.Email));
        Assert.Equal(303, (int)answer.Status);
        return (await inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
    }

    /// <summary>A link of that purpose, mailed as the site does it; an invitation is for somebody new.</summary>
    public Task<string> MailLinkAsync(string purpose, TestAccount account) => purpose switch
    {
        "reset" => MailLinkAsync(account),
        "invite" => InviteAsync(),
        "confirm" => MailConfirmLinkAsync(account),
        "change" => MailChangeLinkAsync(account, People.NextAddress()),
        "secure" => MailSecureLinkAsync(account),
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, null),
    };

    /// <summary>A link to confirm the account's address.</summary>
    public async Task<string> MailConfirmLinkAsync(TestAccount account)
    {
        using var visitor = new Visitor(Address);
        var answer = await visitor.SubmitAsync("/forgot-password", "/forgot-password", ("email", account.Email), ("confirm", "yes"));
        Assert.Equal(303, (int)answer.Status);
        return (await Inbox.NextAsync(account.Email, InboxFolder.ConfirmSubject)).Link;
    }

    /// <summary>A link to another address, asked for as its signed-in user does.</summary>
    public async Task<string> MailChangeLinkAsync(TestAccount account, string wanted)
    {
        using var visitor = await EnterAsync(account);
        var answer = await visitor.SubmitAsync("/account/email", "/account/email", ("email", wanted), ("password", account.Password));
        Assert.Equal(303, (int)answer.Status);
        return (await Inbox.NextAsync(wanted, InboxFolder.ChangeSubject)).Link;
    }

    /// <summary>The link of the notice that tells of another password.</summary>
    public async Task<string> MailSecureLinkAsync(TestAccount account)
    {
        using var visitor = await EnterAsync(account);
        var answer = await visitor.SubmitAsync(
            "/account",
            "/account",
            ("current-password", account.Password),
            ("new-password", account.NewPassword()));
        Assert.Equal(303, (int)answer.Status);
        return (await Inbox.NextAsync(account.Email, InboxFolder.NoticeSubject)).Link;
    }

    private async Task<Visitor> EnterAsync(TestAccount account)
    {
        var visitor = new Visitor(Address);
        Assert.Equal(HttpStatusCode.SeeOther, await visitor.SignInAsync(account));
        return visitor;
    }

    /// <summary>Has an admin invite somebody who has no account yet, and takes the link out of the mail.</summary>
    public async Task<string> InviteAsync()
    {
        Assert.SkipWhen(IsDeployed, "Leaves an account behind.");
        var address = People.NextAddress();
        await InvitedAccounts.SendInvitationAsync(Address, await Accounts.TakeAsync(AccountKind.Admin), address);
        return (await Inbox.NextAsync(address, InboxFolder.InvitationSubject)).Link;
    }

    /// <summary>Makes somebody an admin on the command line, and takes the link out of the mail.</summary>
    public async Task<string> InviteToConsoleAsync(string address)
    {
        var (code, output) = await App.RunAsync("admins", "invite", address);
        // Mailed at once, or by the app, whose worker may be faster.
        Assert.True(
            code == 0 && output.StartsWith($"{address} has a new account and is an admin. The invitation is ", StringComparison.Ordinal),
            output);
        return (await Inbox.NextAsync(address, InboxFolder.InvitationSubject)).Link;
    }

    /// <summary>A deployed site has few accounts: the next test, and the next run, find them as the file says.</summary>
    public async Task GiveBackAsync(TestAccount account)
    {
        if (!IsDeployed)
            return;

        if (account.Chosen.Count > 0 && !await RestoreAsync(account))
            _left.Enqueue($"{account.Email}: a test changed its password, which could not be changed back");
        Accounts.GiveBack(account.Untouched());
    }

    public async ValueTask DisposeAsync()
    {
        if (_inbox is not null)
            await _inbox.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    // The password it has may be the one that it had: not every test that makes one up gets to use it.
    private async Task<bool> RestoreAsync(TestAccount account)
    {
        foreach (var password in account.Chosen.Append(account.Password))
        {
            if (await TryRestoreAsync(account, password))
                return true;
        }

        return false;
    }

    private async Task<bool> TryRestoreAsync(TestAccount account, string present)
    {
        using var visitor = new Visitor(Address);
        if (await visitor.SignInAsync(account, present) != HttpStatusCode.SeeOther)
            return false;
        if (present == account.Password)
            return true;

        var changed = await visitor.SubmitAsync("/account", "/account", ("current-password", present), ("new-password", account.Password));
        return changed.Status == HttpStatusCode.SeeOther || changed.Status == HttpStatusCode.OK;
    }
}
