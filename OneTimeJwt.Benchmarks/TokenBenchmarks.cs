using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Benchmarks;

/// <summary>Ratios against what the framework's own reset token costs: data protection over about the same bytes.</summary>
[MemoryDiagnoser]
public class TokenBenchmarks
{
    private readonly IdentityUser _user = new("ada")
    {
        SecurityStamp = Guid.NewGuid().ToString(),
        PasswordHash = Convert.ToBase64String(RandomNumberGenerator.GetBytes(61)),
        NormalizedEmail = "ADA@EXAMPLE.COM",
    };

    private readonly OneTimeTokens _tokens = new(
        [new ServerSecret("bench", RandomNumberGenerator.GetBytes(32))], "https://accounts.example.com", new TokenLifetimes(), TimeProvider.System);

    private readonly IDataProtector _protector = new EphemeralDataProtectionProvider().CreateProtector("reset");
    private string _token = "";
    private string _forged = "";
    private byte[] _framework = [];

    [GlobalSetup]
    public void Setup()
    {
        _token = _tokens.Mint(TokenPurpose.Reset, _user).Value;
        _forged = new OneTimeTokens(
            [new ServerSecret("bench", RandomNumberGenerator.GetBytes(32))], "https://accounts.example.com", new TokenLifetimes(), TimeProvider.System)
            .Mint(TokenPurpose.Reset, _user).Value;
        _framework = _protector.Protect(new byte[100]);
    }

    [Benchmark(Baseline = true)]
    public byte[] FrameworkUnprotect() => _protector.Unprotect(_framework);

    [Benchmark]
    public string Mint() => _tokens.Mint(TokenPurpose.Reset, _user).Value;

    [Benchmark]
    public Task<Verification> VerifyValid() => _tokens.VerifyAsync(_token, TokenPurpose.Reset, _ => Task.FromResult<IdentityUser?>(_user));

    [Benchmark]
    public Task<Verification> VerifyForged() => _tokens.VerifyAsync(_forged, TokenPurpose.Reset, _ => Task.FromResult<IdentityUser?>(_user));
}
