using CsvHelper;
using Microsoft.AspNetCore.Http.Features;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>Invites one or many, by a list or by a file.</summary>
internal static class InviteEndpoints
{
    private const long MaxBytes = 256 * 1024;

    private static readonly FormOptions Large = new()
    {
        ValueLengthLimit = (int)MaxBytes,
        MultipartBodyLengthLimit = MaxBytes,
        MemoryBufferThreshold = (int)MaxBytes,
    };

    public static IResult Show() => Page.Of<InvitePage>();

    public static async Task<IResult> SendAsync(HttpContext http, InvitationSender invitations)
    {
        var form = await FormPost.ReadAsync(http, MaxBytes, Large);
        form.IsRead(http);
        var (list, reason) = (form["list"], form["reason"].Trim());
        if (!form.IsAntiforgeryValid)
            return Again(StatusCodes.Status400BadRequest, list, reason, form.LacksCookie ? form.Problem : Words.BulkAgain);

        var (names, problem) = await NamesAsync(list, form.Fields.Files is [{ Length: > 0 } only] ? only : null, http.RequestAborted);
        if (names is null)
            return Again(StatusCodes.Status422UnprocessableEntity, list, reason, problem!);

        var outcome = await invitations.SendAsync(http.User, names, reason, http.ClientAddress());
        if (outcome.Problem is not { } cause)
            return Page.Of<InvitePage>(parameters: new { Outcome = outcome });
        if (!outcome.BrokeOff)
            return Again(StatusCodes.Status422UnprocessableEntity, list, reason, cause);

        // The rest of the list is shown again, to be sent once more.
        http.Response.Headers.RetryAfter = ErrorResponses.RetryAfterSeconds;
        var rest = string.Join('\n', outcome.Left.Select(left => left.Line.Name));
        return Again(StatusCodes.Status503ServiceUnavailable, rest, reason, cause, outcome);
    }

    private static async Task<(IReadOnlyList<InputRow>? Names, string? Problem)> NamesAsync(
        string list,
        IFormFile? file,
        CancellationToken cancellationToken)
    {
        if (file is null)
            return (AccountListMatcher.ReadLines(list), null);
        if (list.Trim().Length > 0)
            return (null, Words.InviteOneWay);

        try
        {
            await using var stream = file.OpenReadStream();
            return (await AccountListMatcher.ReadCsvAsync(stream, cancellationToken), null);
        }
        catch (CsvFormatException)
        {
            return (null, Words.BulkNotCsv);
        }
    }

    private static IResult Again(int status, string list, string reason, string problem, InvitationOutcome? outcome = null) =>
        Page.Of<InvitePage>(status, new { List = list, Reason = reason, Problem = problem, Outcome = outcome });
}
