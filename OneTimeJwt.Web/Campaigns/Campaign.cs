using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// Mail to many accounts that an admin has started: a list of accounts and how far it has come. The outcome of each mail is
/// in the trail, under the campaign's id.
/// </summary>
public sealed class Campaign
{
    /// <summary>The longest list of lines that matched nothing, in characters.</summary>
    public const int MaxUnmatchedLength = 2000;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public CampaignState State { get; set; }

    /// <summary>Whether present passwords stop working; else a link is sent and nothing else changes.</summary>
    public bool RequiresReset { get; init; }

    /// <summary>The accounts that are on the list.</summary>
    public int Accounts { get; set; }

    /// <summary>How many of them, from the first on, are in the outbox or have been.</summary>
    public int Released { get; set; }

    /// <summary>Accounts a minute.</summary>
    public int Rate { get; set; }

    /// <summary>How the accounts were chosen, in words of ours.</summary>
    public required string Chosen { get; init; }

    /// <summary>How many lines the list has; 0 where the accounts were chosen by what they are.</summary>
    public int Lines { get; set; }

    /// <summary>How many of them have been matched.</summary>
    public int LinesRead { get; set; }

    /// <summary>When the list was last known to be worked on.</summary>
    public DateTimeOffset? GatheredAt { get; set; }

    /// <summary>Lines that match several accounts, all of which are taken.</summary>
    public int SeveralAccounts { get; set; }

    /// <summary>Lines whose accounts earlier lines match.</summary>
    public int Doubled { get; set; }

    /// <summary>Lines of the list that match no account.</summary>
    public int Unmatched { get; set; }

    /// <summary>Their numbers only, not their text: people paste anything.</summary>
    public string? UnmatchedLines { get; set; }

    /// <summary>Who is responsible, as the trail has it: who made, started or resumed it last.</summary>
    public required string StartedBy { get; set; }

    /// <summary>What that one is called, where it isn't an account.</summary>
    public string? StartedByName { get; set; }

    public string? Client { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? Reason { get; set; }

    /// <summary>When accounts were last released.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }

    /// <summary>What is done to each of its accounts.</summary>
    public AdminAction Action => RequiresReset ? AdminAction.RequireReset : AdminAction.SendLink;

    /// <summary>A mail to one of its accounts.</summary>
    public OutboxMail Mail(string accountId, DateTimeOffset now) =>
        OutboxMail.ForAdmin(OwnerNotices.MailOf(Action)!, accountId, now, Origin(now));

    /// <summary>An event of it, by the admin who is responsible.</summary>
    public RecoveryEvent Event(
        RecoveryEventKind kind,
        DateTimeOffset at,
        string? accountId = null,
        string? detail = null,
        string? reason = null) =>
        RecoveryEvent.ByAdmin(kind, Origin(at, reason), accountId, detail);

    /// <summary>Changes with every change, so that of two nodes only one releases the next accounts.</summary>
    public Guid Version { get; set; }

    private AdminOrigin Origin(DateTimeOffset at, string? reason = null) => new(StartedBy, Client, at, reason, Id, StartedByName);
}

public enum CampaignState
{
    /// <summary>Its list is being matched.</summary>
    Gathering,
    Draft,
    Running,
    Paused,
    Stopped,
    Done,

    /// <summary>The server that matched its list stopped before the end: it never runs.</summary>
    Interrupted,
}

/// <summary>What became of a line that brought no account, or not just one. Stored by name.</summary>
public enum LineOutcome
{
    NoAccount,

    /// <summary>All of them are taken.</summary>
    SeveralAccounts,

    /// <summary>Earlier lines match its accounts.</summary>
    Doubled,

    /// <summary>It is the account of whoever draws up the campaign, which is left out.</summary>
    OwnAccount,
}

/// <summary>Such a line of a campaign's list: its number only, not its text, since people upload anything.</summary>
public sealed class CampaignLine
{
    public required Guid CampaignId { get; init; }

    public required int Line { get; init; }

    public required LineOutcome Outcome { get; init; }
}

/// <summary>One account of a campaign.</summary>
public sealed class CampaignAccount
{
    public required Guid CampaignId { get; init; }

    /// <summary>From 0 on, without a gap.</summary>
    public required int Position { get; init; }

    public required string AccountId { get; init; }
}

internal sealed class CampaignConfiguration : IEntityTypeConfiguration<Campaign>
{
    public void Configure(EntityTypeBuilder<Campaign> campaign)
    {
        campaign.ToTable("RecoveryCampaigns");
        campaign.Property(c => c.Id).ValueGeneratedNever();
        campaign.Property(c => c.State).HasConversion<string>().HasMaxLength(16);
        campaign.Property(c => c.StartedBy).HasMaxLength(ColumnLength.Id);
        campaign.Property(c => c.StartedByName).HasMaxLength(ColumnLength.Name);
        campaign.Property(c => c.Client).HasMaxLength(ColumnLength.Client);
        campaign.Property(c => c.Reason).HasMaxLength(RecoveryEvent.MaxReasonLength);
        campaign.Property(c => c.Chosen).HasMaxLength(200);
        campaign.Property(c => c.UnmatchedLines).HasMaxLength(Campaign.MaxUnmatchedLength);
        campaign.Property(c => c.Version).IsConcurrencyToken();
        campaign.HasIndex(c => c.State);
    }
}

internal sealed class CampaignAccountConfiguration : IEntityTypeConfiguration<CampaignAccount>
{
    public void Configure(EntityTypeBuilder<CampaignAccount> account)
    {
        account.ToTable("RecoveryCampaignAccounts");
        account.HasKey(a => new { a.CampaignId, a.Position });
        account.Property(a => a.AccountId).HasMaxLength(ColumnLength.Id);
        account.HasIndex(a => new { a.CampaignId, a.AccountId }).IsUnique();
    }
}

internal sealed class CampaignLineConfiguration : IEntityTypeConfiguration<CampaignLine>
{
    public void Configure(EntityTypeBuilder<CampaignLine> line)
    {
        line.ToTable("RecoveryCampaignLines");
        line.HasKey(l => new { l.CampaignId, l.Line });
        line.Property(l => l.Outcome).HasConversion<string>().HasMaxLength(16);
    }
}
