using System.Globalization;
using System.Text.RegularExpressions;
using Humanizer;

namespace OneTimeJwt.Web.Languages;

/// <summary>Moments and durations as the reader's language has them.</summary>
public static partial class DisplayText
{
    /// <summary>In minutes, hours or days, whichever says it in one number where one does.</summary>
    public static string Of(TimeSpan duration)
    {
        var minutes = TimeSpan.FromMinutes(Math.Max(1, Math.Ceiling(duration.TotalMinutes)));
        var unit =
            minutes < TimeSpan.FromHours(1) || minutes.Minutes != 0 ? TimeUnit.Minute
            : minutes < TimeSpan.FromDays(2) ? TimeUnit.Hour
            : TimeUnit.Day;
        return minutes.Humanize(maxUnit: unit, minUnit: TimeUnit.Minute, precision: 2, culture: CultureInfo.CurrentUICulture);
    }

    /// <summary>Seconds, where a minute would be too long a wait.</summary>
    public static string OfWait(TimeSpan wait) =>
        wait < TimeSpan.FromMinutes(1)
            ? TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(wait.TotalSeconds))).Humanize(culture: CultureInfo.CurrentUICulture)
            : Of(wait);

    public static string Of(DateTimeOffset moment)
    {
        var (local, zone) = ReaderCulture.Local(moment);
        // ICU's times have narrow no-break spaces (U+202F), which fonts and filters stumble over.
        var time = local.ToString("t", CultureInfo.CurrentCulture).Replace('\u202f', ' ');
        return $"{Words.DateAndTime.With(Date(local), time)} ({zone})";
    }

    public static string DateOf(DateTimeOffset moment) => Date(ReaderCulture.Local(moment).Moment);

    /// <summary>The long form of the culture's own, without the day of the week, of the day that <paramref name="moment"/> says.</summary>
    public static string Date(DateTimeOffset moment) =>
        moment.ToString(Weekday().Replace(CultureInfo.CurrentCulture.DateTimeFormat.LongDatePattern, ""), CultureInfo.CurrentCulture);

    [GeneratedRegex(@"dddd[,،]?\s*|\s*dddd")]
    private static partial Regex Weekday();
}
