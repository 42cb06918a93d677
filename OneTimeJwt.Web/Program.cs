using OneTimeJwt.Web;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Security;
using OneTimeJwt.Web.Shell;
using OneTimeJwt.Web.Tokens;

var words = Commands.Words(args);
var builder = WebApplication.CreateBuilder([.. args.Skip(words.Length)]);
builder.AddDevelopmentSettings();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));

builder.AddTokens();
builder.AddData();
builder.AddMail();
builder.AddAccounts();
builder.AddRecovery();
builder.AddAdmin();
builder.AddSecurity();
builder.AddShell();
TokenQuery.Register(builder.Services);

await using var app = builder.Build();
if (!await Startup.CheckAsync(app))
    return 1;
if (words.Length > 0)
    return await Commands.RunAsync(app, words);
if (!await Startup.PrepareAsync(app))
    return 1;

var origin = app.Services.GetRequiredService<PublicOrigin>().Value;
app.UseSecurity();
app.UseNoStore();
app.UseErrorPages();
app.UseHttps(origin, TokenQuery.Whole);
app.UseCircuitOrigin(origin);
app.UseRouting();
app.UseRateLimiter();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();

app.MapShell();
app.MapRecovery();
app.MapAccounts();
app.MapAdmin();
app.MapInbox();
app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
app.MapHealthChecks("/health/ready");

await app.RunAsync();
return 0;
