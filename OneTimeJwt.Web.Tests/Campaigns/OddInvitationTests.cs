using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Campaigns;

/// <summary>Invitations to addresses that rows of other applications seem to have.</summary>
public sealed class OddInvitationTests
{
    [Fact]
    public async Task An_admin_is_never_made_of_an_account_that_has_another_address()
    {
        await using var app = await TestApp.StartAsync();
        var boss = MailedLinks.NewAddress();
        var stale = await app.AddAccountAsync();
        await app.WriteAsync(stale.Id, row => row.SetProperty(known => known.NormalizedEmail, boss.ToUpperInvariant()));

        await app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(boss));

        Assert.Null(await app.Roles().OfAsync(stale.Id));
    }

    [Fact]
    public async Task An_admin_is_never_made_of_an_account_that_nobody_has_confirmed()
    {
        await using var app = await TestApp.StartAsync();
        var squatter = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);

        await app.WithAsync<AdminInvitation, AdminInvitation.Outcome>(invitation => invitation.SendAsync(squatter.Email!));

        Assert.Null(await app.Roles().OfAsync(squatter.Id));
    }

    [Fact]
    public async Task An_invitation_goes_to_nobody_who_only_used_to_have_the_address()
    {
        await using var app = await TestApp.StartAsync();
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var (wanted, stale) = (MailedLinks.NewAddress(), await app.AddAccountAsync(password: null));
        await app.WriteAsync(stale.Id, row => row.SetProperty(known => known.NormalizedEmail, wanted.ToUpperInvariant()));

        await app.WithAsync<InvitationSender, InvitationOutcome>(invitations =>
            invitations.SendAsync(admin.User, [new InputRow(1, wanted)], "why", null));
        await Eventually.Async(app.OutboxAsync, count => count == 0);

        Assert.Empty(app.Mails.To(stale.Email!));
    }
}
