using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OneTimeJwt.Web.Mail;

/// <param name="code">The endpoint's error code (RFC 6749, section 5.2); else the status, or that it can't be reached.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032", Justification = "There is always a code.")]
internal sealed class OAuthRefusedException(string code) : Exception("The token endpoint gave no access token.")
{
    public string Code => code;
}

/// <summary>Gets access tokens for client credentials (RFC 6749, section 4.4) and caches each until shortly before it expires.</summary>
internal sealed class OAuthTokens(OAuthSettings settings, TimeProvider time) : IDisposable
{
    // The longest time between the sign-in and a mail's last byte.
    private static readonly TimeSpan MinLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private const int MaxBytes = 64 * 1024;
    private const int MaxSeconds = 100_000_000;

    // RFC 6749, section 5.2; other texts of an endpoint are not shown.
    private static readonly HashSet<string> Errors =
        ["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"];

    // No redirects: the secret is for one endpoint.
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = MaxBytes,
        };

    private readonly SemaphoreSlim _lock = new(1);
    private Token? _cached;

    /// <summary>A token that is valid for some minutes at least, as far as its endpoint says.</summary>
    /// <exception cref="OAuthRefusedException">The endpoint gave none, or can't be reached.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_cached is not { } cached || cached.RenewAt <= time.GetUtcNow())
                _cached = cached = await AskAsync(cancellationToken);
            return cached.Value;
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>The mail server refused this token: the next one is asked for anew.</summary>
    public void Forget(string token)
    {
        if (_cached is { } cached && cached.Value == token)
            _cached = null;
    }

    public void Dispose()
    {
        _http.Dispose();
        _lock.Dispose();
    }

    private async Task<Token> AskAsync(CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = settings.ClientId!,
            ["client_secret"] = settings.ClientSecret!,
        };
        if (settings.Scope is { } scope)
            fields["scope"] = scope;

        using var request = new HttpRequestMessage(HttpMethod.Post, settings.TokenEndpoint) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await SendAsync(request, cancellationToken);
        var answer = await ReadAsync(response, cancellationToken);
        if (JsonText.Of(answer, "access_token") is { Length: > 0 } token && response.IsSuccessStatusCode)
            return new Token(token, time.GetUtcNow() + UseFor(answer));

        var error = JsonText.Of(answer, "error");
        throw new OAuthRefusedException(error is not null && Errors.Contains(error) ? error : $"{(int)response.StatusCode}");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (Exception fault)
            when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new OAuthRefusedException("the token endpoint can't be reached");
        }
    }

    // Half of a lifetime that is too short for more.
    private static TimeSpan UseFor(JsonElement answer)
    {
        // Some endpoints write it as text.
        var life =
            answer.TryGetProperty("expires_in", out var value)
            && double.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= MaxSeconds
                ? TimeSpan.FromSeconds(seconds)
                : DefaultLifetime;
        return life > MinLifetime + MinLifetime ? life - MinLifetime : life / 2;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or HttpRequestException or IOException)
        {
            // No JSON, an unknown encoding, or an incomplete body.
            return default;
        }
    }

    private sealed record Token(string Value, DateTimeOffset RenewAt)
    {
        /// <summary>Without the token.</summary>
        public override string ToString() => "a token";
    }
}
