using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;

namespace OneTimeJwt.Benchmarks;

/// <summary>One token made, and one checked: ours, the framework's own, and the cryptography that ours can't do without.</summary>
[MemoryDiagnoser]
public class TokenBenchmarks
{
    internal const string Origin = "https://accounts.example.com";

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly AccountInMemory _store = new();
    private readonly UserManager<IdentityUser> _users;
    private readonly OneTimeTokenProvider<IdentityUser, string> _ours;
    private readonly DataProtectorTokenProvider<IdentityUser> _framework;
    private readonly byte[] _state;
    private readonly byte[] _context;
    private readonly byte[] _issuance;
    private string _token = "";
    private byte[] _signed = [];
    private string _forged = "";
    private string _protected = "";

    public TokenBenchmarks()
    {
        var purpose = TokenPurpose.Reset;
        var user = _store.User;
        _users = new UserManager<IdentityUser>(
            _store,
            Options.Create(new IdentityOptions()),
            new PasswordHasher<IdentityUser>(),
            [],
            [],
            new UpperInvariantLookupNormalizer(),
            new IdentityErrorDescriber(),
            null!,
            NullLogger<UserManager<IdentityUser>>.Instance);
        _ours = new OneTimeTokenProvider<IdentityUser, string>(
            new OneTimeTokens([new ServerSecret("bench", _secret)], Origin, new TokenLifetimes(), TimeProvider.System),
            []);
        _framework = new DataProtectorTokenProvider<IdentityUser>(
            new EphemeralDataProtectionProvider(),
            Options.Create(new DataProtectionTokenProviderOptions()),
            NullLogger<DataProtectorTokenProvider<IdentityUser>>.Instance);
        _state = KeyMaterial.Encode(purpose.State(TokenAccount.Of(user)));
        _context = KeyMaterial.Encode(["v1", Origin, purpose.Name, user.Id]);
        _issuance = KeyMaterial.Encode([new string('0', 16), user.Id, purpose.Name, "1800000000"]);
    }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _token = await MintAsync();
        _signed = Encoding.ASCII.GetBytes(_token[.._token.LastIndexOf('.')]);
        _forged = new OneTimeTokens(
            [new ServerSecret("bench", RandomNumberGenerator.GetBytes(32))],
            Origin,
            new TokenLifetimes(),
            TimeProvider.System)
            .Mint(TokenPurpose.Reset, _store.User)
            .Value;
        _protected = await FrameworkMintAsync();
        if (!await VerifyAsync() || !await FrameworkVerifyAsync() || await VerifyForgedAsync())
            throw new InvalidOperationException("What is measured doesn't work.");
    }

    [Benchmark]
    public Task<string> FrameworkMintAsync() =>
        _framework.GenerateAsync(UserManager<IdentityUser>.ResetPasswordTokenPurpose, _users, _store.User);

    [Benchmark]
    public Task<string> MintAsync() => _ours.GenerateAsync(UserManager<IdentityUser>.ResetPasswordTokenPurpose, _users, _store.User);

    /// <summary>The key, the proof of issuance and the signature, over the bytes that a token has.</summary>
    [Benchmark]
    public byte[] Floor()
    {
        var key = new byte[KeyMaterial.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _state, key, _secret, _context);
        HMACSHA256.HashData(_secret, _issuance);
        return HMACSHA256.HashData(key, _signed);
    }

    [Benchmark]
    public Task<bool> FrameworkVerifyAsync() =>
        _framework.ValidateAsync(UserManager<IdentityUser>.ResetPasswordTokenPurpose, _protected, _users, _store.User);

    [Benchmark]
    public Task<bool> VerifyAsync() =>
        _ours.ValidateAsync(UserManager<IdentityUser>.ResetPasswordTokenPurpose, _token, _users, _store.User);

    [Benchmark]
    public Task<bool> VerifyForgedAsync() =>
        _ours.ValidateAsync(UserManager<IdentityUser>.ResetPasswordTokenPurpose, _forged, _users, _store.User);

    /// <summary>What the framework's provider asks the store for, at no cost.</summary>
    private sealed class AccountInMemory : IUserSecurityStampStore<IdentityUser>
    {
        public IdentityUser User { get; } = new("ada")
        {
            SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)),
            PasswordHash = Convert.ToBase64String(RandomNumberGenerator.GetBytes(61)),
            NormalizedEmail = "ADA.LOVELACE@EXAMPLE.COM",
        };

        public Task<string> GetUserIdAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

        public Task<string?> GetSecurityStampAsync(IdentityUser user, CancellationToken cancellationToken) =>
            Task.FromResult(user.SecurityStamp);

        public Task SetSecurityStampAsync(IdentityUser user, string stamp, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<string?> GetUserNameAsync(IdentityUser user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SetUserNameAsync(IdentityUser user, string? userName, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<string?> GetNormalizedUserNameAsync(IdentityUser user, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task SetNormalizedUserNameAsync(IdentityUser user, string? normalizedName, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IdentityResult> CreateAsync(IdentityUser user, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IdentityResult> UpdateAsync(IdentityUser user, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IdentityResult> DeleteAsync(IdentityUser user, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IdentityUser?> FindByIdAsync(string userId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IdentityUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
