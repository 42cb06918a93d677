using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;

namespace OneTimeJwt.Web.Admin;

public sealed partial class AccountsPage
{
    // The address follows once typing pauses.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private static readonly string[] Shortcuts = ["/", "↓", "↑", "Enter"];

    private readonly CursorPages<AccountCursor> _pages = new();

    // The same at each rendering: an event may be on its way to one that was rendered before.
    private readonly Dictionary<AccountFilters, Func<ChangeEventArgs, Task>> _toggles;
    private CancellationTokenSource _latest = new();
    private CancellationToken _wanted;
    private string _text = "";
    private Asked _asked = new("");
    private AccountFilters _filters;
    private List<AccountRow>? _rows;
    private bool _searching;

    protected override bool IsLive => false;

    private bool AsksNothing => string.IsNullOrWhiteSpace(_text) && _filters == AccountFilters.None;

    private string Status => (_rows!.Count, _searching, _pages.Next) switch
    {
        (_, true, _) => Words.FindLooking,
        (0, _, _) => Words.FindNone,
        (1, _, null) when _pages.IsFirst => Words.FindOne,
        (var some, _, null) when _pages.IsFirst => Words.FindSome.With(some),
        (var some, _, null) => Words.FindLast.With(some),
        (var some, _, _) => Words.FindMore.With(some),
    };

    private string Address => Site.At("/admin") + Asking;

    private string Query => Asking.Value?.TrimStart('?') ?? "";

    private QueryString Asking => QueryString.Create(
        FilterTexts.Of(_filters)
            .Select(word => KeyValuePair.Create("filter", (string?)word))
            .Prepend(KeyValuePair.Create("q", (string?)_text))
            .Where(part => part.Value is { Length: > 0 }));

    public AccountsPage() =>
        _toggles = FilterTexts.All.ToDictionary(
            known => known.Filter,
            known => (Func<ChangeEventArgs, Task>)(ticked => TickAsync(known.Filter, ticked.Value is true)));

    protected override Task OnInitializedAsync()
    {
        Navigation.LocationChanged += Arrive;
        var (text, filters) = Read(Navigation.Uri);
        return AskAsync(text, filters);
    }

    protected override Task OnParametersSetAsync() => Task.CompletedTask;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var token = ReplaceSearch(cancellationToken);
        if (AsksNothing)
        {
            (_rows, _pages.Next, _searching) = (null, null, false);
            return;
        }

        _searching = true;
        var rows = new List<AccountRow>();
        var cursor = _pages.From;
        do
        {
            var found = await Search.PageAsync(_text, _filters, cursor, AccountSearch.PageSize - rows.Count, token);
            token.ThrowIfCancellationRequested();
            rows.AddRange(found.Rows);
            cursor = found.Next;
            _searching = rows.Count < AccountSearch.PageSize && cursor is not null;
            (_rows, _pages.Next) = (rows, cursor);
            StateHasChanged();
            // Events that came meanwhile are handled now.
            await Task.Yield();
            token.ThrowIfCancellationRequested();
        }
        while (_searching);
    }

    // The one before ends.
    private CancellationToken ReplaceSearch(CancellationToken cancellationToken)
    {
        _latest.Cancel();
        _latest.Dispose();
        _latest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return _wanted = _latest.Token;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Navigation.LocationChanged -= Arrive;
            _latest.Cancel();
            _latest.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task TypeAsync(ChangeEventArgs typed)
    {
        _text = (string?)typed.Value ?? "";
        return FollowAsync();
    }

    private async Task FollowAsync()
    {
        await StartAsync();
        var token = _wanted;
        try
        {
            await Task.Delay(Pause, Clock, token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await KeepAsync();
    }

    // No navigation: that would bring back a reader who has gone on to an account meanwhile.
    private async Task KeepAsync()
    {
        try
        {
            await Browser.InvokeVoidAsync("keepSearch", _wanted, Address);
        }
        catch (Exception fault) when (fault is JSException or JSDisconnectedException)
        {
            // Browsers limit how often an address is replaced, and a connection may be away: the search goes on without.
        }
    }

    private Task TickAsync(AccountFilters filter, bool ticked)
    {
        _filters = ticked ? _filters | filter : _filters & ~filter;
        return FollowAsync();
    }

    // Blazor does not know an address that was replaced by script: going back to the one before is no change of parameters.
    private void Arrive(object? sender, LocationChangedEventArgs arrival)
    {
        var (text, filters) = Read(arrival.Location);
        if (new Uri(arrival.Location).AbsolutePath == Site.At("/admin") && (text, filters) != (_text, _filters))
            _ = InvokeAsync(() => ShowAsync(text, filters));
    }

    private static (string Text, AccountFilters Filters) Read(string address)
    {
        var query = QueryHelpers.ParseQuery(new Uri(address).Query);
        return (query.GetValueOrDefault("q").ToString(), FilterTexts.Parse(query.GetValueOrDefault("filter")));
    }

    private async Task ShowAsync(string text, AccountFilters filters)
    {
        await AskAsync(text, filters);
        StateHasChanged();
    }

    private Task AskAsync(string text, AccountFilters filters)
    {
        if (_text != text)
            _asked = new(text);
        (_text, _filters) = (text, filters);
        return StartAsync();
    }

    private Task StartAsync()
    {
        _pages.Restart();
        return LoadAsync();
    }

    private async Task TurnAsync()
    {
        await LoadAsync();
        await KeepAsync();
    }

    private async Task EnterAsync()
    {
        await StartAsync();
        await KeepAsync();
        if (_rows is [var only] && _pages.Next is null)
            Navigation.NavigateTo(Site.At($"/admin/accounts/{Uri.EscapeDataString(only.Id)}"));
    }

    // The text of an address; the field is made anew for each.
    private sealed class Asked(string text)
    {
        public string Text => text;
    }
}
