using OneTimeJwt.Web.Campaigns;

namespace OneTimeJwt.Web.Api;

/// <param name="RequiresReset">Whether present passwords stop working; else a link is sent and nothing else changes.</param>
/// <param name="Accounts">A list of addresses, user names or ids; or else</param>
/// <param name="Query">the start of their address, user name or id,</param>
/// <param name="Filter">and what they are.</param>
public sealed record CampaignRequest(
    bool RequiresReset, IReadOnlyList<string>? Accounts = null, string? Query = null, IReadOnlyList<string>? Filter = null);

/// <param name="Accounts">How many it has.</param>
/// <param name="Chosen">How they were chosen, in words.</param>
/// <param name="Unmatched">How many entries of the list name no account.</param>
/// <param name="UnmatchedLines">Which, by their numbers from 1 on.</param>
public sealed record CampaignDrafted(Guid Id, int Accounts, string Chosen, int Unmatched, string? UnmatchedLines);

/// <param name="Reason">Why, for the trail.</param>
/// <param name="Accounts">How many accounts it has, to confirm it.</param>
/// <param name="Rate">How many a minute.</param>
public sealed record CampaignStartRequest(string Reason, int Accounts, int? Rate = null);

/// <param name="EventId">The line of the trail that records it.</param>
/// <param name="Act">What was done.</param>
/// <param name="CampaignId">To which campaign.</param>
/// <param name="At">When.</param>
public sealed record CampaignChanged(Guid EventId, string Act, Guid CampaignId, DateTimeOffset At);

/// <param name="Items">The newest first.</param>
public sealed record CampaignListing(IReadOnlyList<CampaignItem> Items);

/// <param name="Released">How many of its accounts are in the outbox or have been.</param>
/// <param name="Rate">Accounts a minute.</param>
public sealed record CampaignItem(
    Guid Id,
    CampaignState State,
    bool RequiresReset,
    int Accounts,
    int Released,
    int Rate,
    string Chosen,
    DateTimeOffset CreatedAt,
    string? Reason)
{
    public static CampaignItem Of(Campaign campaign) => new(
        campaign.Id, campaign.State, campaign.RequiresReset, campaign.Accounts, campaign.Released, campaign.Rate, campaign.Chosen,
        campaign.CreatedAt, campaign.Reason);
}

/// <param name="Campaign">What the list has of it.</param>
/// <param name="Counts">How far it has come.</param>
/// <param name="StartedBy">Who is responsible for it.</param>
public sealed record CampaignAnswer(CampaignItem Campaign, CampaignCounts Counts, string StartedBy);
