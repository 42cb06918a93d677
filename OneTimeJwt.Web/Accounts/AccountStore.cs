using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// Identity's own store, which writes an account's every column: what another application wrote since without a new
/// concurrency stamp, such as a ban, would be undone. Here only what was changed is written.
/// </summary>
public sealed class AccountStore(AccountsContext context, IdentityErrorDescriber? describer = null)
    : UserStore<Account, IdentityRole, AccountsContext, string, IdentityUserClaim<string>, IdentityUserRole<string>, IdentityUserLogin<string>,
        IdentityUserToken<string>, IdentityRoleClaim<string>, IdentityUserPasskey<string>>(context, describer)
{
    public override async Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(user);
        if (Context.Entry(user).State == EntityState.Detached)
            return await base.UpdateAsync(user, cancellationToken);

        user.ConcurrencyStamp = Guid.NewGuid().ToString();
        try
        {
            await SaveChanges(cancellationToken);
            return IdentityResult.Success;
        }
        catch (DbUpdateConcurrencyException)
        {
            return IdentityResult.Failed(ErrorDescriber.ConcurrencyFailure());
        }
    }
}
