using CsvHelper;
using Microsoft.AspNetCore.Http.Features;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// The static pages of campaigns: a long list is more than a circuit takes, so it is posted as an ordinary form with a
/// higher limit; results are downloaded as a file.
/// </summary>
internal sealed class BulkEndpoints(CampaignActions campaigns, CampaignReader reader)
{
    private const long MaxBytes = 16 * 1024 * 1024;

    // A pasted list is shown again only where it is short.
    private const int MaxEchoLength = 20_000;

    private static readonly FormOptions Large = new()
    {
        ValueLengthLimit = (int)MaxBytes,
        MultipartBodyLengthLimit = MaxBytes,
        MemoryBufferThreshold = (int)MaxBytes,
    };

    public async Task<IResult> ShowAsync(HttpContext http)
    {
        var query = http.Request.Query;
        return await PageAsync(
            StatusCodes.Status200OK,
            query["q"].ToString(),
            FilterTexts.Parse(query["filter"]),
            list: "",
            requiresReset: false,
            problem: null);
    }

    public async Task<IResult> DraftAsync(HttpContext http)
    {
        var form = await FormPost.ReadAsync(http, MaxBytes, Large);
        // Problems are told in the language of the form.
        form.IsRead(http);
        var (text, filters, list, requiresReset) = (
            form["q"].Trim(),
            FilterTexts.Parse(form.Fields["filter"]),
            form["list"],
            form["act"] == "reset");
        var file = form.Fields.Files is [{ Length: > 0 } only] ? only : null;
        if (!form.IsAntiforgeryValid)
            return await PageAsync(
                StatusCodes.Status400BadRequest,
                text,
                filters,
                list,
                requiresReset,
                form.LacksCookie ? form.Problem : Words.BulkAgain);

        var (choice, problem) = await ChoiceAsync(text, filters, list, file, http.RequestAborted);
        if (choice is null)
            return await PageAsync(StatusCodes.Status422UnprocessableEntity, text, filters, list, requiresReset, problem);

        (var id, problem) = await campaigns.DraftAsync(
            http.User,
            choice,
            requiresReset,
            http.ClientAddress(),
            http.RequestAborted);
        return id is null
            ? await PageAsync(StatusCodes.Status422UnprocessableEntity, text, filters, list, requiresReset, problem)
            : Page.SeeOther($"/admin/bulk/{id}");
    }

    public async Task<IResult> ResultAsync(Guid id, CancellationToken cancellationToken) =>
        await reader.ExistsAsync(id, cancellationToken)
            ? Results.Stream(body => WriteAsync(body, id, cancellationToken), "text/csv; charset=utf-8", $"campaign-{id}.csv")
            : Results.NotFound();

    private static async Task<(CampaignSelection? Choice, string? Problem)> ChoiceAsync(
        string text,
        AccountFilters filters,
        string list,
        IFormFile? file,
        CancellationToken cancellationToken)
    {
        var byWhatTheyAre = text.Length > 0 || filters != AccountFilters.None;
        var ways = new[] { byWhatTheyAre, list.Trim().Length > 0, file is not null };
        if (ways.Count(way => way) != 1)
            return (null, Words.BulkOneWay);
        if (byWhatTheyAre)
            return (new CampaignSelection(text, filters, List: null), null);
        if (file is null)
            return (new CampaignSelection("", AccountFilters.None, AccountListMatcher.ReadLines(list)), null);

        try
        {
            await using var stream = file.OpenReadStream();
            return (new CampaignSelection("", AccountFilters.None, await AccountListMatcher.ReadCsvAsync(stream, cancellationToken)), null);
        }
        catch (CsvFormatException)
        {
            return (null, Words.BulkNotCsv);
        }
    }

    private async Task<IResult> PageAsync(
        int status,
        string text,
        AccountFilters filters,
        string list,
        bool requiresReset,
        string? problem) =>
        Page.Of<BulkPage>(
            status,
            new
            {
                Text = text,
                Filters = filters,
                List = list.Length <= MaxEchoLength ? list : "",
                RequiresReset = requiresReset,
                Problem = problem,
                Campaigns = await reader.LatestAsync(),
            });

    private async Task WriteAsync(Stream body, Guid id, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, TrailExport.Safe, leaveOpen: true);
        csv.WriteRecord(["account", "address", "outcome"]);
        await foreach (var result in reader.ResultsAsync(id, cancellationToken))
        {
            csv.WriteField(result.AccountId);
            csv.WriteField(result.Address);
            csv.WriteField(result.Outcome);
            await csv.EndRecordAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }
}
