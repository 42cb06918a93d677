using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.EntityFrameworkCore.ValueGeneration;

namespace OneTimeJwt.Web.Database;

/// <summary>Writes an <see cref="IdentityMap"/> into Entity Framework's model.</summary>
internal static class IdentityModel
{
    /// <summary>The name of the filter that leaves deleted twins out.</summary>
    public const string Twins = "Twins";

    /// <summary>The property that holds the tenant.</summary>
    public const string Tenant = "Tenant";

    /// <summary>Keeps authenticator keys and recovery codes where the other application has no table for them.</summary>
    public const string OwnUserTokens = AccountsContext.OurPrefix + "UserTokens";

    private static readonly (Type Type, string Table)[] Types =
    [
        (typeof(Account), "Users"),
        (typeof(IdentityUserClaim<string>), "UserClaims"),
        (typeof(IdentityUserLogin<string>), "UserLogins"),
        (typeof(IdentityUserToken<string>), "UserTokens"),
    ];

    public static void Apply(this IdentityMap map, ModelBuilder builder)
    {
        AccountKey.AddText(builder, map.KeyType, isLowerCase: map.Provider == DatabaseProvider.PostgreSql);
        foreach (var (type, table) in Types)
            Rename(builder.Entity(type), map.NameOf(table), map.Schema, table == "Users" ? map.ColumnOf : map.OtherColumnOf);

        if (map.IsFound && !map.Has("UserTokens"))
            Rename(builder.Entity<IdentityUserToken<string>>(), OwnUserTokens, schema: null, column => column);
        if (map.IsFound && !map.Has("UserLogins"))
            MakeEmpty(map, builder);
        foreach (var missing in map.Missing.Intersect(IdentityNames.Optional))
            builder.Entity<Account>().Ignore(missing);

        TypeKeys(map, builder);
        TypeLockoutEnd(map, builder);
        AddStanding(map, builder);
        if (map.Tenant is { } tenant)
            AddTenant(map, builder, tenant, map.TenantKey!);
    }

    private static void Rename(EntityTypeBuilder type, string table, string? schema, Func<string, string> column)
    {
        type.ToTable(table, schema);
        foreach (var property in type.Metadata.GetProperties())
            property.SetColumnName(column(property.Name));
    }

    // Who has no table of logins has no account that signs in through another provider.
    private static void MakeEmpty(IdentityMap map, ModelBuilder builder)
    {
        var logins = builder.Entity<IdentityUserLogin<string>>();
        var columns = logins.Metadata.GetProperties().Select(property =>
            property.Name == "UserId"
                ? $"u.{map.Quote(map.ColumnOf("Id"))} AS {map.Quote(property.GetColumnName())}"
                : $"'' AS {map.Quote(property.GetColumnName())}");
        logins.ToSqlQuery($"SELECT {string.Join(", ", columns)} FROM {map.Table("Users")} AS u WHERE 1 = 0".InFormat());
    }

    /// <summary>SQL for where a text is a format, too.</summary>
    public static string InFormat(this string sql) =>
        sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    // The key, and what is joined with it.
    private static void TypeKeys(IdentityMap map, ModelBuilder builder)
    {
        var converter = AccountKey.Converter(map.KeyType);
        if (converter is null && map.KeyColumnType is null)
            return;

        var key = builder.Entity<Account>().Metadata.FindProperty(nameof(Account.Id))!;
        foreach (var property in key.GetContainingKeys().SelectMany(known => known.GetReferencingForeignKeys())
            .SelectMany(reference => reference.Properties)
            .Prepend(key))
        {
            property.SetValueConverter(converter);
            if (map.KeyColumnType is { } type)
                property.SetColumnType(type);
            else
                property.SetMaxLength(null);
        }

        if (map.KeyType is AccountKeyType.Int32 or AccountKeyType.Int64)
            key.ValueGenerated = ValueGenerated.OnAdd;
    }

    private static void TypeLockoutEnd(IdentityMap map, ModelBuilder builder)
    {
        if (map.Missing.Contains("LockoutEnd") || map.LockoutEnd == MomentColumn.WithOffset)
            return;

        var end = builder.Entity<Account>().Property(account => account.LockoutEnd);
        if (map.LockoutEnd == MomentColumn.Binary)
            end.HasConversion(new DateTimeOffsetToBinaryConverter());
        else
            end.HasConversion(new ValueConverter<DateTimeOffset, DateTime>(moment => ToUtc(moment), moment => FromUtc(moment)))
                .HasColumnType(map.Find("LockoutEnd")!.Type);
    }

    // In whole seconds, which such columns round to in different ways; and of no kind, which PostgreSQL's driver wants.
    private static DateTime ToUtc(DateTimeOffset moment) =>
        DateTime.SpecifyKind(moment.UtcDateTime.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond)), DateTimeKind.Unspecified);

    private static DateTimeOffset FromUtc(DateTime moment) => new(DateTime.SpecifyKind(moment, DateTimeKind.Utc));

    private static void AddStanding(IdentityMap map, ModelBuilder builder)
    {
        if (map.ActiveSql("u") is not { } active)
        {
            builder.Entity<Account>().Ignore(account => account.Standing);
            builder.Ignore<AccountStanding>();
            return;
        }

        // What isn't true is false, and so is what the database doesn't know.
        var inactive = $"CASE WHEN {active} THEN 0 ELSE 1 END";
        var (id, email, users) = (map.Quote(map.ColumnOf("Id")), map.Quote(map.ColumnOf("NormalizedEmail")), map.Table("Users"));
        var tenant = map.Tenant is { Column: { } column } ? $" AND t.{map.Quote(column)} = u.{map.Quote(column)}" : "";
        var twin = map.NotDeletedSql("u") is not { } present ? null
            : $"CASE WHEN {present} THEN 0 WHEN EXISTS (SELECT 1 FROM {users} AS t WHERE t.{email} = u.{email} AND t.{id} <> u.{id}"
                + $"{tenant} AND {map.NotDeletedSql("t")}) THEN 1 ELSE 0 END";
        var sql = $"SELECT u.{id} AS {map.Quote("AccountId")}, {Flag(inactive)} AS {map.Quote("IsInactive")}, "
            + $"{Flag(twin ?? "0")} AS {map.Quote("IsTwin")} FROM {users} AS u";
        builder.Entity<AccountStanding>(standing =>
        {
            standing.HasKey(s => s.AccountId);
            standing.Property(s => s.AccountId).HasConversion(AccountKey.Converter(map.KeyType));
            standing.ToSqlQuery(sql.InFormat());
            standing.HasOne<Account>().WithOne(account => account.Standing).HasForeignKey<AccountStanding>(s => s.AccountId);
        });
        builder.Entity<Account>().Navigation(account => account.Standing).AutoInclude();
        if (twin is not null)
            builder.Entity<Account>().HasQueryFilter(Twins, account => account.Standing == null || !account.Standing.IsTwin);

        string Flag(string number) => map.Provider switch
        {
            DatabaseProvider.PostgreSql => $"CAST({number} AS boolean)",
            DatabaseProvider.SqlServer => $"CAST({number} AS bit)",
            _ => number,
        };
    }

    // Each table of Identity's may have the column: it is written everywhere, and read on the users table.
    private static void AddTenant(IdentityMap map, ModelBuilder builder, TenantSettings tenant, object value)
    {
        foreach (var (type, table) in Types)
        {
            var column = map.ColumnsOf(table).FirstOrDefault(found => found.Name == tenant.Column);
            if (table != "Users" && column is null)
                continue;

            var property = builder.Entity(type).Property(value.GetType(), Tenant);
            property.HasColumnName(tenant.Column).ValueGeneratedOnAdd().IsConcurrencyToken();
            property.Metadata.SetValueGeneratorFactory((_, _) => new Constant(value));
            property.Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Save);
            if (column is not null && value is string && map.Provider != DatabaseProvider.Sqlite)
                property.HasColumnType(column.FullType);
            if (type == typeof(Account))
                builder.Entity<Account>().HasQueryFilter(Tenant, Only(value));
        }
    }

    private static Expression<Func<Account, bool>> Only(object value)
    {
        var account = Expression.Parameter(typeof(Account), "account");
        var column = Expression.Call(
            typeof(EF), nameof(EF.Property), [value.GetType()], account, Expression.Constant(Tenant));
        return Expression.Lambda<Func<Account, bool>>(Expression.Equal(column, Expression.Constant(value)), account);
    }

    private sealed class Constant(object value) : ValueGenerator
    {
        public override bool GeneratesTemporaryValues => false;

        protected override object NextValue(EntityEntry entry) => value;
    }
}
