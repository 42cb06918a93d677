using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace OneTimeJwt.Web.Mail;

/// <summary>A part of a mail while it is written: UTF-8, with the line endings of mails (RFC 5322, section 2.3).</summary>
/// <param name="size">How many bytes it has usually.</param>
internal sealed class MailBody(int size) : TextWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(size);
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        for (var end = buffer.IndexOfAny('\r', '\n'); end >= 0; end = buffer.IndexOfAny('\r', '\n'))
        {
            Encode(buffer[..end]);
            if (buffer[end] == '\n')
                Encode("\r\n");
            buffer = buffer[(end + 1)..];
        }

        Encode(buffer);
    }

    /// <summary>What was written, to be read.</summary>
    public MemoryStream ToStream()
    {
        MemoryMarshal.TryGetArray(_bytes.WrittenMemory, out var written);
        return new MemoryStream(written.Array!, written.Offset, written.Count, writable: false, publiclyVisible: true);
    }

    private void Encode(ReadOnlySpan<char> text) => _encoder.Convert(text, _bytes, flush: false, out _, out _);
}
