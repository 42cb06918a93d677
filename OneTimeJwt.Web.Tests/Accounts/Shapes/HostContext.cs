using System.Linq.Expressions;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

internal interface IHostContext
{
    string Shape { get; }
}

/// <summary>A model for each shape: else one is kept for the context's type.</summary>
internal sealed class HostModelKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), ((IHostContext)context).Shape, designTime);
}

/// <summary>The host's entity types over its own tables.</summary>
internal sealed class HostContext<TKey>(DbContextOptions<HostContext<TKey>> options, HostShape shape, TestDatabase database)
    : IdentityUserContext<IdentityUser<TKey>, TKey>(options), IHostContext
    where TKey : IEquatable<TKey>
{
    public string Shape => shape.Name;

    private static readonly Dictionary<string, Type> Types = new()
    {
        ["Users"] = typeof(IdentityUser<TKey>),
        ["UserClaims"] = typeof(IdentityUserClaim<TKey>),
        ["UserLogins"] = typeof(IdentityUserLogin<TKey>),
        ["UserTokens"] = typeof(IdentityUserToken<TKey>),
    };

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        var tables = shape.Tables(database.Provider);
        foreach (var table in tables.All.Where(table => Types.ContainsKey(table.Part)))
        {
            var entity = builder.Entity(Types[table.Part]);
            entity.ToTable(table.Name, HostDialect.SchemaOf(shape, database.Provider));
            foreach (var name in entity.Metadata.GetProperties().Select(property => property.Name).ToList())
            {
                if (table.Of(name) is { } column)
                    Map(entity.Property(name), column, database.Provider);
                else
                    entity.Ignore(name);
            }
        }

        Filter(builder.Entity(Types["Users"]), tables.Users);
    }

    // A host sees neither other tenants nor what is deleted.
    private void Filter(EntityTypeBuilder users, HostTable table)
    {
        var user = Expression.Parameter(users.Metadata.ClrType);
        var conditions =
            from column in table.Columns
            where column.Property is null && column.Value is not null
            where shape.OtherTenant?.ContainsKey(column.Name) == true || shape.Twin?.ContainsKey(column.Name) == true
            let type = users.Property(column.Value!.GetType(), column.Name).Metadata.ClrType
            select Expression.Equal(
                Expression.Call(typeof(EF), nameof(EF.Property), [type], user, Expression.Constant(column.Name)),
                Expression.Constant(column.Value));
        if (conditions.ToList() is [var first, .. var others])
            users.HasQueryFilter(Expression.Lambda(others.Aggregate(first, Expression.AndAlso), user));
    }

    private static void Map(PropertyBuilder property, HostColumn column, DatabaseProvider provider)
    {
        property.HasColumnName(column.Name);
        if (column.Property != "LockoutEnd")
            return;
        if (column.Definition.StartsWith("INTEGER", StringComparison.Ordinal))
            property.HasConversion(new DateTimeOffsetToBinaryConverter());
        if (!column.Definition.StartsWith("localmoment", StringComparison.Ordinal))
            return;

        property.HasConversion(new ValueConverter<DateTimeOffset, DateTime>(
            end => DateTime.SpecifyKind(end.UtcDateTime, DateTimeKind.Unspecified),
            end => new DateTimeOffset(end, TimeSpan.Zero)));
        if (provider == DatabaseProvider.PostgreSql)
            property.HasColumnType("timestamp without time zone");
    }
}
