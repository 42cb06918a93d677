using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OneTimeJwt.Web.Database;

/// <summary>Whether Identity's tables were there before ours, so that another application reads and writes them as well.</summary>
public sealed class AdoptedDatabase(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    /// <summary>The product version recorded for the migration of Identity's tables where another application made them.</summary>
    internal const string Mark = "adopted";

    /// <summary>The same with whose accounts they are, where that is set: 32 characters at most.</summary>
    internal static string MarkOf(IdentityMap identity)
    {
        string?[] whose = [identity.Schema, identity.NameOf("Users"), identity.Tenant?.Column, identity.Tenant?.Value];
        return whose is [null, "AspNetUsers", null, null]
            ? Mark
            : $"{Mark} {Convert.ToHexStringLower(SHA256.HashData(KeyMaterial.Encode(whose)))[..16]}";
    }

    internal static bool IsMark(string version) => version.StartsWith(Mark, StringComparison.Ordinal);

    // The list of another application's migrations, under Entity Framework's usual name.
    private const string ForeignHistory = "__EFMigrationsHistory";

    private static readonly TimeSpan Stays = TimeSpan.FromHours(1);

    private readonly CachedValue<bool> _adopted = new(Stays, time);

    public Task<bool> IsAsync(CancellationToken cancellationToken) => _adopted.GetAsync(ReadAsync, cancellationToken);

    /// <summary>The same, asked now.</summary>
    internal async Task<bool> ReadAsync()
    {
        await using var database = await contexts.CreateDbContextAsync();
        var applied = await database.GetService<IHistoryRepository>().GetAppliedMigrationsAsync();
        return applied.Any(row => IsMark(row.ProductVersion))
            || (await DatabaseSchema.ReadAsync(database)).Any(column => column.Table == ForeignHistory);
    }
}
