using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Mail;

/// <summary>The mail that an operator sends to see whether the settings work.</summary>
internal sealed class TestMail(
    MailComposer composer,
    IMailTransport transport,
    IOptions<MailSettings> settings,
    IOptions<LanguageSettings> languages,
    TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>Null where it was accepted.</returns>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Telling what went wrong is what it is for.")]
    public async Task<MailFault?> SendAsync(string to)
    {
        ReaderCulture.Is(languages.Value.Default, zone: null);
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            using var message = await composer.ComposeAsync(to, Content, Guid.NewGuid());
            await transport.SendAsync(message, patience.Token);
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
