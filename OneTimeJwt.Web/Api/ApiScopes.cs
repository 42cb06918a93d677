using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>What a program may use of the API. Which acts it may do to which account is judged by its role besides.</summary>
internal static class ApiScopes
{
    /// <summary>Reads the trail and nothing else.</summary>
    public const string Trail = "recovery.trail";

    /// <summary>Finds accounts, and reads them and the trail.</summary>
    public const string Read = "recovery.read";

    /// <summary>Acts on accounts.</summary>
    public const string Act = "recovery.act";

    /// <summary>Writes to many accounts.</summary>
    public const string Campaign = "recovery.campaign";

    /// <summary>The claim of an identity that has one of them.</summary>
    public const string ClaimType = "scope";

    public static readonly string[] All = [Trail, Read, Act, Campaign];

    // Keycloak and most others, RFC 9068; Entra and Okta; Entra for programs without a user.
    private static readonly string[] Asked = ["scope", "scp", "roles"];

    /// <summary>Of a key, by its role.</summary>
    public static IEnumerable<string> Of(ConsoleRole role) => role switch
    {
        ConsoleRole.Admin => All,
        ConsoleRole.Support => [Trail, Read, Act],
        _ => [Trail],
    };

    /// <summary>Of a token.</summary>
    public static IReadOnlyList<string> Of(ClaimsPrincipal token)
    {
        var words = Asked.SelectMany(token.FindAll).SelectMany(claim => claim.Value.Split(' ')).ToHashSet(StringComparer.Ordinal);
        if (words.Contains(Read))
            words.Add(Trail);
        return [.. All.Where(words.Contains)];
    }

    /// <summary>The role by which the acts of a token are judged.</summary>
    public static ConsoleRole RoleOf(IReadOnlyList<string> scopes) =>
        scopes.Contains(Campaign) ? ConsoleRole.Admin
        : scopes.Contains(Act) ? ConsoleRole.Support
        : ConsoleRole.Auditor;

    public static void AddPolicies(AuthorizationBuilder policies)
    {
        // Only these schemes: a cookie of the console is nobody here, so that no other site can send one along.
        foreach (var scope in All)
            policies.AddPolicy(scope, policy => policy
                .AddAuthenticationSchemes(ApiSchemes.Any)
                .RequireAssertion(context => context.User.Identity is MachineIdentity machine && machine.HasClaim(ClaimType, scope)));
    }

    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoint, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(scope).WithMetadata(new RequiredScope(scope));
}

/// <summary>The scope that an operation asks for.</summary>
internal sealed record RequiredScope(string Name);
