using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>Every role, every act, every kind of target.</summary>
public sealed class AdminActionRulesTests
{
    private static readonly ConsoleRole?[] Roles = [null, ConsoleRole.Auditor, ConsoleRole.Support, ConsoleRole.Admin];
    private static readonly bool[] NoAndYes = [false, true];

    public static TheoryData<ConsoleRole?, AdminAction, ConsoleRole?, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<ConsoleRole?, AdminAction, ConsoleRole?, bool, bool>();
            foreach (var (actor, act, to, own, locked) in
                from actor in Roles
                from act in Enum.GetValues<AdminAction>()
                from to in Roles
                from own in NoAndYes
                from locked in NoAndYes
                where !own || actor == to
                select (actor, act, to, own, locked))
            {
                cases.Add(actor, act, to, own, locked);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Admins_do_all_to_others_support_mails_and_kills_links_of_those_below(
        ConsoleRole? by,
        AdminAction act,
        ConsoleRole? to,
        bool own,
        bool locked)
    {
        var may =
            !own
            && by switch
            {
                ConsoleRole.Admin => true,
                ConsoleRole.Support => to != ConsoleRole.Admin
                    && act is (AdminAction.SendLink or AdminAction.ConfirmAddress or AdminAction.RevokeLinks or AdminAction.TryMailAgain),
                _ => false,
            };

        Assert.Equal(
            may,
            AdminActionRules.Refusal(act, new AdminActionParty("one", by), new AdminActionParty(own ? "one" : "other", to), locked)
                is null);
    }
}
