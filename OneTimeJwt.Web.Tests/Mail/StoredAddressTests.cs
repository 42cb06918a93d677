using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>How stored addresses come to the mail server.</summary>
public sealed class StoredAddressTests : IAsyncDisposable
{
    private const string Utf8 = "SMTPUTF8";

    private readonly SmtpDouble _server = new();

    /// <summary>What goes to any server as it is stored.</summary>
    public static TheoryData<string> Plain =>
    [
        "ada@example.com",
        "ada@xn--bcher-kva.example",
        "Ada@Xn--Bcher-KVA.example",
        "ada@mail.xn--bcher-kva.xn--fiqs8s",
        "ada@xn--a.example",
        "xn--ada@example.com",
        "taro..y@docomo.example",
        "taro.@docomo.example",
        ".taro@docomo.example",
        "ta...ro..@docomo.example",
        "-taro-@docomo.example",
        "\"ada.\"@example.com",
        "ada@foo_bar.example",
        "ada@[192.0.2.1]",
        "o'brien+reset=1/2@example.com",
    ];

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task An_ASCII_address_goes_to_the_server_as_it_is_stored_and_never_with_SMTPUTF8(string address)
    {
        Assert.True(Addresses.CanBeMailed(address));
        foreach (var extensions in new string[][] { [], [Utf8] })
        {
            await using var server = new SmtpDouble();
            server.Extensions.AddRange(extensions);

            await SendAsync(server, address, from: "Bücher <no-reply@bücher.example>");

            Assert.Single(server.Commands, $"RCPT TO:<{address}>");
            Assert.Single(
                server.Commands,
                command => command.StartsWith("MAIL FROM:<no-reply@xn--bcher-kva.example>", StringComparison.Ordinal));
            Assert.DoesNotContain(server.Commands, command => command.Contains(Utf8, StringComparison.Ordinal));
            Assert.Contains($"\nTo: {address}\r\n", server.Data, StringComparison.Ordinal);
            Assert.True(Ascii.IsValid(server.Data.Split("\r\n\r\n")[0]));
        }
    }

    [Theory]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [InlineData("ada@BÜCHER.example", "ada@xn--bcher-kva.example")]
    [InlineData("taro..y@bücher.example", "taro..y@xn--bcher-kva.example")]
    public async Task A_domain_beyond_ASCII_is_an_A_label_as_servers_behind_the_first_may_not_offer_SMTPUTF8(string address, string sent)
    {
        _server.Extensions.Add(Utf8);

        await SendAsync(_server, address);

        Assert.Single(_server.Commands, $"RCPT TO:<{sent}>");
        Assert.DoesNotContain(_server.Commands, command => command.Contains(Utf8, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("用户@example.com")]
    [InlineData("用户@bücher.example")]
    [InlineData("用户@xn--bcher-kva.example")]
    [InlineData("ю..я@example.com")]
    public async Task An_address_beyond_ASCII_goes_as_it_is_stored_with_SMTPUTF8(string address)
    {
        _server.Extensions.Add(Utf8);

        await SendAsync(_server, address);

        // The double reads bytes.
        Assert.Single(_server.Commands, $"RCPT TO:<{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(address))}>");
        Assert.Single(
            _server.Commands,
            command => command.StartsWith("MAIL FROM:<no-reply@example.com> SMTPUTF8", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("用户@example.com")]
    [InlineData("jürgen@bücher.example")]
    [InlineData("ada@ab\u200dc.example")]
    public async Task A_server_without_SMTPUTF8_is_not_asked_to_take_an_address_that_needs_it(string address)
    {
        using var transport = new Transport(_server);
        var fault = await Assert.ThrowsAsync<NonAsciiAddressException>(() => transport.SendAsync(address));

        var told = MailFault.Of(fault);
        Assert.Equal(("the mail server takes no addresses beyond ASCII", true), (told.Cause, told.Permanent));
        Assert.DoesNotContain(
            _server.Commands,
            command => command.StartsWith("MAIL", StringComparison.Ordinal) || command.StartsWith("RCPT", StringComparison.Ordinal));

        // The conversation is in order, and serves the next mail.
        await transport.SendAsync("ada@example.com");
        Assert.Equal(1, _server.Conversations);
        Assert.Single(_server.Mails);
    }

    [Theory]
    [InlineData("ada@xn--bcher-kva.example\r\nRCPT TO:<eve@example.com>")]
    [InlineData("ada@xn--bcher-kva.example>\r\nBcc: <eve@example.com")]
    [InlineData("ada@xn--bcher-kva.example, eve@example.com")]
    [InlineData("ada@xn--bcher-kva.example; eve@example.com")]
    [InlineData("ada@xn--bcher-kva.example> NOTIFY=NEVER")]
    [InlineData("<ada@xn--bcher-kva.example>")]
    [InlineData("Ada <ada@xn--bcher-kva.example>")]
    [InlineData("ada@xn--bcher-kva.example (eve@example.com)")]
    [InlineData("ada(eve)@example.com")]
    [InlineData(" taro..y@docomo.example")]
    [InlineData("taro..y@docomo.example ")]
    [InlineData("taro.. y@docomo.example")]
    [InlineData("taro..y@docomo..example")]
    [InlineData("taro..y@docomo.example.")]
    [InlineData("taro..y@docomo.example@eve.example")]
    [InlineData("taro..y\\@docomo.example@eve.example")]
    [InlineData("@eve.example:taro..y@docomo.example")]
    [InlineData("taro..<y>@docomo.example")]
    [InlineData("taro..\"y@docomo.example")]
    [InlineData("..")]
    [InlineData(".@")]
    [InlineData("taro..y")]
    [InlineData("taro..y@")]
    [InlineData("taro..\0y@docomo.example")]
    [InlineData("taro..\u0085y@docomo.example")]
    [InlineData("")]
    public async Task What_is_not_exactly_one_address_reaches_no_server(string address)
    {
        Assert.False(Addresses.CanBeMailed(address));
        await Assert.ThrowsAsync<FormatException>(() => SendAsync(_server, address));

        Assert.Empty(_server.Commands);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task SendAsync(SmtpDouble server, string address, string from = "Accounts <no-reply@example.com>")
    {
        using var transport = new Transport(server);
        await transport.SendAsync(address, from);
    }

    private sealed class Transport(SmtpDouble server) : IDisposable
    {
        private readonly SmtpTransport _transport = new(
            Options.Create(new MailSettings { Smtp = new() { Host = "127.0.0.1", Port = server.Port, Security = SmtpSecurity.None } }),
            new MailSite("accounts.example.com"), TimeProvider.System, NullLogger<SmtpTransport>.Instance);

        public async Task SendAsync(string address, string from = "Accounts <no-reply@example.com>")
        {
            // A subject beyond ASCII is no reason for SMTPUTF8.
            using var message = await MailSamples.ComposeAsync(
                MailSamples.Content() with
                {
                    Subject = "Neues Paßwort wählen · 新しいパスワード",
                },
                address,
                from);
            await _transport.SendAsync(message, TestContext.Current.CancellationToken);
        }

        public void Dispose() => _transport.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
