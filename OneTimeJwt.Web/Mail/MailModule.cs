using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Mail;

internal static class MailModule
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<MailSettings, MailSettingsValidator>("Mail");
        builder.Services.AddSingleton<IValidateOptions<MailSettings>, DeliveryReportSettingsValidator>();
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.PostConfigure<MailSettings>(mail =>
            {
                mail.Transport ??= MailTransportKind.Inbox;
                mail.From ??= "One-Time JWT <no-reply@localhost>";
            });
            builder.Services.AddSingleton<Inbox>();
        }

        builder.Services.AddSingleton<OutgoingMail>();
        builder.Services.AddHealthChecks().AddCheck<MailHealth>("mail", HealthStatus.Degraded);
        builder.Services.AddSingleton<MailComposer>();
        builder.Services.AddSingleton<TestMail>();
        builder.Services.AddSingleton<SendGridSignature>();
        builder.Services.AddSingleton<BounceMailbox>();
        builder.Services.AddSingleton<IMailTransport>(services =>
            services.GetRequiredService<IOptions<MailSettings>>().Value.Transport switch
            {
                MailTransportKind.Inbox => services.GetRequiredService<Inbox>(),
                MailTransportKind.SendGrid => ActivatorUtilities.CreateInstance<SendGridTransport>(services),
                _ => ActivatorUtilities.CreateInstance<SmtpTransport>(services),
            });
    }
}
