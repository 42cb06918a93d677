using System.Diagnostics;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

/// <summary>How a redemption ended: the link's verdict, and what the password policy said of a valid one.</summary>
public sealed record Redemption(Verification Verification, IReadOnlyList<string> Faults)
{
    /// <summary>How the address was judged, where one has to be typed.</summary>
    public TypedAddressVerdict Address { get; init; }

    public bool Succeeded => Verification.Verdict == TokenVerdict.Valid && Faults.Count == 0;
}

/// <summary>Redeems a link of any purpose: judges what was filled in, then changes the account.</summary>
internal sealed class RedeemLink(
    LinkVerifier links,
    RedemptionTransaction transaction,
    RedemptionContext context,
    NewPassword newPassword,
    LockoutRelease lockout,
    OwnAddress ownAddress,
    OwnerLanguage language)
{
    /// <param name="purpose">What the link is for.</param>
    /// <param name="token">What came in.</param>
    /// <param name="answer">What the page asks for: the new password, or the account's address.</param>
    /// <param name="network">What the client is counted by.</param>
    /// <param name="client">Where it came from.</param>
    public async Task<Redemption> RedeemAsync(LinkPurpose purpose, string? token, string answer, string network, string? client)
    {
        using var span = Instrumentation.Source.StartActivity("redeem");
        var verification = await links.VerifyAsync(purpose, token);
        var redemption = verification.Verdict != TokenVerdict.Valid ? new Redemption(verification, []) : purpose switch
        {
            PasswordPurpose password => await ChoosePasswordAsync(password, verification, token, answer, client),
            ButtonPurpose button => await ConfirmAsync(button, verification, token, answer, network, client),
            _ => throw new UnreachableException(),
        };
        span?.SetTag("purpose", purpose.Name)
            .SetTag("verdict", LinkAudit.DisplayText(redemption.Verification.Verdict))
            .SetTag("outcome", redemption.Faults.Count == 0 ? null : "answer refused");
        return redemption;
    }

    private async Task<Redemption> ChoosePasswordAsync(
        PasswordPurpose purpose, Verification verification, string? token, string password, string? client)
    {
        var account = await links.AccountAsync(verification.Claims!);
        var faults = await newPassword.FaultsAsync(account, password);
        if (faults.Count > 0)
            return new Redemption(verification, faults);

        // Hashed once and ahead of the swap: between reading and writing there are then milliseconds, and a stranger
        // whose wrong sign-ins touch the row can't keep the owner out.
        var hash = await newPassword.HashAsync(account, password);
        var redemption = new Redemption(
            await transaction.RunAsync(purpose, token, (row, _) => SetPasswordAsync(row, hash, purpose, client), client), []);
        if (redemption.Succeeded)
            await language.RememberAsync(account.Id);
        return redemption;
    }

    private async Task<RecoveryEventKind?> SetPasswordAsync(Account account, string hash, PasswordPurpose purpose, string? client)
    {
        await lockout.ReleaseAsync(account);
        account.PasswordHash = hash;
        account.RenewSecurityStamp();
        account.EmailConfirmed = true;
        account.AccessFailedCount = 0;
        if (purpose.Notice is { } notice)
            context.AddMail(notice, account.Id, client);
        return RecoveryEventKind.Redeemed;
    }

    private async Task<Redemption> ConfirmAsync(
        ButtonPurpose purpose, Verification verification, string? token, string typed, string network, string? client)
    {
        var claims = verification.Claims!;
        var address = await ownAddress.JudgeAsync(purpose, await links.AccountAsync(claims), claims.Nonce, typed, network);
        return address != TypedAddressVerdict.Right
            ? new Redemption(verification, [Fault(purpose, address)]) { Address = address }
            : new Redemption(
                await transaction.RunAsync(
                    purpose, token, (row, isLastTry) => purpose.ApplyAsync(row, new Redeemer(client, isLastTry), context), client),
                []);
    }

    private static string Fault(ButtonPurpose purpose, TypedAddressVerdict address) => address switch
    {
        TypedAddressVerdict.Missing => Words.OwnAddressMissing,
        TypedAddressVerdict.TooOften => Words.OwnAddressTooOften,
        _ => purpose.WrongAddress,
    };
}
