using CsvHelper;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// The static pages of campaigns: a long list is more than a circuit takes, so it is posted as an ordinary form with a
/// higher limit; results are downloaded as a file.
/// </summary>
internal sealed class BulkEndpoints(CampaignActions campaigns, CampaignReader reader)
{
    public Task<IResult> ShowAsync(HttpContext http)
    {
        var query = http.Request.Query;
        return PageAsync(StatusCodes.Status200OK, new Filled(query["q"].ToString(), FilterTexts.Parse(query["filter"])));
    }

    public async Task<IResult> DraftAsync(HttpContext http)
    {
        if (await CampaignForm.ReadAsync(http) is not { } form)
            return await PageAsync(
                StatusCodes.Status413PayloadTooLarge, new Filled(), Words.BulkTooLarge.With(CampaignForm.MaxMegabytes));

        // Problems are told in the language of the form.
        var post = form.Post;
        post.IsRead(http);
        var filled = new Filled(post["q"].Trim(), FilterTexts.Parse(post.Fields["filter"]), form.Text, post["act"] == "reset");
        if (!post.IsAntiforgeryValid)
            return await PageAsync(StatusCodes.Status400BadRequest, filled, post.LacksCookie ? post.Problem : Words.BulkAgain);

        var (choice, problem) = Choice(filled, form);
        if (choice is null)
            return await PageAsync(StatusCodes.Status422UnprocessableEntity, filled, problem);

        (var id, problem) = await campaigns.DraftAsync(
            http.User,
            choice,
            filled.RequiresReset,
            http.ClientAddress(),
            http.RequestAborted);
        return id is null
            ? await PageAsync(StatusCodes.Status422UnprocessableEntity, filled, problem)
            : Page.SeeOther($"/admin/bulk/{id}");
    }

    public async Task<IResult> ResultAsync(Guid id, CancellationToken cancellationToken) =>
        await reader.ExistsAsync(id, cancellationToken)
            ? Results.Stream(body => WriteAsync(body, id, cancellationToken), "text/csv; charset=utf-8", $"campaign-{id}.csv")
            : Results.NotFound();

    /// <summary>The lines of the list that brought no account, or not just one.</summary>
    public async Task<IResult> LinesAsync(Guid id, CancellationToken cancellationToken) =>
        await reader.ExistsAsync(id, cancellationToken)
            ? Results.Stream(body => WriteLinesAsync(body, id, cancellationToken), "text/csv; charset=utf-8", $"campaign-{id}-lines.csv")
            : Results.NotFound();

    private static (CampaignSelection? Choice, string? Problem) Choice(Filled filled, CampaignForm form)
    {
        if (form.Problem is not null)
            return (null, form.Problem);

        var byWhatTheyAre = filled.Text.Length > 0 || filled.Filters != AccountFilters.None;
        var ways = new[] { byWhatTheyAre, form.Pasted is not null, form.Uploaded is not null };
        return ways.Count(way => way) == 1
            ? (new CampaignSelection(filled.Text, filled.Filters, form.Pasted ?? form.Uploaded), null)
            : (null, Words.BulkOneWay);
    }

    private async Task<IResult> PageAsync(int status, Filled filled, string? problem = null) =>
        Page.Of<BulkPage>(
            status,
            new
            {
                filled.Text,
                filled.Filters,
                filled.List,
                filled.RequiresReset,
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

    private async Task WriteLinesAsync(Stream body, Guid id, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(body, TrailExport.Safe, leaveOpen: true);
        csv.WriteRecord(["line", "outcome"]);
        await foreach (var line in reader.LinesAsync(id, cancellationToken))
        {
            csv.WriteField(line.Line.ToString(System.Globalization.CultureInfo.InvariantCulture));
            csv.WriteField(CampaignTexts.Outcome(line.Outcome));
            await csv.EndRecordAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }

    /// <summary>The form, as it was filled in.</summary>
    private sealed record Filled(
        string Text = "", AccountFilters Filters = AccountFilters.None, string List = "", bool RequiresReset = false);
}
