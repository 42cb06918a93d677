namespace OneTimeJwt.Web.Database;

/// <summary>Work on many rows at once that one of them can spoil: what fails is done in halves, down to the row at fault.</summary>
internal static class Bisect
{
    /// <param name="rows">What to work on.</param>
    /// <param name="act">Does it for some of them; where it throws it has done nothing, or what may be done again.</param>
    /// <param name="fail">Is told of each row that fails alone.</param>
    /// <exception cref="Exception">The database is away: other rows would fail too.</exception>
    public static async Task EachAsync<T>(IReadOnlyList<T> rows, Func<IReadOnlyList<T>, Task> act, Func<T, Exception, Task> fail)
    {
        try
        {
            await act(rows);
        }
        catch (Exception fault) when (rows.Count == 1 && fault.MayBeOfOneRow())
        {
            await fail(rows[0], fault);
        }
        catch (Exception fault) when (rows.Count > 1 && fault.MayBeOfOneRow())
        {
            var half = rows.Count / 2;
            await EachAsync([.. rows.Take(half)], act, fail);
            await EachAsync([.. rows.Skip(half)], act, fail);
        }
    }
}
