using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class NotFoundPage(Tab tab) : SitePage(tab)
{
    public static async Task<NotFoundPage> OpenAsync(Tab tab, string path)
    {
        await tab.GoAsync(path);
        return await AtAsync(new NotFoundPage(tab), "There is no such page");
    }
}
