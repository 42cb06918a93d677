using System.Data.Common;

namespace OneTimeJwt.Web.Shell;

/// <summary>A database that is away or busy, which is nobody's mistake and passes.</summary>
public static class Outage
{
    // ISO/IEC 9075-2, class 08: transaction resolution unknown.
    private const string InDoubt = "08007";

    /// <summary>Whether what was to be written may have been written.</summary>
    public static bool IsInDoubt(Exception? fault) => fault is DbException { SqlState: InDoubt };

    /// <summary>Anywhere in the chain: drivers wrap what the network said, and are wrapped by who tried again.</summary>
    public static bool Is(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException or TimeoutException)
                return true;
        }

        return false;
    }
}
