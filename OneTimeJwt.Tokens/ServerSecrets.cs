namespace OneTimeJwt.Tokens;

/// <summary>The configured server secrets: the first signs, all verify.</summary>
/// <param name="all">At least one secret, each with an id of its own.</param>
public sealed class ServerSecrets(IReadOnlyList<ServerSecret> all)
{
    /// <summary>Every secret, the one in use first.</summary>
    public IReadOnlyList<ServerSecret> All { get; } = all;

    /// <summary>The secret in use.</summary>
    public ServerSecret Current => All[0];
}
