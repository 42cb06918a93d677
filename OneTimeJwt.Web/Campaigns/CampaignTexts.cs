namespace OneTimeJwt.Web.Campaigns;

/// <summary>Campaigns in words.</summary>
internal static class CampaignTexts
{
    public static string Name(Campaign campaign) =>
        campaign.Accounts == 1
            ? campaign.RequiresReset
                ? Words.CampaignOneReset
                : Words.CampaignOneLink
            : (campaign.RequiresReset ? Words.CampaignResets : Words.CampaignLinks).With(
                campaign.Accounts.Grouped());

    public static string State(CampaignState state) => state switch
    {
        CampaignState.Running => Words.CampaignStateRunning,
        CampaignState.Paused => Words.CampaignStatePaused,
        CampaignState.Stopped => Words.CampaignStateStopped,
        CampaignState.Done => Words.CampaignStateDone,
        CampaignState.Gathering => Words.CampaignStateGathering,
        CampaignState.Interrupted => Words.CampaignStateInterrupted,
        _ => Words.CampaignStateDraft,
    };

    /// <summary>What became of a line, for a file that programs may read.</summary>
    public static string Outcome(LineOutcome outcome) => outcome switch
    {
        LineOutcome.NoAccount => "names no account",
        LineOutcome.SeveralAccounts => "names several accounts, all of them taken",
        LineOutcome.Doubled => "names accounts that an earlier line names",
        _ => "names your own account, left out",
    };

    /// <summary>Why its state can't be changed that way.</summary>
    public static string Already(CampaignState state) => state switch
    {
        CampaignState.Running => Words.CampaignRunningAlready,
        CampaignState.Paused => Words.CampaignPausedAlready,
        CampaignState.Stopped => Words.CampaignStoppedAlready,
        CampaignState.Done => Words.CampaignDoneAlready,
        CampaignState.Interrupted => Words.CampaignInterruptedAlready,
        _ => Words.CampaignNotStarted,
    };
}
