namespace OneTimeJwt.Web.Admin;

/// <summary>Where a reader is in a list that is read by cursor: back over the pages that were seen, and on to the next.</summary>
public sealed class CursorPages<TCursor>
    where TCursor : class
{
    private readonly Stack<TCursor?> _seen = [];

    /// <summary>Where the page begins; null at the start.</summary>
    public TCursor? From { get; private set; }

    /// <summary>Where the next page begins; null at the end.</summary>
    public TCursor? Next { get; set; }

    public bool IsFirst => _seen.Count == 0;

    public void Restart()
    {
        _seen.Clear();
        From = null;
    }

    public void GoOn()
    {
        _seen.Push(From);
        From = Next;
    }

    public void GoBack() => From = _seen.Pop();
}
