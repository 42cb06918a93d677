using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Processes;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongClasses))]

namespace OneTimeJwt.E2E.Infrastructure;

public sealed class LongClasses()
    : LongestFirst(
        nameof(ReplayRejectionTests),
        nameof(KillTests),
        nameof(AccountPagesTests),
        nameof(PublicPagesTests),
        nameof(EveryLinkTests),
        nameof(NodesTests),
        nameof(PromiseTests),
        nameof(SecondFactorTests),
        nameof(MailTests),
        nameof(FloodTests),
        nameof(SignInTests),
        nameof(ConsolePagesTests),
        nameof(ReportTests),
        nameof(MailOutageTests));
