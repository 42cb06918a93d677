using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>Finds the key that a request brings by its hash. All that is wrong with one is answered alike; there is nothing to guess, so
/// that wrong ones aren't counted.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    TimeProvider time) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const int MaxLength = 100;
    private static readonly TimeSpan Grain = TimeSpan.FromMinutes(1);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ApiSchemes.BearerOf(Request) is not { Length: > 0 } text)
            return AuthenticateResult.NoResult();

        await using var database = await contexts.CreateDbContextAsync(Context.RequestAborted);
        var now = time.GetUtcNow();
        if (await FindAsync(database, text) is not { } key || key.RightsAt(now) is not { } role
            || !key.IsAllowedFrom(Context.Connection.RemoteIpAddress))
            return AuthenticateResult.Fail("no such key");

        if (key.LastUsedAt is null || now - key.LastUsedAt > Grain)
            await TouchAsync(database, key.Id, now);
        var identity = new MachineIdentity(
            key.Actor, key.Name, role, ApiScopes.Of(role).Select(scope => new Claim(ApiScopes.ClaimType, scope)));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = ApiSchemes.BearerOf(Request) is null ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }

    private async Task<ApiKey?> FindAsync(AccountsContext database, string text)
    {
        if (text.Length > MaxLength || !text.StartsWith(ApiKey.Prefix, StringComparison.Ordinal))
            return null;

        var hash = ApiKey.HashOf(text);
        return await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Hash == hash, Context.RequestAborted);
    }

    // Of many requests at once, on any number of nodes, one writes.
    private Task<int> TouchAsync(AccountsContext database, Guid id, DateTimeOffset now)
    {
        var since = now - Grain;
        return writer.RunAsync(
            () => database.ApiKeys
                .Where(key => key.Id == id && (key.LastUsedAt == null || key.LastUsedAt < since))
                .ExecuteUpdateAsync(key => key.SetProperty(row => row.LastUsedAt, now)),
            Context.RequestAborted);
    }
}
