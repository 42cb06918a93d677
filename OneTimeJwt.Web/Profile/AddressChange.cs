using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Profile;

internal static class AddressRoutes
{
    public const string Path = "/account/email";
    public const string Sent = $"{Path}/sent";

    public static void MapAddressChange(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup(Path).RequireAuthorization().NeedsStep(Path);
        own.MapPage<AddressChange>("", change => change.ShowAsync);
        own.MapForm<AddressChange>("", change => change.AskAsync);
        routes.MapPage(Sent, () => Page.Of<AddressSent>()).RequireAuthorization();
    }
}

/// <summary>
/// A signed-in user wants another address. It waits in a row of ours until the link to it was used; whether another account has it
/// is not looked up here, so that the page can't tell.
/// </summary>
internal sealed class AddressChange(
    AccountSignInManager signIn,
    UserManager<Account> users,
    AccountsContext database,
    IDbContextFactory<AccountsContext> contexts,
    AccountLookup lookup,
    TimeProvider time)
{
    public async Task<IResult> ShowAsync(HttpContext http) => Form((await users.GetUserAsync(http.User))!);

    public async Task<IResult> AskAsync(HttpContext http, FormPost form)
    {
        var account = (await users.GetUserAsync(http.User))!;
        var wanted = form["email"].Trim();
        return (form.Forgery ?? await ProblemAsync(account, wanted, form["password"])) is { } problem ? Form(account, wanted, problem)
            : await TryStoreAsync(account, wanted, http.ClientAddress()) ? Page.SeeOther(AddressRoutes.Sent)
            : Form(account, wanted, new FormProblem(Words.ChangedMeanwhile));
    }

    private async Task<FormProblem?> ProblemAsync(Account account, string wanted, string password) =>
        password.Length == 0 ? new(Words.FieldIsEmpty.With(Words.YourPassword)) { Field = "password" }
        : !await signIn.CheckPasswordAsync(account, password) ? new(Words.WrongPassword) { Field = "password" }
        : !Addresses.CanBeMailed(wanted) || !await database.CanStoreAsync(wanted) ? new(Words.NotAnAddress) { Field = "email" }
        : lookup.HasAddress(account.Email, wanted) ? new(Words.SameAsNow) { Field = "email" }
        : null;

    private async Task<bool> TryStoreAsync(Account account, string wanted, string? client)
    {
        try
        {
            return await contexts.TryDespiteConflictsAsync(fresh => StoreAsync(fresh, account, wanted, client));
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            return false;
        }
    }

    // A notice that is being sent writes to the same row, and so may other requests: a different address that was stored since stays.
    // The same address may be this request, sent twice or with its commit in doubt.
    private async Task<bool> StoreAsync(AccountsContext fresh, Account account, string wanted, string? client)
    {
        if (await fresh.Users.FindAsync(account.Id) is not { } present || present.SecurityStamp != account.SecurityStamp)
            return false;
        if (present.RecoveryState?.PendingAddress != account.RecoveryState?.PendingAddress)
            return await fresh.IsConfirmedAsync(() =>
                fresh.RecoveryStates.AnyAsync(state => state.AccountId == account.Id && state.PendingAddress == wanted));

        var state = present.EnsureRecoveryState();
        state.PendingAddress = wanted;
        state.Renew();
        fresh.Add(OutboxMail.ForUser(OutboxKind.ChangeLink, account.Id, client, time.GetUtcNow()));
        await fresh.SaveChangesAsync();
        return true;
    }

    private static IResult Form(Account account, string? wanted = null, FormProblem? problem = null) => Page.Of<AddressPage>(
        problem, new { Present = account.Email ?? account.UserName ?? "", Wanted = wanted, Problem = problem });
}
