namespace OneTimeJwt.Web.SignIn;

/// <summary>The <c>Admin</c> section, as far as it says who may sign in to the console.</summary>
public sealed class ConsoleSettings
{
    /// <summary>Whether roles that accounts have here count; false leaves the OpenID provider's people alone.</summary>
    public bool Local { get; set; } = true;
}

internal sealed class ConsoleSettingsValidator(IConfiguration configuration) : SettingsValidator<ConsoleSettings>
{
    protected override IEnumerable<string> Faults(ConsoleSettings options)
    {
        if (!options.Local && !configuration.GetSection("Admin:Oidc").Exists())
            yield return "Admin:Local is false and Admin:Oidc is not set, so that nobody could enter the console: set one of them";
    }
}

/// <summary>The OpenID provider of the console, where there is one.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Page">Where signing in there begins.</param>
public sealed record ConsoleProvider(string Name, string Page);

/// <returns>Of some sessions at the OpenID provider those that count now, by their ids.</returns>
public delegate Task<IReadOnlySet<string>> FindLiveSessions(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);
