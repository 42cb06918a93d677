using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Data protection's keys in the database, read with the driver alone: the first form waits for them.</summary>
internal sealed class KeyRing(PlainDatabase database, IServiceProvider services, ILoggerFactory loggers) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        try
        {
            return [.. database.ReadKeyRing().Where(xml => xml.Length > 0).Select(XElement.Parse)];
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
            return ByEntityFramework().GetAllElements();
        }
    }

    public void StoreElement(XElement element, string friendlyName) => ByEntityFramework().StoreElement(element, friendlyName);

    // It tries again what passes.
    private EntityFrameworkCoreXmlRepository<AccountsContext> ByEntityFramework() => new(services, loggers);
}
