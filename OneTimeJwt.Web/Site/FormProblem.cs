namespace OneTimeJwt.Web.Site;

/// <summary>Why a form is shown again.</summary>
/// <param name="Reasons">In words for the page.</param>
public sealed record FormProblem(params IReadOnlyList<string> Reasons)
{
    /// <summary>The field that it is about; null where that is the page's most likely one, or none.</summary>
    public string? Field { get; init; }

    /// <summary>Of the response.</summary>
    public int Status { get; init; } = StatusCodes.Status422UnprocessableEntity;
}
