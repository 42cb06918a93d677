using System.Text;
using Microsoft.Playwright;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A tab of a browser, and what its address bar got for an answer.</summary>
public sealed class Tab
{
    private readonly string _address;
    private readonly string _path;
    private readonly string _language;
    private IResponse? _document;

    public Tab(IPage page, Uri address, string language = "en", bool isTouched = false)
    {
        IsTouched = isTouched;
        Page = page;
        _address = address.AbsoluteUri.TrimEnd('/');
        _path = address.AbsolutePath.TrimEnd('/');
        _language = language;
        page.Response += (_, response) =>
        {
            if (response.Request.IsNavigationRequest && response.Frame == page.MainFrame)
                (Status, _document) = (response.Status, response);
        };
        page.Request += (_, request) =>
        {
            if (request.IsNavigationRequest && request.Method == "POST")
                Posted = Encoding.UTF8.GetString(request.PostDataBuffer ?? []);
        };
    }

    public IPage Page { get; }

    /// <summary>Whether it is used with a finger.</summary>
    public bool IsTouched { get; }

    /// <summary>The status of the page that it shows.</summary>
    public int Status { get; private set; }

    /// <summary>The page as the server sent it.</summary>
    public Task<string> SourceAsync() => _document!.TextAsync();

    /// <summary>How far the page goes beyond the window sideways, in pixels.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth");

    /// <summary>The form that it sent last.</summary>
    public string Posted { get; private set; } = "";

    /// <summary>The address bar without scheme and host, and without the path that the site is under.</summary>
    public string Location => new Uri(Page.Url).PathAndQuery is var location && location.StartsWith(_path, StringComparison.Ordinal)
        ? location[_path.Length..]
        : location;

    public async Task<Tab> AnotherAsync() => new(await Page.Context.NewPageAsync(), new Uri(_address), _language, IsTouched);

    /// <summary>A text of the site in the language of this browser.</summary>
    public string Say(string english) => Wording.In(_language, english);

    /// <param name="url">A path of the site, or a whole link.</param>
    public Task GoAsync(string url) => Page.GotoAsync(Whole(url));

    /// <summary>The same, for a page whose parts a test holds back.</summary>
    public Task BeginToLoadAsync(string url) => Page.GotoAsync(Whole(url), new() { WaitUntil = WaitUntilState.Commit });

    /// <summary>Does something that leads to another page, and waits for that.</summary>
    public async Task LeaveByAsync(Func<Task> act)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Note(object? sender, IFrame frame)
        {
            if (frame == Page.MainFrame)
                left.TrySetResult();
        }

        Page.FrameNavigated += Note;
        try
        {
            await act();
            await left.Task.WaitAsync(TimeSpan.FromMilliseconds(Suite.LoadTimeout));
            await LoadedAsync();
        }
        finally
        {
            Page.FrameNavigated -= Note;
        }
    }

    private string Whole(string url) => url.StartsWith('/') ? _address + url : url;

    // On a busy machine the driver may miss the event that it waits for; then the page itself is asked.
    private async Task LoadedAsync()
    {
        try
        {
            await Page.WaitForLoadStateAsync(LoadState.Load, new() { Timeout = Suite.LoadTimeout });
        }
        catch (TimeoutException)
        {
            Assert.Equal("complete", await Page.EvaluateAsync<string>("() => document.readyState"));
        }
    }

    /// <summary>Sends a form once more, byte for byte: the one that it sent last unless another is named.</summary>
    public Task<IAPIResponse> PostAgainAsync(string path, string? form = null) =>
        Page.Context.APIRequest.PostAsync(
            new Uri(new Uri(Page.Url), path).ToString(),
            new()
            {
                Data = form ?? Posted,
                Headers = new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" },
                MaxRedirects = 0,
            });
}
