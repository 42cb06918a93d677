using System.Reflection;
using OneTimeJwt.Web.Links.Purposes;

namespace OneTimeJwt.Web.Links;

/// <summary>The registered purposes.</summary>
internal sealed class LinkPurposes(IEnumerable<LinkPurpose> all)
{
    /// <summary>Those of this app, one for each class.</summary>
    public static IReadOnlyList<LinkPurpose> Own { get; } =
    [
        .. typeof(LinkPurpose).Assembly.GetCustomAttributes<PurposeAttribute>()
            .Select(purpose => (LinkPurpose)Activator.CreateInstance(purpose.Type)!)
            .OrderBy(purpose => purpose.Name, StringComparer.Ordinal),
    ];

    public IReadOnlyList<LinkPurpose> All { get; } = Distinct([.. all]);

    private readonly Dictionary<string, LinkPurpose> _byMail =
        all.SelectMany(purpose => purpose.Mails.Select(mail => (mail, purpose))).ToDictionary(pair => pair.mail, pair => pair.purpose);

    /// <summary>Those that anybody may ask for, first the one without a field.</summary>
    public IReadOnlyList<LinkPurpose> Requestable { get; } =
        [.. all.Where(purpose => purpose.Request is not null).OrderBy(purpose => purpose.Request!.Field is not null)];

    /// <summary>The purpose whose links such mails carry; null for notices and codes.</summary>
    public LinkPurpose? OfMail(string kind) => _byMail.GetValueOrDefault(kind);

    /// <summary>Whether such a mail was requested and carries a link.</summary>
    public bool IsRequest(string kind) => OfMail(kind) is { IsRequested: true };

    /// <summary>The purpose of a line of the trail about a mailed link.</summary>
    public LinkPurpose OfLine(string? detail) =>
        (detail is null ? null : All.FirstOrDefault(purpose => purpose.TrailDetail == detail)) ?? Requestable[0];

    // Tokens of one purpose would be valid for another of the same name.
    private static IReadOnlyList<LinkPurpose> Distinct(IReadOnlyList<LinkPurpose> all) =>
        all.Select(purpose => purpose.Name).Distinct().Count() == all.Count
        && all.Select(purpose => purpose.Page).Distinct().Count() == all.Count
            ? all
            : throw new InvalidOperationException("Two purposes have one name or one page.");
}
