using System.Text;
using CsvHelper;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// What was posted to make a campaign. A file is read row by row as it comes, and a pasted list line by line: neither is ever held
/// whole, in memory or on a disk.
/// </summary>
/// <param name="Post">The other fields.</param>
/// <param name="Pasted">The lines of the pasted list; null for none.</param>
/// <param name="Uploaded">The rows of the file; null for none.</param>
/// <param name="Text">The pasted list, to be shown again; empty where it is long.</param>
/// <param name="Problem">Why the file can't be read.</param>
internal sealed record CampaignForm(
    FormPost Post, IReadOnlyList<InputRow>? Pasted, IReadOnlyList<InputRow>? Uploaded, string Text, string? Problem)
{
    public const int MaxMegabytes = 16;

    private const long MaxBytes = MaxMegabytes * 1024 * 1024;

    // A browser shows the answer only to what it could send.
    private const long MaxDrained = 16 * MaxBytes;

    private const int MaxFields = 32;

    // A pasted list is shown again only where it is short.
    private const int MaxTextLength = 20_000;

    /// <returns>Null where it is too large.</returns>
    public static async Task<CampaignForm?> ReadAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentLength > MaxBytes)
        {
            await DrainAsync(http);
            return null;
        }

        if (request.GetMultipartBoundary() is not { Length: > 0 } boundary)
            return new CampaignForm(await FormPost.BindAsync(http), Pasted: null, Uploaded: null, "", Problem: null);

        RequestBody.Limit(http, MaxBytes);
        return await RequestBody.ReadFormAsync(
            () => ReadAsync(http, new MultipartReader(boundary, request.Body) { BodyLengthLimit = MaxBytes }));
    }

    private static async Task<CampaignForm> ReadAsync(HttpContext http, MultipartReader parts)
    {
        var fields = new KeyValueAccumulator();
        var (pasted, text) = ((IReadOnlyList<InputRow>?)null, "");
        var (uploaded, problem) = ((IReadOnlyList<InputRow>?)null, (string?)null);
        while (await parts.ReadNextSectionAsync(http.RequestAborted) is { } part)
        {
            if (part.GetContentDispositionHeader() is not { } disposition)
                continue;

            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (disposition.IsFileDisposition())
            {
                if (uploaded is null && problem is null)
                    (uploaded, problem) = await RowsAsync(part.Body, http.RequestAborted);
                else
                    problem = Words.BulkOneWay;
            }
            else if (name == "list")
            {
                (pasted, text) = await LinesAsync(part.Body, http.RequestAborted);
            }
            else if (name != "file")
            {
                if (fields.ValueCount == MaxFields)
                    throw new InvalidDataException("The form has too many fields.");
                fields.Append(name, await part.ReadAsStringAsync(http.RequestAborted));
            }
        }

        http.Request.Form = new FormCollection(fields.GetResults());
        return new CampaignForm(await FormPost.ReadAsync(http, MaxBytes, new FormOptions()), pasted, uploaded, text, problem);
    }

    private static async Task<(IReadOnlyList<InputRow>? Rows, string? Problem)> RowsAsync(Stream file, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await AccountListMatcher.ReadCsvAsync(file, cancellationToken);
            return (rows.Count == 0 && file.Position == 0 ? null : rows, null);
        }
        catch (CsvFormatException)
        {
            return (null, Words.BulkNotCsv);
        }
    }

    private static async Task<(IReadOnlyList<InputRow>? Lines, string Text)> LinesAsync(Stream part, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(part, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var (rows, text, number) = (new List<InputRow>(), new StringBuilder(), 0);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (text.Length <= MaxTextLength)
                text.Append(line).Append('\n');
            if (rows.Count <= CampaignActions.MaxAccounts && line.Trim() is { Length: > 0 } name)
                rows.Add(new InputRow(number, name));
        }

        return (rows.Count == 0 ? null : rows, text.Length <= MaxTextLength ? text.ToString() : "");
    }

    private static async Task DrainAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxDrained)
            return;

        RequestBody.Limit(http, MaxDrained);
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
    }
}
