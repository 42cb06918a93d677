using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Database;

/// <summary>The database can't be used as it is: another application made it, or a build from before the first release.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Each message is made here.")]
public sealed class ForeignDatabaseException : Exception
{
    private ForeignDatabaseException(string message)
        : base(message)
    {
    }

    /// <exception cref="ForeignDatabaseException">A table of ours lacks a column although no migration is pending.</exception>
    internal static void ThrowIfIncomplete(AccountsContext context, IReadOnlyList<SchemaColumn> schema)
    {
        foreach (var table in context.Model.GetRelationalModel().Tables)
        {
            var present = schema.Where(column => column.Table == table.Name).Select(column => column.Name).ToHashSet();
            if (present.Count > 0
                && table.Name.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal)
                && table.Columns.FirstOrDefault(column => !present.Contains(column.Name)) is { } missing)
            {
                throw new ForeignDatabaseException(
                    $"{table.Name} has no column {missing.Name} although no migration is pending: a build from before the first release "
                    + "made it. Restore a database of this version, or drop the tables that start with Recovery and run 'database adopt'.");
            }
        }
    }

    /// <exception cref="ForeignDatabaseException">Identity's tables are where this user looks, or might have been
    /// meant to look.</exception>
    internal static void ThrowIf(SchemaPath found)
    {
        if (found.Current is { } schema)
        {
            throw new ForeignDatabaseException(
                $"the database has Identity's tables already{found.In(schema)}, and they were not made here. "
                + "Run 'database adopt --check' to see what is there, and 'database adopt' to add the tables that recovery needs.");
        }

        if (found is { Others: [var other, ..], IsChosen: false })
        {
            throw new ForeignDatabaseException(
                $"the database has Identity's tables already{found.In(other)}, where names are not looked up. "
                + $"{found.Mend(other)} and run 'database adopt --check'. "
                + "For accounts of its own beside them, name a schema for those in the same way.");
        }
    }
}
