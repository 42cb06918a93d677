using System.ComponentModel;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers settings so that all of them are checked at start.</summary>
internal static class SettingsExtensions
{
    /// <summary>Binds a section, and refuses the start where a value can't be read or the validator finds a fault.</summary>
    public static OptionsBuilder<TSettings> AddSettings<TSettings, TValidator>(this IServiceCollection services, string section)
        where TSettings : class
        where TValidator : class, IValidateOptions<TSettings>
    {
        // Not BindConfiguration, which would bind and validate again whenever a file changes: settings are read at start.
        var options = services.CheckSettings<TSettings>(section)
            .Configure<IConfiguration>((settings, configuration) => configuration.GetSection(section).Bind(settings));
        services.AddSingleton<IValidateOptions<TSettings>, TValidator>();
        return options;
    }

    /// <summary>The same for settings that are bound and validated elsewhere, after this call.</summary>
    public static OptionsBuilder<TSettings> CheckSettings<TSettings>(this IServiceCollection services, string section)
        where TSettings : class
    {
        services.AddSingleton(provider => new SectionReader<TSettings>(provider.GetRequiredService<IConfiguration>(), section));
        services.AddSingleton<IConfigureOptions<TSettings>>(provider => provider.GetRequiredService<SectionReader<TSettings>>());
        services.AddSingleton<IValidateOptions<TSettings>>(provider => provider.GetRequiredService<SectionReader<TSettings>>());
        return services.AddOptions<TSettings>().ValidateOnStart();
    }

    // The binder throws at the first value that it can't read. They are taken out before it runs, and reported together.
    private sealed class SectionReader<TSettings>(IConfiguration configuration, string section)
        : IConfigureOptions<TSettings>, IValidateOptions<TSettings>
        where TSettings : class
    {
        private readonly List<string> _unreadable = [];

        public void Configure(TSettings options)
        {
            foreach (var (path, text) in Unreadable(typeof(TSettings), configuration.GetSection(section)).ToList())
            {
                configuration[path] = null;
                _unreadable.Add(text);
            }
        }

        public ValidateOptionsResult Validate(string? name, TSettings options) =>
            _unreadable.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_unreadable);
    }

    private static IEnumerable<(string Path, string Text)> Unreadable(Type type, IConfigurationSection section)
    {
        foreach (var property in type.GetProperties())
        {
            var value = section.GetSection(property.Name);
            var wanted = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (wanted.IsGenericType)
            {
                var isNamed = wanted.GetGenericTypeDefinition() == typeof(IDictionary<,>);
                if (!string.IsNullOrEmpty(value.Value))
                    yield return (value.Path, isNamed
                        ? $"{value.Path} has named entries: write each as {value.Path}:<name>"
                        : $"{value.Path} is a list: number its entries, the first as {value.Path}:0");
                foreach (var fault in value.GetChildren().SelectMany(item => Unreadable(wanted.GetGenericArguments()[^1], item)))
                    yield return fault;
            }
            else if (wanted.IsClass && wanted != typeof(string))
            {
                foreach (var fault in Unreadable(wanted, value))
                    yield return fault;
            }
            else if (wanted != typeof(string) && value.Value is { } text && !CanRead(wanted, text))
            {
                yield return (value.Path, $"{value.Path} can't be read: write {DisplayText(wanted)}, or leave it out");
            }
        }
    }

    private static bool CanRead(Type type, string value)
    {
        var converter = TypeDescriptor.GetConverter(type);
        try
        {
            return type.IsEnum
                ? Enum.TryParse(type, value, ignoreCase: true, out var named) && Enum.IsDefined(type, named)
                : converter.ConvertFromInvariantString(value) is not null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string DisplayText(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" or ", Enum.GetNames(type)),
        _ when type == typeof(TimeSpan) => "a duration as hh:mm:ss",
        _ when type == typeof(bool) => "true or false",
        _ => "a whole number",
    };
}
