using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Delivery;

public sealed class DeliveryReportsTests
{
    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task Nodes_that_hear_the_same_at_the_same_moment_record_it_once(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider: provider);
        await using var other = await TestApp.StartAsync(beside: app);
        var mails = await Task.WhenAll(
            Enumerable
                .Range(0, 600)
                .Select(async i =>
                {
                    var line = new RecoveryEvent
                    {
                        At = app.Clock.GetUtcNow(),
                        Kind = RecoveryEventKind.NoticeMailed,
                        AccountId = "somebody",
                        CampaignId = Guid.NewGuid(),
                        Nonce = $"{i:x16}",
                        MailId = Guid.CreateVersion7(),
                    };
                    await app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(line);
                    return line;
                }));
        var told = mails
            .Select(mail => new DeliveryReport(mail.MailId!.Value, DeliveryOutcome.Deferred, "mailbox full"))
            .Append(new(Guid.NewGuid(), DeliveryOutcome.Bounced, "mailbox full"))
            .ToList();

        await Task.WhenAll(new[] { app, other, app, other }.Select(node =>
            node.Services.GetRequiredService<DeliveryReports>().RecordAsync(told, Xunit.TestContext.Current.CancellationToken)));

        var lines = (await app.TrailAsync())
            .Where(line => RecoveryEvent.Reports.Contains(line.Kind))
            .OrderBy(line => line.Nonce)
            .ToList();
        Assert.Equal(
            mails.Select(mail => (mail.MailId, mail.AccountId, mail.CampaignId, mail.Nonce)),
            lines.Select(line => (line.MailId, line.AccountId, line.CampaignId, line.Nonce)));
        Assert.All(lines, line => Assert.Equal((RecoveryEventKind.MailDeferred, "mailbox full"), (line.Kind, line.Detail!)));
    }

    [Fact]
    public async Task A_report_that_comes_ahead_of_the_servers_answer_is_kept()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var later = app.Clock.GetUtcNow().AddMinutes(30);
        OutboxMail underWay = new()
        {
            Kind = OutboxKind.ResetLink,
            AccountId = account.Id,
            RequestedAt = later,
            DueAt = later,
            LeasedUntil = later,
        };
        await app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(underWay, Xunit.TestContext.Current.CancellationToken);

        await app.Services.GetRequiredService<DeliveryReports>().RecordAsync(
            [new(underWay.Id, DeliveryOutcome.Delivered, null)], Xunit.TestContext.Current.CancellationToken);

        var line = Assert.Single(await app.TrailAsync(account.Id));
        Assert.Equal((RecoveryEventKind.MailDelivered, underWay.Id), (line.Kind, line.MailId));
    }
}
