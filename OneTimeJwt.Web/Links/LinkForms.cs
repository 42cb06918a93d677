using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

/// <summary>The form behind a link that works, and the way to the page after its use.</summary>
internal sealed class LinkForms(
    LinkVerifier links, AccountLabels labels, NewPassword newPassword, OwnAddress ownAddress, DoneNames names, AccountsContext database)
{
    public async Task<IResult> ShowAsync(LinkPurpose purpose, Verification verification, string token, FormProblem? problem)
    {
        var claims = verification.Claims!;
        var account = await links.AccountAsync(claims);
        var label = await labels.OfAsync(database, account);
        return Page.Of<LinkFormPage>(
            problem,
            new
            {
                Purpose = purpose,
                Token = token,
                claims.ExpiresAt,
                Label = purpose is ButtonPurpose button && label is not null ? WithoutAddress(label, button, account) : label,
                Problem = problem,
                MinimumLength = purpose is PasswordPurpose ? await newPassword.MinimumLengthAsync(account) : 0,
            });
    }

    /// <summary>After a use, which has succeeded whatever the database does now.</summary>
    public async Task<IResult> DoneAsync(LinkPurpose purpose, ProvenClaims claims)
    {
        AccountLabel? label = null;
        try
        {
            label = await labels.OfAsync(database, await links.AccountAsync(claims));
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
        }

        return Page.SeeOther(names.Page(purpose.Token, label));
    }

    // The address has to be typed, so no name may tell it.
    private AccountLabel? WithoutAddress(AccountLabel label, ButtonPurpose purpose, Account account)
    {
        var known = new AccountLabel(Known(label.UserName), Known(label.DisplayName));
        return known.Names.Count == 0 ? null : known;

        string? Known(string? name) => name is not null && ownAddress.Accepts(purpose, account, name) ? null : name;
    }
}
