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

    /// <exception cref="ForeignDatabaseException">A table of ours, or a column of one, is missing although no migration
    /// is pending.</exception>
    internal static async Task ThrowIfIncompleteAsync(
        AccountsContext context,
        IReadOnlyList<SchemaColumn> schema,
        CancellationToken cancellationToken)
    {
        foreach (var table in context.Model.GetRelationalModel().Tables.Where(table => AccountsContext.IsOurs(table.Name)))
        {
            var present = schema.Where(column => column.Table == table.Name).Select(column => column.Name).ToHashSet();
            if (present.Count == 0)
            {
                if (await IsThereAsync(context, table.Name, cancellationToken))
                    continue;
                throw Incomplete(
                    $"There is no table {table.Name}{(context is SqlServerAccounts ? ", or this user has no right to it," : "")}");
            }

            if (table.Columns.FirstOrDefault(column => !present.Contains(column.Name)) is { } missing)
                throw Incomplete($"{table.Name} has no column {missing.Name}");
        }
    }

    internal static ForeignDatabaseException OfOthers() => new(
        "the tables that start with Recovery were made for another tenant or users table than Database:Identity says. Set it as it was "
            + "then, or give each deployment a schema of its own for them (Search Path in ConnectionStrings:Accounts, or the user's "
            + "default schema) and name the one with Identity's tables in Database:Identity:Schema.");

    /// <exception cref="ForeignDatabaseException">There is no users table under the names that are set.</exception>
    internal static void ThrowIfUnknown(IdentityMap identity)
    {
        if (!identity.IsComplete)
        {
            throw new ForeignDatabaseException(
                $"there is no table {identity.NameOf("Users")} with Identity's columns. "
                    + "Run 'database adopt --check' to see what is there.");
        }
    }

    /// <exception cref="ForeignDatabaseException">Identity's tables are where this user looks, or might have been
    /// meant to look.</exception>
    internal static void ThrowIf(SchemaPath found, IReadOnlyList<FoundIdentity> recognised)
    {
        if (found.Current is { } schema)
        {
            throw new ForeignDatabaseException(
                $"the database has Identity's tables already{found.In(schema)}, and they were not made here. "
                + "Run 'database adopt --check' to see what is there, and 'database adopt' to add the tables that recovery needs.");
        }

        if (recognised is [var other, ..])
        {
            throw new ForeignDatabaseException(
                $"the database has accounts already, in the table {other.FullName}, and they were not made here. "
                    + "Run 'database adopt --check' to see what is there and which settings it needs.");
        }

        if (found is { Others: [var hidden, ..], IsChosen: false })
        {
            throw new ForeignDatabaseException(
                $"the database has Identity's tables already{found.In(hidden)}, where names are not looked up. "
                + $"{found.Mend(hidden)} and run 'database adopt --check'. "
                + "For accounts of its own beside them, name a schema for those in the same way.");
        }
    }

    private static ForeignDatabaseException Incomplete(string what) => new(
        $"{what} although no migration is pending: a build from before the first release made the others. "
            + "Restore a database of this version, or drop the tables that start with Recovery and run 'database adopt'.");

    // PostgreSQL lists no column of a table that this user has no right to. The missing right is told by DatabaseRights.
    private static async Task<bool> IsThereAsync(AccountsContext context, string table, CancellationToken cancellationToken) =>
        context is PostgreSqlAccounts
        && await context.Database
            .SqlQuery<bool>($"""SELECT to_regclass(quote_ident({table})) IS NOT NULL AS "Value" """)
            .SingleAsync(cancellationToken);
}
