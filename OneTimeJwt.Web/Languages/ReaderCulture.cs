using System.Globalization;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Languages;

/// <summary>
/// The language, date format and time zone that a page or a mail is written in. They hold for what the caller of <see cref="Set"/>
/// calls, and end with the asynchronous method that set them.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1724", Justification = "Nobody here reads event logs.")]
public static partial class ReaderCulture
{
    private const int MaxZoneLength = 64;

    private static readonly AsyncLocal<TimeZoneInfo?> Zone = new();

    /// <summary>The language and, where it is known, the country: <c>en-GB</c>.</summary>
    public static string Culture => CultureInfo.CurrentCulture.Name;

    /// <summary>The IANA name of the time zone; null where it is not known.</summary>
    public static string? ZoneId => Zone.Value?.Id;

    /// <param name="culture">What is unknown changes nothing.</param>
    /// <param name="zone">A name after IANA; times are told in UTC where it is unknown.</param>
    public static void Set(string? culture, string? zone)
    {
        if (Language.Find(culture) is { } language)
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(
                Language.Cultures.FirstOrDefault(known => known == culture) ?? language.Code);
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language.Code);
        }

        Zone.Value = FindZone(zone);
    }

    /// <summary>A moment in the reader's own time, with what sets it apart from UTC.</summary>
    internal static (DateTimeOffset Moment, string Zone) Local(DateTimeOffset moment)
    {
        var local = Zone.Value is { } zone ? TimeZoneInfo.ConvertTime(moment, zone) : moment.ToUniversalTime();
        var (offset, sign) = (local.Offset.Duration(), local.Offset < TimeSpan.Zero ? '−' : '+');
        var apart =
            offset == TimeSpan.Zero ? ""
            : offset.Minutes == 0 ? $"{sign}{offset.Hours}"
            : $"{sign}{offset.Hours}:{offset.Minutes:00}";
        return (local, "UTC" + apart);
    }

    // The system looks for a file of that name: nothing but the form that such names have gets there.
    private static TimeZoneInfo? FindZone(string? id) =>
        id is { Length: <= MaxZoneLength } && ZoneName().IsMatch(id) && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
            ? zone
            : null;

    [GeneratedRegex(@"\A[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}\z")]
    private static partial Regex ZoneName();
}
