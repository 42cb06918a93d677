using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class LookInYourMailPage(Tab tab) : SitePage(tab)
{
    public static Task<LookInYourMailPage> AtAsync(Tab tab) => AtAsync(new LookInYourMailPage(tab), "Look in your mail");
}
