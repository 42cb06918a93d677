using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Identity;

namespace OneTimeJwt.Tokens;

/// <summary>
/// What tokens are bound to: one account as its row says now, whatever type Identity's keys have. A class and not a record,
/// so that no log shows its hash and stamp.
/// </summary>
/// <param name="id">The id as text, the <c>sub</c> claim (RFC 7519, section 4.1.2) and a part of every key.</param>
public sealed class TokenAccount(string id)
{
    /// <summary>The id as text: a string as it is, every other key in the invariant culture.</summary>
    public string Id { get; } = id;

    /// <summary>Identity's security stamp; <see langword="null"/> where there is none.</summary>
    public string? SecurityStamp { get; init; }

    /// <summary>Identity's password hash; <see langword="null"/> for an account without a password.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The address as it is written.</summary>
    public string? Email { get; init; }

    /// <summary>The address as Identity's normalizer writes it.</summary>
    public string? NormalizedEmail { get; init; }

    /// <summary>Whether the address is confirmed.</summary>
    public bool EmailConfirmed { get; init; }

    /// <summary>
    /// The row itself, for purposes that bind a column of the application's own; <see langword="null"/> for an account that
    /// is made up because there is none, so that both take the same time.
    /// </summary>
    public object? User { get; init; }

    /// <summary>
    /// The address as a part of a state: its normalised form, and beside it the address itself where the two don't belong
    /// together, as after another application changed only one of them.
    /// </summary>
    /// <returns>One value or two.</returns>
    public string?[] AddressState() =>
        string.Equals(Email, NormalizedEmail, StringComparison.OrdinalIgnoreCase) ? [NormalizedEmail] : [NormalizedEmail, Email];

    /// <summary>Reads a row of Identity's.</summary>
    /// <typeparam name="TKey">The type of its key, for example <see cref="string"/>, <see cref="Guid"/> or <see cref="int"/>.</typeparam>
    /// <param name="user">The row; <see langword="null"/> where a look-up found none.</param>
    /// <returns>What tokens are bound to; <see langword="null"/> for <see langword="null"/>.</returns>
    [return: NotNullIfNotNull(nameof(user))]
    public static TokenAccount? Of<TKey>(IdentityUser<TKey>? user)
        where TKey : IEquatable<TKey> =>
        user is null
            ? null
            : new TokenAccount(Convert.ToString(user.Id, CultureInfo.InvariantCulture) ?? "")
            {
                SecurityStamp = user.SecurityStamp,
                PasswordHash = user.PasswordHash,
                Email = user.Email,
                NormalizedEmail = user.NormalizedEmail,
                EmailConfirmed = user.EmailConfirmed,
                User = user,
            };
}
