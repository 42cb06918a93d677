using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace OneTimeJwt.Web.Database;

/// <summary>One model for each map of Identity's tables.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Entity Framework makes it.")]
internal sealed class MappedModelCacheKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), (context as AccountsContext)?.Identity.Key, designTime);
}
