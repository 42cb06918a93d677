using System.Globalization;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Admin;

/// <summary>Campaigns in words.</summary>
internal static class CampaignWords
{
    public static string Name(Campaign campaign) =>
        string.Create(CultureInfo.InvariantCulture, $"{(campaign.RequiresReset ? "Required reset" : "Reset link")} for {campaign.Accounts:N0} {(campaign.Accounts == 1 ? "account" : "accounts")}");

    public static string State(CampaignState state) => state switch
    {
        CampaignState.Draft => "not started",
        _ => state.ToString().ToLowerInvariant(),
    };
}
