using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Admin;

/// <summary>An action within its transaction: who does what to which account, and what is written with it.</summary>
public sealed record AdminActionContext(
    AccountsContext Database,
    AdminActionRequest Request,
    AdminActionParty Actor,
    Account Account,
    AdminActionParty Target,
    DateTimeOffset Now)
{
    /// <param name="kind">What happened.</param>
    /// <param name="detail">More of it.</param>
    /// <param name="isFurther">Whether an event was recorded before, which has the request's id.</param>
    public void Record(RecoveryEventKind kind, string? detail = null, bool isFurther = false) => Database.Add(
        RecoveryEvent.ByAdmin(
            kind, Actor.Origin(Request.Client, Now, Request.Reason), Account.Id, detail, isFurther ? null : Request.EventId));

    public void Mail(string kind) => Database.Add(OutboxMail.ForAdmin(kind, Account.Id, Now, Actor.Origin(Request.Client, Now)));
}
