namespace OneTimeJwt.Web.Mail;

/// <summary>What a mail says, in plain text.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Before">Paragraphs before the link.</param>
/// <param name="Link">The only link; null for a mail without.</param>
/// <param name="After">Paragraphs after it.</param>
public sealed record MailContent(string Subject, IReadOnlyList<string> Before, MailButton? Link, IReadOnlyList<string> After)
{
    /// <summary>A paragraph before the link that names the account; null where the address does.</summary>
    public string? About { get; init; }

    /// <summary>A code to type in, in the link's place; null for a mail without.</summary>
    public MailCode? Code { get; init; }
}

/// <param name="Value">A secret.</param>
public sealed record MailCode(string Value)
{
    /// <summary>Without the code.</summary>
    public override string ToString() => "a code";
}

/// <param name="Label">The button's text.</param>
/// <param name="Url">A secret where it carries a token.</param>
public sealed record MailButton(string Label, string Url)
{
    /// <summary>Without the address.</summary>
    public override string ToString() => Label;
}
