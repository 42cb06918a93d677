using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Accounts;

internal static class AccountsModule
{
    // OWASP Password Storage Cheat Sheet: PBKDF2-HMAC-SHA512, in Identity's own format.
    public const int HashIterations = 210_000;

    private static readonly TimeSpan LockoutTime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SessionTime = TimeSpan.FromHours(8);

    // Identity's five minutes are less than a mailed code lives.
    private static readonly TimeSpan SecondStepTime = TimeSpan.FromMinutes(15);

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<AccountsSettings, AccountsSettingsValidator>("Accounts");
        builder.Services.AddSingleton<AccountLock>();
        builder.Services.AddSingleton<IsBarred>(services => account => account.User is Account row && services.GetRequiredService<AccountLock>().IsBanned(row));
        builder.Services.AddSingleton<AccountLookup>();
        builder.Services.AddSingleton<Adoption>();
        builder.Services.AddSingleton<AdoptionNotes>();
        builder.Services.AddSingleton<DecoyHash>();
        builder.Services.AddScoped<PasswordCheck>();
        builder.Services.AddScoped<HashRenewal>();
        builder.Services.AddSingleton<UnusablePassword>();
        builder.Services.AddSingleton<StampRepair>();
        builder.Services.AddSingleton<OwnerLanguage>();
        builder.Services.AddSingleton<Hashing>();
        builder.Services.AddSingleton<SignInMeter>();
        builder.Services.AddScoped<AccountPages>();
        builder.Services.AddSingleton<DisplayNames>();
        builder.Services.AddSingleton<AccountLabels>();
        builder.Services.AddSingleton<MailedCodes>();
        builder.Services.AddSingleton<PasswordLength>();
        builder.Services.AddScoped<StepUp>();
        builder.Services.AddScoped<NewPassword>();
        builder.Services.AddScoped<PasswordChange>();
        builder.Services.AddScoped<AddressChange>();
        builder.Services.AddScoped<SecondFactor>();
        builder.Services.AddScoped<SecondFactorPages>();
        builder.Services.AddScoped<AuthenticatorKeys>();
        builder.Services.AddScoped<Passkeys>();
        builder.Services.AddOptions<IdentityPasskeyOptions>().Configure<PublicOrigin>(Passkeys.Configure);
        AddIdentity(builder.Services);
        AddSessions(builder.Services);
        AddKeyRing(builder.Services);
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
                // The policy of our own says all there is to say.
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
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<AccountsContext>()
            .AddUserStore<AccountStore>()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddUserManager<AccountUsers>()
            .AddPasswordValidator<PasswordPolicy>()
            .AddTokenProvider<AuthenticatorTokenProvider<Account>>(TokenOptions.DefaultAuthenticatorProvider)
            .AddTokenProvider<OneTimeTokenProvider<Account, string>>(OneTimeTokens.ProviderName)
            .AddSignInManager<AccountSignIn>();
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddAuthorization();
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        var session = services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme);
        session.Configure<IOptions<AccountsSettings>>((cookie, settings) =>
        {
            cookie.ExpireTimeSpan = SessionTime;
            cookie.Events.OnValidatePrincipal = SessionCheck.ValidateAsync;
            // Relative, so that no Host header has a say in where people go.
            cookie.Events.OnRedirectToLogin = context =>
            {
                var signIn = context.Request.PathBase + AccountPages.With("/sign-in", context.Request.Path);
                return Redirect(context, HttpMethods.IsPost(context.Request.Method) ? AccountPages.AfterForm(signIn, settings.Value) : signIn);
            };
            cookie.Events.OnRedirectToAccessDenied = context =>
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            };
        });
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.TwoFactorUserIdScheme).Configure(cookie =>
        {
            cookie.ExpireTimeSpan = SecondStepTime;
            cookie.Events.OnSigningIn = SessionCheck.StampHalfWayAsync;
            cookie.Events.OnValidatePrincipal = SessionCheck.ValidateHalfWayAsync;
        });
        services.AddSingleton<OpenCircuits>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenCircuits>());
        services.AddScoped<CircuitHandler, SessionCircuit>();
    }

    // In the database, so that every node has it, and encrypted, so that a copy of the database opens no session.
    private static void AddKeyRing(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("OneTimeJwt").PersistKeysToDbContext<AccountsContext>();
        services.AddOptions<KeyManagementOptions>().Configure<ServerSecrets>((keys, secrets) => keys.XmlEncryptor = new KeyRingEncryptor(secrets));
    }

    private static Task Redirect(RedirectContext<CookieAuthenticationOptions> context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
