using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Profile;

internal static class AddressRoutes
{
    public const string Path = "/account/email";
    public const string Sent = $"{Path}/sent";

    public static void MapAddressChange(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup(Path).RequireAuthorization().NeedsStep(Path);
        own.MapPage("", (AddressChange change, HttpContext http) => change.ShowAsync(http));
        own.MapForm("", (AddressChange change, HttpContext http, FormPost form) => change.AskAsync(http, form));
        routes.MapPage(Sent, [Authorize] () => Page.Of<AddressSent>());
    }
}

/// <summary>
/// A signed-in user wants another address. It waits in a row of ours until the link to it was used; whether somebody
/// else has it is not looked up here, and the page does not tell.
/// </summary>
internal sealed class AddressChange(
    AccountSignInManager signIn,
    UserManager<Account> users,
    AccountsContext database,
    AccountLookup lookup,
    TimeProvider time)
{
    public async Task<IResult> ShowAsync(HttpContext http) => Form(StatusCodes.Status200OK, (await users.GetUserAsync(http.User))!);

    public async Task<IResult> AskAsync(HttpContext http, FormPost form)
    {
        var account = (await users.GetUserAsync(http.User))!;
        var wanted = form["email"].Trim();
        if (!form.IsAntiforgeryValid)
            return Form(StatusCodes.Status400BadRequest, account, wanted, form.Problem);
        if (form["password"].Length == 0)
            return Form(StatusCodes.Status422UnprocessableEntity, account, wanted, Words.FieldIsEmpty.With(Words.YourPassword), "password");
        if (!await signIn.CheckPasswordAsync(account, form["password"]))
            return Form(StatusCodes.Status422UnprocessableEntity, account, wanted, Words.WrongPassword, "password");
        if (!Addresses.CanBeMailed(wanted) || !await database.CanStoreAsync(wanted))
            return Form(StatusCodes.Status422UnprocessableEntity, account, wanted, Words.NotAnAddress, "email");
        if (lookup.HasAddress(account.Email, wanted))
            return Form(StatusCodes.Status422UnprocessableEntity, account, wanted, Words.SameAsNow, "email");

        return await TryAsync(account, wanted, http.Connection.RemoteIpAddress?.ToString())
            ? Page.SeeOther(AddressRoutes.Sent)
            : Form(StatusCodes.Status422UnprocessableEntity, account, wanted, Words.ChangedMeanwhile);
    }

    private async Task<bool> TryAsync(Account account, string wanted, string? client, bool again = false)
    {
        var pending = account.Own?.PendingAddress;
        var own = account.Remember();
        own.PendingAddress = wanted;
        own.Renew();
        database.Add(OutboxMail.ForUser(OutboxKind.ChangeLink, account.Id, client, time.GetUtcNow()));
        try
        {
            await database.SaveChangesAsync();
            return true;
        }
        catch (DbUpdateException fault) when (!again && fault.IsConflict())
        {
            // A notice that is being sent writes to the same row, and so may other wishes: theirs were first. One of them
            // may be this one, where the button was pressed twice.
            database.ChangeTracker.Clear();
            if (await users.FindByIdAsync(account.Id) is not { } present || present.SecurityStamp != account.SecurityStamp)
                return false;

            return present.Own?.PendingAddress == pending
                ? await TryAsync(present, wanted, client, again: true)
                : await database.IsConfirmedAsync(() =>
                    database.OwnStates.AnyAsync(own => own.AccountId == account.Id && own.PendingAddress == wanted));
        }
        catch (DbUpdateException fault) when (fault.IsConflict())
        {
            return false;
        }
    }

    private static IResult Form(int status, Account account, string? wanted = null, string? problem = null, string? field = null) =>
        Page.Of<AddressPage>(
            status,
            new
            {
                Present = account.Email ?? account.UserName ?? "",
                Wanted = wanted,
                Problem = problem,
                Field = field,
            });
}
