namespace OneTimeJwt.Web.Mail;

/// <summary>What a mail says, before it has a form. Every string is plain text.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Before">Paragraphs ahead of the link.</param>
/// <param name="Link">The one link; null for a mail without.</param>
/// <param name="After">Paragraphs behind it.</param>
public sealed record MailContent(string Subject, IReadOnlyList<string> Before, MailButton? Link, IReadOnlyList<string> After)
{
    /// <summary>Which account it is about, in a paragraph ahead of the link; null where the address says that.</summary>
    public string? About { get; init; }

    /// <summary>What has to be typed in; null for a mail without. It stands where the link would.</summary>
    public MailCode? Code { get; init; }
}

/// <summary>A code that a mail carries.</summary>
/// <param name="Value">A secret.</param>
public sealed record MailCode(string Value)
{
    /// <summary>Never the code.</summary>
    public override string ToString() => "a code";
}

/// <summary>The one link of a mail.</summary>
/// <param name="Label">What the button says.</param>
/// <param name="Url">A secret where it carries a token.</param>
public sealed record MailButton(string Label, string Url)
{
    /// <summary>Never the address.</summary>
    public override string ToString() => Label;
}
