using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Database;

/// <summary>The database has accounts that another application keeps there.</summary>
[SuppressMessage("Design", "CA1032", Justification = "There is one thing to say.")]
public sealed class ForeignDatabaseException : Exception
{
    private ForeignDatabaseException(string message)
        : base(message)
    {
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
