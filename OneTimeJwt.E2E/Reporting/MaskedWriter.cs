using System.Text;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>A console on which no secret shows, since consoles are kept by CI systems.</summary>
internal sealed class MaskedWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value);

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value) => inner.Write(Secrets.Hide(value ?? ""));

    public override void WriteLine(string? value) => inner.WriteLine(Secrets.Hide(value ?? ""));

    public override void Flush() => inner.Flush();
}
