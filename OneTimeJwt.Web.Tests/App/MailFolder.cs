using System.Text.RegularExpressions;
using MimeKit;
using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The folder that the app writes its mails to.</summary>
public sealed partial class MailFolder(string folder)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    // Old mobile addresses have dots where mail programs allow none.
    private static readonly ParserOptions Lenient = new() { AddressParserComplianceMode = RfcComplianceMode.Looser };

    public IReadOnlyList<MimeMessage> To(string address) =>
        !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(folder, "*.eml")
                    .Order(StringComparer.Ordinal)
                    .Select(file => MimeMessage.Load(Lenient, file))
                    .Where(mail =>
                        mail.To.Mailboxes.Any(box =>
                            AddressForms.InAscii(box.Address).Equals(AddressForms.InAscii(address), StringComparison.OrdinalIgnoreCase))),
            ];

    /// <summary>Waits until there are so many mails to an address.</summary>
    public async Task<IReadOnlyList<MimeMessage>> WaitAsync(string address, int count = 1)
    {
        var end = DateTime.UtcNow + Timeout;
        while (DateTime.UtcNow < end)
        {
            var mails = To(address);
            if (mails.Count >= count)
                return mails;
            await Task.Delay(100);
        }

        Assert.Fail($"{count} mails to {address} did not arrive; there are {To(address).Count}.");
        return [];
    }

    /// <summary>What it is about, without the site that each subject ends with.</summary>
    public static string Subject(MimeMessage mail) => mail.Subject![..mail.Subject!.LastIndexOf(" (", StringComparison.Ordinal)];

    public static string Link(MimeMessage mail)
    {
        var links = Lines().Matches(mail.TextBody!);
        return Assert.Single(links).Value.Trim();
    }

    [GeneratedRegex(@"^https?://\S+/[a-z-]+\?token=\S+\r?$", RegexOptions.Multiline)]
    private static partial Regex Lines();
}
