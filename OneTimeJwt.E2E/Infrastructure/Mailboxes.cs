using System.Globalization;
using System.Net.Sockets;
using MailKit.Security;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Which mailbox the mails of a deployed site are read from: E2E_MAILBOX and the one setting that belongs to its kind.</summary>
internal static class Mailboxes
{
    public const string Kind = "E2E_MAILBOX";
    public const string Folder = "E2E_INBOX_DIRECTORY";
    public const string Imap = "E2E_IMAP_URL";
    public const string Smtp = "E2E_SMTP_PORT";

    private const string ImapForm = "write imaps://user:password@host:port (or imap://), with %40 for an @ in user or password";

    /// <param name="read">Reads a setting.</param>
    /// <returns>Null where no mailbox is named.</returns>
    /// <exception cref="InvalidOperationException">A setting is wrong: one line that names it and says how to mend it.</exception>
    public static async Task<IMailbox?> OpenAsync(Func<string, string?> read) => read(Kind) switch
    {
        null or "" => null,
        "folder" => OpenFolder(read(Folder)),
        "imap" => await OpenImapAsync(read(Imap)),
        "smtp" => OpenSmtp(read(Smtp)),
        var other => throw Wrong(Kind, $"is '{other}': write folder, imap or smtp"),
    };

    private static InboxFolder OpenFolder(string? folder) =>
        folder switch
        {
            null or "" => throw Wrong(
                Folder,
                "is missing: write the folder that the site writes its mails to (its Mail:Inbox:Directory)"),
            _ when !Directory.Exists(folder) => throw Wrong(
                Folder,
                $"is '{folder}', and there is no such folder here: write the one that the site writes its mails to (its "
                    + "Mail:Inbox:Directory)"),
            _ => new InboxFolder(folder),
        };

    // What is wrong is never quoted: there is a password in it.
    private static async Task<ImapMailbox> OpenImapAsync(string? url)
    {
        if (string.IsNullOrEmpty(url))
            throw Wrong(Imap, $"is missing: {ImapForm}");
        var account = ImapAccount.Parse(url) ?? throw Wrong(Imap, $"is no address of a mailbox: {ImapForm}");
        try
        {
            return await ImapMailbox.OpenAsync(account);
        }
        catch (AuthenticationException)
        {
            throw Wrong(Imap, $"does not open the mailbox of {account}: look at user and password");
        }
        catch (SslHandshakeException)
        {
            throw Wrong(
                Imap,
                $"leads to {account}, whose certificate is not trusted here: write the name that it is made for, or trust its issuer");
        }
        catch (Exception fault) when (fault is SocketException or IOException or MailKit.ProtocolException or MailKit.CommandException)
        {
            throw Wrong(
                Imap,
                $"leads to {account}, which is no mailbox that answers ({fault.Message.TrimEnd('.')}): look at host and port");
        }
    }

    private static SmtpCatcher OpenSmtp(string? text)
    {
        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            throw Wrong(
                Smtp,
                $"is {(string.IsNullOrEmpty(text) ? "missing" : $"'{text}'")}: write the port from 1 to 65535 that the site delivers "
                    + "to (its Mail:Smtp:Port, with Mail:Smtp:Security None)");
        try
        {
            return new SmtpCatcher(port);
        }
        catch (SocketException fault)
        {
            throw Wrong(
                Smtp,
                $"is {port}, which can't be opened here ({fault.Message.TrimEnd('.')}): write a free one, above 1024 unless you are root");
        }
    }

    private static InvalidOperationException Wrong(string setting, string words) => new($"{setting} {words}.");
}
