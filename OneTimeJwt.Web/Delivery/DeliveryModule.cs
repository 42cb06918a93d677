using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Delivery;

internal static class DeliveryModule
{
    public static void AddDelivery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RecipientResolver>();
        builder.Services.AddSingleton<RequestLoad>();
        builder.Services.AddSingleton<DeliveryPace>();
        builder.Services.AddSingleton<MailAddresses>();
        builder.Services.AddSingleton<SnapshotReader>();
        builder.Services.AddSingleton<LinkPlanner>();
        builder.Services.AddSingleton<DeliveryPolicy>();
        builder.Services.AddSingleton<MailWriter>();
        builder.Services.AddSingleton<MailSender>();
        builder.Services.AddSingleton<DeliveryRecorder>();
        builder.Services.AddSingleton<MailDelivery>();
        builder.Services.AddSingleton<DeliveryAttempt>();
        builder.Services.AddHostedService<DeliveryWorker>();
        builder.Services.AddSingleton<BounceAddress>();
        builder.Services.AddSingleton<ReversePath>(services => services.GetRequiredService<BounceAddress>().Of);
        builder.Services.AddSingleton<DeliveryReports>();
        builder.Services.AddSingleton<SendGridWebhook>();
        builder.Services.AddHostedService<BounceWorker>();
    }

    public static void MapDelivery(this WebApplication app)
    {
        SendGridWebhook.Map(app);
        app.MapSampleMails();
    }
}
