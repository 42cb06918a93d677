using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

internal sealed partial class Delivery
{
    // Counted apart from links: neither uses the other's budget up. No two nodes work on one account at a time.
    private async Task CodeAsync(OutboxMail mail, Account account, CancellationToken cancellationToken)
    {
        var obstacle = Obstacle(account, account.Email)
            ?? (!account.EmailConfirmed ? "address not confirmed" : await codes.NextAtAsync(account.Id) is not null ? "enough codes lately" : null);
        if (obstacle is not null)
        {
            await appender.ReplaceAsync(mail, Event(mail, RecoveryEventKind.Suppressed, detail: obstacle));
            return;
        }

        var letter = Letters.SignInCode(codes.Make(account, mail.Id), time.GetUtcNow() + MailedCodes.Lifetime, mail, Host);
        await SendAsync(mail, account.Email!, letter, [Event(mail, RecoveryEventKind.CodeMailed, id: mail.Id)], cancellationToken);
    }
}
