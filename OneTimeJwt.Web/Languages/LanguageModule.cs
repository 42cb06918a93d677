using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace OneTimeJwt.Web.Languages;

/// <summary>The <c>Languages</c> section.</summary>
public sealed class LanguageSettings
{
    /// <summary>Where neither reader nor request says another one; also for mails that admins send.</summary>
    public string Default { get; set; } = Language.All[0].Code;
}

internal sealed class LanguageSettingsValidator : SettingsValidator<LanguageSettings>
{
    protected override IEnumerable<string> Faults(LanguageSettings options)
    {
        if (!KnowsCultures())
            yield return "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is on, which leaves no language but one: set it to false, and install ICU "
                + "(Debian: libicu)";
        else if (Language.All.All(language => language.Code != options.Default))
            yield return $"Languages:Default is not a language of this app: choose one of "
                + $"{string.Join(", ", Language.All.Select(language => language.Code))}";
    }

    private static bool KnowsCultures()
    {
        try
        {
            return CultureInfo.GetCultureInfo(Language.All[1].Code).TwoLetterISOLanguageName == Language.All[1].Code;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }
}

internal static class LanguageModule
{
    // Browsers send a handful, most wanted first.
    private const int MaxTried = 10;

    public static void AddLanguages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<LanguageSettings, LanguageSettingsValidator>("Languages");
        builder
            .Services.AddOptions<RequestLocalizationOptions>()
            .Configure<IOptions<LanguageSettings>>(
                (localization, languages) =>
                {
                    localization.SetDefaultCulture(languages.Value.Default);
                    localization.SupportedCultures = [.. Language.Cultures.Select(CultureInfo.GetCultureInfo)];
                    localization.SupportedUICultures = [.. Language.All.Select(language => CultureInfo.GetCultureInfo(language.Code))];
                    localization.RequestCultureProviders =
                    [
                        new LanguageCookieProvider(),
                        new AcceptLanguageHeaderRequestCultureProvider { MaximumAcceptLanguageHeaderValuesToTry = MaxTried },
                    ];
                });
    }

    public static void UseLanguages(this WebApplication app)
    {
        app.UseRequestLocalization();
        app.Use((context, next) =>
        {
            LanguageCookieProvider.Keep(context);
            return next(context);
        });
    }
}
