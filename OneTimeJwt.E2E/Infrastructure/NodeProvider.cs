using System.Globalization;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>oidc-provider of npm, a certified OpenID provider, with its own pages to sign in, consent and sign out.</summary>
internal sealed class NodeProvider : IAsyncDisposable
{
    private const string Variable = "ONETIMEJWT_TEST_OIDC_PROVIDER";
    private const string ClientId = "console";
    private const string ClientSecret = "not-a-secret-but-as-long-as-one";

    private const string Script = """
        const [, , library, port, site, clientId, clientSecret] = process.argv;
        const { Provider } = await import(`${library}/lib/index.js`);
        const roles = { ada: ['desk-admins'] };
        new Provider(`http://localhost:${port}`, {
          clients: [{
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: [`${site}/sign-in/provider/callback`],
            post_logout_redirect_uris: [`${site}/sign-in/provider/signed-out`],
            backchannel_logout_uri: `${site}/sign-in/provider/logout`,
            backchannel_logout_session_required: true,
            token_endpoint_auth_method: 'client_secret_post',
          }],
          claims: { openid: ['sub', 'sid'], profile: ['name', 'roles'] },
          cookies: { keys: ['only for tests'] },
          features: { backchannelLogout: { enabled: true } },
          // Its own refuses this machine's addresses.
          fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
          findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Ada Lovelace', roles: roles[id] ?? [] }) }),
          pkce: { required: () => true },
        }).listen(port);
        """;

    private readonly ServerProcess _server;
    private readonly string _script;

    private NodeProvider(Uri address, ServerProcess server, string script) => (Address, _server, _script) = (address, server, script);

    public Uri Address { get; }

    public static string? Missing =>
        string.IsNullOrEmpty(Library) ? $"{Variable} names no oidc-provider: node or npm could not be had here." : null;

    private static string? Library => Environment.GetEnvironmentVariable(Variable);

    /// <summary>What the console is set to, ahead of the provider's start.</summary>
    public static Dictionary<string, string> Settings(int port) => new()
    {
        ["Admin__Oidc__Authority"] = $"http://localhost:{port}",
        ["Admin__Oidc__ClientId"] = ClientId,
        ["Admin__Oidc__ClientSecret"] = ClientSecret,
        ["Admin__Oidc__Name"] = "Contoso",
        ["Admin__Oidc__Admins__0"] = "desk-admins",
    };

    public static async Task<NodeProvider> StartAsync(int port, Uri site)
    {
        var script = Path.Combine(Path.GetTempPath(), $"onetimejwt-{Guid.NewGuid():N}.mjs");
        await File.WriteAllTextAsync(script, Script);
        string[] arguments =
        [
            script, Library!, port.ToString(CultureInfo.InvariantCulture), site.GetLeftPart(UriPartial.Authority), ClientId, ClientSecret,
        ];
        return new NodeProvider(
            new Uri($"http://localhost:{port}"), await ServerProcess.StartAsync(ServerProcess.Find("node")!, arguments, port), script);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_script);
    }
}
