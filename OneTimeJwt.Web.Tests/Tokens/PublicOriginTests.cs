namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class PublicOriginTests
{
    [Theory]
    [InlineData("https://accounts.example.com", "https://accounts.example.com")]
    [InlineData("https://accounts.example.com/", "https://accounts.example.com")]
    [InlineData("HTTPS://Accounts.EXAMPLE.com:443/", "https://accounts.example.com")]
    [InlineData("http://accounts.example.com:80", "http://accounts.example.com")]
    [InlineData("https://accounts.example.com:8443", "https://accounts.example.com:8443")]
    [InlineData("http://accounts.example.com:443", "http://accounts.example.com:443")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    [InlineData("https://BÜCHER.example", "https://xn--bcher-kva.example")]
    [InlineData("https://xn--bcher-kva.example", "https://xn--bcher-kva.example")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000")]
    [InlineData("http://[::1]:5000/", "http://[::1]:5000")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:5000", "http://[::1]:5000")]
    [InlineData("http://localhost:5000", "http://localhost:5000")]
    [InlineData("https://www.example.com/recover", "https://www.example.com/recover")]
    [InlineData("https://www.example.com/recover/", "https://www.example.com/recover")]
    [InlineData("HTTPS://WWW.Example.com:443/Recover/Me/", "https://www.example.com/Recover/Me")]
    [InlineData("https://bücher.example/recover", "https://xn--bcher-kva.example/recover")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:5000/recover", "http://[::1]:5000/recover")]
    [InlineData("https://www.example.com/~a.b_c-d", "https://www.example.com/~a.b_c-d")]
    public void An_origin_has_one_form(string written, string canonical)
    {
        Assert.True(PublicOrigin.TryParse(written, out var origin));
        Assert.Equal(canonical, origin.Value);
        Assert.Equal(canonical, origin.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("accounts.example.com")]
    [InlineData("//accounts.example.com")]
    [InlineData("/reset")]
    [InlineData("ftp://accounts.example.com")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://")]
    [InlineData("https:///")]
    [InlineData("https://accounts.example.com/path?query")]
    [InlineData("https://accounts.example.com/path/..")]
    [InlineData("https://accounts.example.com//")]
    [InlineData("https://accounts.example.com?query")]
    [InlineData("https://accounts.example.com/?query")]
    [InlineData("https://accounts.example.com#fragment")]
    [InlineData("https://user@accounts.example.com")]
    [InlineData("https://user:password@accounts.example.com")]
    [InlineData("https://accounts.example.com:99999")]
    [InlineData("https://a b.example.com")]
    [InlineData("https://*:5001")]
    public void Anything_else_is_no_origin(string? written)
    {
        Assert.False(PublicOrigin.TryParse(written, out var origin));
        Assert.Null(origin);
    }

    [Theory]
    [InlineData("https://accounts.example.com", "https://accounts.example.com", "")]
    [InlineData("http://[::1]:5000/", "http://[::1]:5000", "")]
    [InlineData("https://www.example.com:8443/Recover/me/", "https://www.example.com:8443", "/Recover/me")]
    public void It_has_an_origin_as_browsers_name_it_and_a_path(string written, string alone, string path)
    {
        Assert.True(PublicOrigin.TryParse(written, out var origin));
        Assert.Equal((alone, path), (origin.Origin, origin.Path));
    }

    [Theory]
    [InlineData("HTTPS://Accounts.EXAMPLE.com:443/")]
    [InlineData("https://www.example.com/Recover/")]
    [InlineData("https://bücher.example")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:5000")]
    public void The_canonical_form_is_its_own(string written)
    {
        Assert.True(PublicOrigin.TryParse(written, out var once));
        Assert.True(PublicOrigin.TryParse(once.Value, out var twice));
        Assert.Equal(once.Value, twice.Value);
    }
}
