using CsvHelper;
using Microsoft.AspNetCore.Http.Features;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Admin;

/// <summary>Invites one or many, by a list or by a file.</summary>
internal sealed class InvitePages(Invitations invitations)
{
    private const long MostBytes = 256 * 1024;

    private static readonly FormOptions Large = new() { ValueLengthLimit = (int)MostBytes, MultipartBodyLengthLimit = MostBytes, MemoryBufferThreshold = (int)MostBytes };

    public static IResult Show() => Page.Of<InvitePage>();

    public async Task<IResult> SendAsync(HttpContext http)
    {
        var form = await FormPost.ReadAsync(http, MostBytes, Large);
        form.IsRead(http);
        var (list, reason) = (form["list"], form["reason"].Trim());
        if (!form.Genuine)
            return Again(StatusCodes.Status400BadRequest, list, reason, form.LacksCookie ? form.Problem : Words.BulkAgain);

        var (names, problem) = await NamesAsync(list, form.Fields.Files is [{ Length: > 0 } only] ? only : null, http.RequestAborted);
        if (names is null)
            return Again(StatusCodes.Status422UnprocessableEntity, list, reason, problem!);

        var outcome = await invitations.SendAsync(http.User, names, reason, http.Connection.RemoteIpAddress?.ToString());
        if (outcome.BrokeOff)
        {
            // What is left comes back, to be sent once more.
            http.Response.Headers.RetryAfter = ErrorPages.RetryAfterSeconds;
            var rest = string.Join('\n', outcome.Left.Select(left => left.Line.Name));
            return Page.Of<InvitePage>(StatusCodes.Status503ServiceUnavailable, new { Outcome = outcome, List = rest, Reason = reason, Problem = outcome.Problem });
        }

        return outcome.Problem is null
            ? Page.Of<InvitePage>(parameters: new { Outcome = outcome })
            : Again(StatusCodes.Status422UnprocessableEntity, list, reason, outcome.Problem);
    }

    private static async Task<(IReadOnlyList<ListedName>? Names, string? Problem)> NamesAsync(string list, IFormFile? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return (AccountMatch.ReadLines(list), null);
        if (list.Trim().Length > 0)
            return (null, Words.InviteOneWay);

        try
        {
            await using var stream = file.OpenReadStream();
            return (await AccountMatch.ReadCsvAsync(stream, cancellationToken), null);
        }
        catch (CsvFormatException)
        {
            return (null, Words.BulkNotCsv);
        }
    }

    private static IResult Again(int status, string list, string reason, string problem) =>
        Page.Of<InvitePage>(status, new { List = list, Reason = reason, Problem = problem });
}
