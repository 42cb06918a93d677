using System.Globalization;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// The static pages of campaigns: a long list is more than a circuit takes, so it is posted as an ordinary form with a
/// higher limit; results are downloaded as a file.
/// </summary>
internal static class BulkEndpoints
{
    public static Task<IResult> ShowAsync(HttpContext http, CampaignReader reader)
    {
        var query = http.Request.Query;
        return PageAsync(reader, StatusCodes.Status200OK, new Filled(query["q"].ToString(), FilterTexts.Parse(query["filter"])));
    }

    public static async Task<IResult> DraftAsync(HttpContext http, CampaignActions campaigns, CampaignReader reader)
    {
        if (await CampaignForm.ReadAsync(http) is not { } form)
            return await PageAsync(
                reader, StatusCodes.Status413PayloadTooLarge, new Filled(), Words.BulkTooLarge.With(CampaignForm.MaxMegabytes));

        // Problems are told in the language of the form.
        var post = form.Post;
        post.IsRead(http);
        var filled = new Filled(post["q"].Trim(), FilterTexts.Parse(post.Fields["filter"]), form.Text, post["act"] == "reset");
        if (!post.IsAntiforgeryValid)
            return await PageAsync(reader, StatusCodes.Status400BadRequest, filled, post.LacksCookie ? post.Problem : Words.BulkAgain);

        var (choice, problem) = Choice(filled, form);
        if (choice is null)
            return await PageAsync(reader, StatusCodes.Status422UnprocessableEntity, filled, problem);

        var outcome = await campaigns.DraftAsync(
            http.User, choice, filled.RequiresReset, http.ClientAddress(), key: null, http.RequestAborted);
        return outcome.Done
            ? Page.SeeOther($"/admin/bulk/{outcome.EventId}")
            : await PageAsync(reader, StatusCodes.Status422UnprocessableEntity, filled, outcome.Problem);
    }

    public static Task<IResult> ResultAsync(Guid id, CampaignReader reader, CancellationToken cancellationToken) => DownloadAsync(
        reader,
        id,
        $"campaign-{id}.csv",
        ["account", "address", "outcome"],
        reader.ResultsAsync(id, cancellationToken).Select(result => new[] { result.AccountId, result.Address, result.Outcome }),
        cancellationToken);

    /// <summary>The lines of the list that brought no account, or not just one.</summary>
    public static Task<IResult> LinesAsync(Guid id, CampaignReader reader, CancellationToken cancellationToken) => DownloadAsync(
        reader,
        id,
        $"campaign-{id}-lines.csv",
        ["line", "outcome"],
        reader.LinesAsync(id, cancellationToken).Select(line =>
            new string?[] { line.Line.ToString(CultureInfo.InvariantCulture), CampaignTexts.Outcome(line.Outcome) }),
        cancellationToken);

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

    private static async Task<IResult> PageAsync(CampaignReader reader, int status, Filled filled, string? problem = null) =>
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

    private static async Task<IResult> DownloadAsync(
        CampaignReader reader,
        Guid id,
        string file,
        string[] header,
        IAsyncEnumerable<string?[]> lines,
        CancellationToken cancellationToken) =>
        await reader.ExistsAsync(id, cancellationToken)
            ? CsvDownload.Of(file, header, lines, cancellationToken)
            : Results.NotFound();

    /// <summary>The form, as it was filled in.</summary>
    private sealed record Filled(
        string Text = "", AccountFilters Filters = AccountFilters.None, string List = "", bool RequiresReset = false);
}
