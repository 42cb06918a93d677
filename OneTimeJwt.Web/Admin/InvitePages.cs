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
            return Again(StatusCodes.Status400BadRequest, list, reason, Words.BulkAgain);

        var file = form.Fields.Files is [{ Length: > 0 } only] ? only : null;
        if (file is not null && list.Trim().Length > 0)
            return Again(StatusCodes.Status422UnprocessableEntity, list, reason, Words.InviteOneWay);

        try
        {
            var outcome = await invitations.SendAsync(http.User, file is null ? AccountMatch.ReadLines(list) : await ReadAsync(file, http.RequestAborted), reason, http.Connection.RemoteIpAddress?.ToString());
            return outcome.Problem is { } problem
                ? Again(StatusCodes.Status422UnprocessableEntity, list, reason, problem)
                : Page.Of<InvitePage>(parameters: new { Outcome = outcome });
        }
        catch (CsvFormatException)
        {
            return Again(StatusCodes.Status422UnprocessableEntity, list, reason, Words.BulkNotCsv);
        }
    }

    private static async Task<IReadOnlyList<ListedName>> ReadAsync(IFormFile file, CancellationToken cancellationToken)
    {
        await using var stream = file.OpenReadStream();
        return await AccountMatch.ReadCsvAsync(stream, cancellationToken);
    }

    private static IResult Again(int status, string list, string reason, string problem) =>
        Page.Of<InvitePage>(status, new { List = list, Reason = reason, Problem = problem });
}
