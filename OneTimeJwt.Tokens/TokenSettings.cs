namespace OneTimeJwt.Tokens;

/// <summary>The <c>Tokens</c> section of the configuration.</summary>
public sealed class TokenSettings
{
    /// <summary>Server secrets: the first signs, all verify.</summary>
    public List<ServerSecretSettings> Secrets { get; set; } = [];

    /// <summary>How long links live.</summary>
    public TokenLifetimes Lifetimes { get; set; } = new();
}

/// <summary>One server secret: <c>Tokens:Secrets:N</c>.</summary>
public sealed class ServerSecretSettings
{
    /// <summary>The <c>kid</c> of tokens signed with it: one to eight letters, digits, <c>-</c> or <c>_</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Base64 of at least 32 random bytes.</summary>
    public string? Value { get; set; }
}

/// <summary>Lifetimes from minting to expiry: <c>Tokens:Lifetimes</c>.</summary>
public sealed class TokenLifetimes
{
    /// <summary>A reset link that the user asked for.</summary>
    public TimeSpan Reset { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>A reset link that an admin triggered: the user isn't waiting for it.</summary>
    public TimeSpan ResetByAdmin { get; set; } = TimeSpan.FromHours(12);

    /// <summary>An invitation: who gets it may be away for a weekend.</summary>
    public TimeSpan Invite { get; set; } = TimeSpan.FromDays(3);

    /// <summary>A link that confirms an address.</summary>
    public TimeSpan Confirm { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A link that changes an address: the user is signed in and waits for it.</summary>
    public TimeSpan Change { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A link in a notice that says "this wasn't me".</summary>
    public TimeSpan Secure { get; set; } = TimeSpan.FromDays(7);
}
