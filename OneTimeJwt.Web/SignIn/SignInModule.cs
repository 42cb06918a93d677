using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace OneTimeJwt.Web.SignIn;

internal static class SignInModule
{
    // OWASP Password Storage Cheat Sheet: PBKDF2-HMAC-SHA512, in Identity's own format.
    public const int HashIterations = 210_000;

    private static readonly TimeSpan LockoutTime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SessionTime = TimeSpan.FromHours(8);

    // Identity's five minutes are less than a mailed code lives.
    private static readonly TimeSpan SecondStepTime = TimeSpan.FromMinutes(15);

    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<ConsoleSettings, ConsoleSettingsValidator>("Admin");
        services.AddSingleton<IsBarred>(provider =>
            account => account.User is Account row && provider.GetRequiredService<AccountLock>().IsBanned(row));
        services.AddSingleton<DecoyHash>();
        services.AddScoped<PasswordCheck>();
        services.AddScoped<PasswordVerifier>();
        services.AddScoped<SignInLockout>();
        services.AddScoped<HashRenewal>();
        services.AddSingleton<UnusablePassword>();
        services.AddSingleton<StampRepair>();
        services.AddSingleton<PasswordHashLimiter>();
        services.AddSingleton<SignInMetrics>();
        services.AddScoped<SignInEndpoints>();
        services.AddScoped<SignInOffer>();
        services.AddScoped<SecondStepEndpoints>();
        services.AddScoped<PasskeySignInEndpoints>();
        services.AddScoped<PasskeyEntry>();
        services.AddSingleton<MailedCodes>();
        services.AddSingleton<PasswordLength>();
        services.AddScoped<StepUp>();
        services.AddScoped<NewPassword>();
        services.AddScoped<SecondFactor>();
        services.AddScoped<AuthenticatorKeys>();
        services.AddScoped<Passkeys>();
        services.AddOptions<IdentityPasskeyOptions>().Configure<PublicOrigin>(Passkeys.Configure);
        AddIdentity(services);
        AddSessions(services);
        AddKeyRing(services);
    }

    private static void AddIdentity(IServiceCollection services)
    {
        // Stateless, and singletons look accounts up as well; Identity's own registration is scoped.
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddOptions<PasswordHasherOptions>().Configure<IOptions<AccountsSettings>>((hasher, accounts) =>
        {
            hasher.IterationCount = HashIterations;
            hasher.CompatibilityMode = accounts.Value.Hashes.Format;
        });
        services.AddIdentityCore<Account>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version2;
                identity.Tokens.PasswordResetTokenProvider = OneTimeTokens.ProviderName;
                identity.Tokens.EmailConfirmationTokenProvider = OneTimeTokens.ProviderName;
                identity.SignIn.RequireConfirmedEmail = true;
                identity.Lockout.DefaultLockoutTimeSpan = LockoutTime;
                // Accounts come from other applications too, under names of their choice.
                identity.User.AllowedUserNameCharacters = "";
                // PasswordPolicy has all the rules.
                identity.Password = new PasswordOptions
                {
                    RequiredLength = 1,
                    RequiredUniqueChars = 1,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireUppercase = false,
                    RequireNonAlphanumeric = false,
                };
            })
            .AddEntityFrameworkStores<AccountsContext>()
            .AddUserStore<AccountStore>()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddUserManager<AccountUserManager>()
            .AddPasswordValidator<PasswordPolicy>()
            .AddTokenProvider<AuthenticatorTokenProvider<Account>>(TokenOptions.DefaultAuthenticatorProvider)
            .AddTokenProvider<OneTimeTokenProvider<Account, string>>(OneTimeTokens.ProviderName)
            .AddSignInManager<AccountSignInManager>();
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddAuthorization();
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        var session = services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme);
        session.Configure<IOptions<AccountsSettings>>(
            (cookie, settings) =>
            {
                cookie.ExpireTimeSpan = SessionTime;
                cookie.Events.OnValidatePrincipal = SessionValidator.ValidateAsync;
                cookie.Events.OnRedirectToLogin = context => RedirectToSignInAsync(context, settings.Value);
                cookie.Events.OnRedirectToAccessDenied = ForbidAsync;
            });
        services
            .AddOptions<CookieAuthenticationOptions>(IdentityConstants.TwoFactorUserIdScheme)
            .Configure(cookie =>
            {
                cookie.ExpireTimeSpan = SecondStepTime;
                cookie.Events.OnSigningIn = SessionValidator.StampHalfWayAsync;
                cookie.Events.OnValidatePrincipal = SessionValidator.ValidateHalfWayAsync;
            });
        services.AddSingleton<CircuitSessionMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<CircuitSessionMonitor>());
        services.AddScoped<CircuitHandler, SessionCircuit>();
    }

    // In the database, so that every node has it, and encrypted, so that a copy of the database gives no session.
    private static void AddKeyRing(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("OneTimeJwt");
        services.AddSingleton<KeyRing>();
        services
            .AddOptions<KeyManagementOptions>()
            .Configure<ServerSecrets, KeyRing>(
                (keys, secrets, ring) => (keys.XmlRepository, keys.XmlEncryptor) = (ring, new KeyRingEncryptor(secrets)));
    }

    // Relative, so that no Host header decides where users go.
    internal static Task RedirectToSignInAsync(RedirectContext<CookieAuthenticationOptions> context, AccountsSettings settings)
    {
        var signIn = context.Request.PathBase + ReturnUrls.With("/sign-in", context.Request.Path);
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location =
            HttpMethods.IsPost(context.Request.Method) ? ReturnUrls.AfterForm(signIn, settings) : signIn;
        return Task.CompletedTask;
    }

    internal static Task ForbidAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
