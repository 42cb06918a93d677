using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class MailTemplatesTests
{
    private const string Host = "accounts.example.com";
    private const string Url = "https://accounts.example.com/reset-password?token=eyJ";

    private static readonly string[] Providers = ["Google", "GitHub"];
    private static readonly string[] Notices =
    [
        OutboxKind.TwoFactorOnNotice, OutboxKind.TwoFactorOffNotice, OutboxKind.AuthenticatorNotice,
        OutboxKind.RecoveryCodesNotice, OutboxKind.PasskeyAddedNotice, OutboxKind.PasskeyRemovedNotice,
    ];

    private static readonly SecureLink Way = new(
        "https://accounts.example.com/secure-account?token=eyJ",
        new DateTimeOffset(2026, 1, 13, 1, 5, 0, TimeSpan.Zero));

    private static readonly SecureLink NoWay = new("https://accounts.example.com/forgot-password", Until: null);

    private static readonly DateTimeOffset At = new(2026, 1, 5, 23, 5, 0, TimeSpan.FromHours(-2));

    [Theory]
    [InlineData(1, "for 1 minute: until 6 January 2026 at 01:06 (UTC)")]
    [InlineData(30, "for 30 minutes: until 6 January 2026 at 01:35 (UTC)")]
    [InlineData(60, "for 1 hour: until 6 January 2026 at 02:05 (UTC)")]
    [InlineData(90, "for 90 minutes: until 6 January 2026 at 02:35 (UTC)")]
    [InlineData(720, "for 12 hours: until 6 January 2026 at 13:05 (UTC)")]
    [InlineData(47 * 60, "for 47 hours: until 8 January 2026 at 00:05 (UTC)")]
    [InlineData(48 * 60, "for 2 days: until 8 January 2026 at 01:05 (UTC)")]
    [InlineData(7 * 24 * 60, "for 7 days: until 13 January 2026 at 01:05 (UTC)")]
    public void A_reset_letter_says_how_long_its_link_lives(int minutes, string words) =>
        Assert.Contains(words, Text(Reset.Asked(Link(TimeSpan.FromMinutes(minutes)))), StringComparison.Ordinal);

    [Fact]
    public void A_reset_letter_has_the_link_in_its_place_only_and_says_whose_account_it_is()
    {
        var letter = Reset.Asked(Link(TimeSpan.FromMinutes(30)));

        Assert.Equal(Url, letter.Link!.Url);
        Assert.DoesNotContain("http", Text(letter), StringComparison.Ordinal);
        Assert.Contains(Host, Text(letter), StringComparison.Ordinal);
        Assert.Contains("If you did not ask for this", Text(letter), StringComparison.Ordinal);
    }

    [Fact]
    public void An_invitation_says_what_it_is_for_and_has_the_link_in_its_place_only()
    {
        var letter = Sample("invitation", TimeSpan.FromDays(3));

        Assert.Equal(Url, letter.Link!.Url);
        Assert.DoesNotContain("http", Text(letter), StringComparison.Ordinal);
        Assert.Contains($"An account at {Host}", Text(letter), StringComparison.Ordinal);
        Assert.Contains("works once, for 3 days", Text(letter), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_notice_of_a_second_factor_says_when_and_what_to_do_and_has_a_subject_of_its_own()
    {
        var letters = Notices.Select(kind => MailTemplates.Notice(kind, Way, At, Host)).ToList();

        Assert.All(letters, IsNoticeWithAWayBack);
        Assert.Equal(letters.Count, letters.Select(letter => letter.Subject).Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => MailTemplates.Notice(OutboxKind.ResetLink, Way, At, Host));
    }

    [Fact]
    public void Every_other_notice_says_when_and_what_to_do() =>
        Assert.All(
            [
                MailTemplates.Notice(OutboxKind.PasswordChangedNotice, Way, At, Host),
                MailTemplates.Notice(OutboxKind.AddressChangedNotice, Way, At, Host),
                MailTemplates.Notice(OutboxKind.TwoFactorResetNotice, Way, At, Host),
            ],
            IsNoticeWithAWayBack);

    private static void IsNoticeWithAWayBack(MailContent letter)
    {
        Assert.Contains("on 6 January 2026 at 01:05 (UTC)", Text(letter), StringComparison.Ordinal);
        Assert.Contains("If it was not, say so here until 13 January 2026 at 01:05 (UTC)", Text(letter), StringComparison.Ordinal);
        Assert.Equal((Way.Url, "This wasn’t me"), (letter.Link!.Url, letter.Link.Label));
        Assert.DoesNotContain("http", Text(letter), StringComparison.Ordinal);
    }

    [Fact]
    public void A_letter_to_someone_who_signs_in_elsewhere_names_the_place_and_has_no_link()
    {
        var letter = Sample("external-only", TimeSpan.FromDays(1));

        Assert.Null(letter.Link);
        Assert.Contains("you sign in with Google or GitHub", Text(letter), StringComparison.Ordinal);
    }

    [Fact]
    public void A_notice_without_a_link_of_its_own_says_when_and_what_to_do_and_holds_no_token()
    {
        var letter = MailTemplates.Notice(OutboxKind.PasswordChangedNotice, NoWay, At, Host);

        Assert.Contains("on 6 January 2026 at 01:05 (UTC)", Text(letter), StringComparison.Ordinal);
        Assert.Contains("If it was not, somebody", Text(letter), StringComparison.Ordinal);
        Assert.Equal((NoWay.Url, "Get your account back"), (letter.Link!.Url, letter.Link.Label));
    }

    [Fact]
    public void A_link_in_a_mail_is_never_written_out_with_the_rest() =>
        Assert.DoesNotContain("http", $"{Way} {NoWay} {Link(TimeSpan.FromDays(1))}", StringComparison.Ordinal);

    [Theory]
    [InlineData("192.0.2.17", "asked for on 6 January 2026 at 01:05 (UTC), from the network address 192.0.2.17.")]
    [InlineData(null, "asked for on 6 January 2026 at 01:05 (UTC).")]
    public void A_code_stands_in_its_place_only_with_where_it_was_asked_for(string? client, string words)
    {
        var letter = MailTemplates.SignInCode("314159", At.AddMinutes(10), Asked(client), Host);

        Assert.Equal("314159", letter.Code!.Value);
        Assert.DoesNotContain("314159", Text(letter) + letter.Subject + letter, StringComparison.Ordinal);
        Assert.Contains(words, Text(letter), StringComparison.Ordinal);
        Assert.Contains("for 10 minutes: until 6 January 2026 at 01:15 (UTC)", Text(letter), StringComparison.Ordinal);
        Assert.Null(letter.Link);
    }

    [Fact]
    public void No_subject_tells_a_secret_or_breaks_a_line() =>
        Assert.All(All(), letter => Assert.Matches(@"\A[A-Z][A-Za-z -]+\z", letter.Subject));

    /// <summary>One of each kind.</summary>
    internal static IEnumerable<MailContent> All() =>
        [
            .. Samples(TimeSpan.FromMinutes(30)).Select(sample => sample.Content),
            MailTemplates.SignInCode("314159", At, Asked("192.0.2.17"), Host),
            MailTemplates.SignInCode("314159", At, Asked(client: null), Host),
            MailTemplates.Admin(Url, At, Host),
            MailTemplates.Secured(Url, At, Host),
            .. new[] { Way, NoWay }.SelectMany(way =>
                new[]
                {
                    MailTemplates.Notice(OutboxKind.PasswordChangedNotice, way, At, Host),
                    MailTemplates.Notice(OutboxKind.AddressChangedNotice, way, At, Host),
                    MailTemplates.Notice(OutboxKind.TwoFactorResetNotice, way, At, Host),
                }),
            .. Notices.Select(kind => MailTemplates.Notice(kind, Way, At, Host)),
        ];

    private static MailContent Sample(string name, TimeSpan lifetime) => Samples(lifetime).Single(sample => sample.Name == name).Content;

    private static IEnumerable<(string Name, MailContent Content)> Samples(TimeSpan lifetime) =>
        LinkPurposes.Own.SelectMany(purpose =>
            purpose.Samples(
                Link(lifetime),
                new MailFacts(Host, "https://accounts.example.com/sign-in", new TokenLifetimes(), Providers, IsTaken: false)));

    private static OutboxMail Asked(string? client) =>
        new()
        {
            Kind = OutboxKind.SignInCode,
            Client = client,
            RequestedAt = At,
            DueAt = At,
        };

    private static MailedLink Link(TimeSpan lifetime) => new(Url, lifetime, At + lifetime);

    private static string Text(MailContent letter) => string.Join('\n', [.. letter.Before, .. letter.After]);
}
