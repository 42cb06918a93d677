namespace OneTimeJwt.Web.Mail;

/// <summary>A mail that an operator sends to check the settings.</summary>
internal sealed class TestMail(
    MailComposer composer,
    IMailTransport transport,
    IOptions<MailSettings> settings,
    IOptions<LanguageSettings> languages,
    TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <returns>Null where it was accepted.</returns>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The fault is the result.")]
    public async Task<MailFault?> SendAsync(string to)
    {
        ReaderCulture.Set(languages.Value.Default, zone: null);
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            using var message = await composer.ComposeAsync(to, Content, Guid.NewGuid());
            await transport.SendAsync(message, timeout.Token);
            return null;
        }
        catch (Exception fault)
        {
            return MailFault.Of(fault);
        }
    }

    private MailContent Content => new(
        Words.MailTest,
        [Words.MailTestText.With(settings.Value.Transport)],
        Link: null,
        [Words.MailTestNothing]);
}
