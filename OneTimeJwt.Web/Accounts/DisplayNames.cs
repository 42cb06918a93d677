using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.Accounts;

/// <summary>People's names from the host's column, where one is set.</summary>
internal sealed class DisplayNames(HostColumns columns)
{
    private const int Longest = 400;

    /// <returns>By account; who has none is left out.</returns>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(
        AccountsContext database,
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken = default)
    {
        if (ids.Count == 0 || await columns.DisplayNameAsync(database, cancellationToken) is not { } column)
            return new Dictionary<string, string>();

        var sql = database.GetService<ISqlGenerationHelper>();
        var text = database is SqlServerAccounts ? "nvarchar(max)" : "text";
        var name = sql.DelimitIdentifier(column)
            .Replace("{", "{{", StringComparison.Ordinal)
            .Replace("}", "}}", StringComparison.Ordinal);
        var query =
            $"SELECT {Delimit("Id")}, substring(CAST({name} AS {text}), 1, {Longest}) AS {Delimit("Name")} FROM {Delimit("AspNetUsers")} "
            + $"WHERE {Delimit("Id")} IN ({string.Join(", ", ids.Select((_, i) => $"{{{i}}}"))})";
        var rows = await database.Database.SqlQueryRaw<Named>(query, [.. ids]).ToListAsync(cancellationToken);
        return rows.Select(row => (row.Id, Name: PlainName.Of(row.Name)))
            .Where(row => row.Name is not null)
            .ToDictionary(row => row.Id, row => row.Name!);

        string Delimit(string identifier) => sql.DelimitIdentifier(identifier);
    }

    private sealed record Named(string Id, string? Name);
}
