namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A device that holds passkeys, inside the browser (https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/).</summary>
internal static class VirtualAuthenticator
{
    /// <summary>Plugs one into a tab; its holder agrees to everything.</summary>
    public static async Task PlugIntoAsync(Tab tab)
    {
        var session = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
