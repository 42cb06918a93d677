using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Tests.Accounts;
using OneTimeJwt.Web.Tests.Accounts.Shapes;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Api;
using OneTimeJwt.Web.Tests.Campaigns;
using OneTimeJwt.Web.Tests.Database;
using OneTimeJwt.Web.Tests.Delivery;
using OneTimeJwt.Web.Tests.Events;
using OneTimeJwt.Web.Tests.Hosting;
using OneTimeJwt.Web.Tests.Links;
using OneTimeJwt.Web.Tests.Mail;
using OneTimeJwt.Web.Tests.SignIn;
using OneTimeJwt.Web.Tests.Site;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongClasses))]

namespace OneTimeJwt.Web.Tests.App;

public sealed class LongClasses()
    : LongestFirst(
        nameof(PostgreSqlShapeTests),
        nameof(WebhookTests),
        nameof(PostgreSqlBudgetTests),
        nameof(SqliteShapeTests),
        nameof(SettingsTests),
        nameof(SqliteBudgetTests),
        nameof(OddMailTests),
        nameof(OddRowTests),
        nameof(AdoptionTests),
        nameof(ApiTokenTests),
        nameof(EncodingTests),
        nameof(WorkerTests),
        nameof(InternationalAddressTests),
        nameof(BanTests),
        nameof(PostgreSqlTests),
        nameof(DeliveryTests),
        nameof(OddRowSignInTests),
        nameof(ChangedMeanwhileTests),
        nameof(CommandTests),
        nameof(TestMailTests),
        nameof(SecretsTests),
        nameof(OddRowConsoleTests),
        nameof(CampaignTests),
        nameof(BounceTests),
        nameof(ApiPageTests),
        nameof(MailedCodeTests));
