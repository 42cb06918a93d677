using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OneTimeJwt.Web.Database;

/// <summary>The row that a person signs in to. Identity's columns and no others: the table may belong to another application too.</summary>
public sealed class Account : IdentityUser
{
    /// <summary>The name under which Identity keeps authenticator keys and recovery codes.</summary>
    public const string TokenStore = "[AspNetUserStore]";

    private const int StampBytes = 16;

    /// <summary>Where the database doesn't say whether lock-outs count, they do.</summary>
    public Account() => LockoutEnabled = true;

    /// <summary>What we remember beside it, in a table of ours; null where there is nothing.</summary>
    public RecoveryState? RecoveryState { get; private set; }

    /// <summary>What conditions on columns say of it; null where none are set.</summary>
    public AccountStanding? Standing { get; private set; }

    /// <summary>Whether the application that made it doesn't let it sign in. Queries may name it.</summary>
    public bool IsInactive => Standing is { IsInactive: true };

    /// <summary>Whether the save that follows deletes the passkeys that another application keeps for it.</summary>
    public bool LosesHostPasskeys { get; set; }

    /// <summary>Other applications leave an empty text where Identity has none.</summary>
    public bool HasPassword => !string.IsNullOrWhiteSpace(PasswordHash);

    /// <summary>Outstanding links die and sessions end. 32 characters, as Identity's own: columns may take little more.</summary>
    public void RenewSecurityStamp() => SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(StampBytes));

    /// <summary>For a write past Identity's store, which renews the concurrency stamp by itself.</summary>
    public void RenewStamps()
    {
        RenewSecurityStamp();
        ConcurrencyStamp = Guid.NewGuid().ToString();
    }

    /// <summary>The row of our own, made where there was none.</summary>
    public RecoveryState EnsureRecoveryState() => RecoveryState ??= new RecoveryState { AccountId = Id };
}

internal sealed class AccountConfiguration : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> account)
    {
        // Keys of links are made of it: an account is never read without.
        account.Navigation(a => a.RecoveryState).AutoInclude();
        account.Ignore(a => a.IsInactive);
        account.Ignore(a => a.LosesHostPasskeys);
    }
}
