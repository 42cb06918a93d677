namespace OneTimeJwt.Web.Mail;

/// <summary>The styles of a mail that depend on whose site it is, written once for many mails.</summary>
/// <param name="brand">Its colours.</param>
/// <param name="side">On which lines begin, left or right.</param>
public sealed class MailLook(Brand brand, string side)
{
    internal const string Sans = "font-family:system-ui,-apple-system,Segoe UI,Roboto,Arial,sans-serif";
    internal const string Font = $"{Sans};font-size:16px;line-height:24px";

    public string Header { get; } = $"padding:18px 32px;border-bottom:2px dashed #e4ebe8;border-radius:16px 16px 0 0;"
        + $"background:{brand.Accent};color:#ffffff;text-align:{side};font-weight:600;{Font}";

    public string Body { get; } =
        $"padding:16px 32px 20px;border-radius:0 0 16px 16px;background:#ffffff;color:#15201c;text-align:{side};{Font}";

    public string Key { get; } = $"border-radius:12px;background:{brand.Accent}";

    public string Button { get; } = $"display:inline-block;padding:14px 24px;border:1px solid {brand.Accent};border-radius:12px;"
        + $"color:#ffffff;font-weight:600;text-decoration:none;{Font}";

    public string Dark { get; } = $$"""

        @media (prefers-color-scheme: dark) {
          .page { background: #0d1210 !important; }
          .house { border-color: #0d1210 !important; }
          .matter { background: #18201c !important; color: #e7eeea !important; }
          .code { background: #0d1210 !important; color: #e7eeea !important; }
          .soft { color: #a4b3ac !important; }
          .key { background: {{brand.AccentDark}} !important; }
          .button { border-color: {{brand.AccentDark}} !important; color: {{brand.OnAccentDark}} !important; }
        }

        """;
}
