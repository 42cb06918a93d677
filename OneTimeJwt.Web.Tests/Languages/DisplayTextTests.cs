using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Tests.Languages;

public sealed class DisplayTextTests
{
    private static readonly DateTimeOffset Moment = new(2026, 11, 24, 13, 5, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("en", null, "November 24, 2026 at 1:05 PM (UTC)")]
    [InlineData("en-GB", null, "24 November 2026 at 13:05 (UTC)")]
    [InlineData("en-GB", "Europe/Berlin", "24 November 2026 at 14:05 (UTC+1)")]
    [InlineData("de", "Europe/Berlin", "24. November 2026 um 14:05 Uhr (UTC+1)")]
    [InlineData("de-LU", "America/St_Johns", "24. November 2026 um 09:35 Uhr (UTC−3:30)")]
    [InlineData("fr", "Asia/Kolkata", "24 novembre 2026 à 18:35 (UTC+5:30)")]
    [InlineData("ja", "Asia/Tokyo", "2026年11月24日 22:05 (UTC+9)")]
    [InlineData("tlh", "Middle/Earth", "24 November 2026 at 13:05 (UTC)")]
    public void A_moment_is_told_in_the_readers_language_and_zone(string culture, string? zone, string words)
    {
        ReaderCulture.Set(culture, zone);

        Assert.Equal(words, DisplayText.Of(Moment).Replace('\u202f', ' ').Replace('\u00a0', ' '));
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("Europe/../Europe/Berlin")]
    [InlineData("Europe\\Berlin")]
    [InlineData("Europe/Berlin\n")]
    [InlineData("")]
    [InlineData("<script>")]
    public void What_is_no_zone_is_none(string zone)
    {
        ReaderCulture.Set("en", zone);

        Assert.Null(ReaderCulture.ZoneId);
    }

    [Theory]
    [InlineData("en", 1, "1 minute")]
    [InlineData("en", 30, "30 minutes")]
    [InlineData("de", 30, "30 Minuten")]
    [InlineData("fr", 60, "1 heure")]
    [InlineData("es", 720, "12 horas")]
    [InlineData("pt", 4320, "3 dias")]
    [InlineData("ja", 30, "30 分")]
    [InlineData("ar", 120, "ساعتين")]
    public void A_duration_is_told_in_the_readers_language(string culture, int minutes, string words)
    {
        ReaderCulture.Set(culture, zone: null);

        Assert.Equal(words, DisplayText.Of(TimeSpan.FromMinutes(minutes)));
    }

    [Theory]
    [InlineData(30, "30 seconds")]
    [InlineData(0, "1 second")]
    [InlineData(60, "1 minute")]
    public void A_short_wait_is_told_in_seconds_and_never_as_none(int seconds, string words)
    {
        ReaderCulture.Set("en", zone: null);

        Assert.Equal(words, DisplayText.OfWait(TimeSpan.FromSeconds(seconds)));
    }
}
