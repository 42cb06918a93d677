namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>Identity's own GeneratePasswordResetTokenAsync and ResetPasswordAsync, unchanged, on a real database.</summary>
public sealed class OneTimeTokenProviderTests : IAsyncDisposable, IAsyncLifetime
{
    private const string Old = "seven wet umbrellas in a hallway";
    private const string New = "a brass kettle beneath the lighthouse";

    private readonly IdentityApp _house = new();

    public async ValueTask InitializeAsync() => await _house.AddAsync(Old);

    [Fact]
    public async Task Identity_makes_our_tokens() =>
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(await TokenAsync()));

    [Fact]
    public async Task Identity_resets_the_password_with_one()
    {
        Assert.True((await ResetAsync(await TokenAsync(), New)).Succeeded);

        Assert.True(await IsPasswordAsync(New));
        Assert.False(await IsPasswordAsync(Old));
    }

    [Fact]
    public async Task A_second_use_is_refused()
    {
        var token = await TokenAsync();
        await ResetAsync(token, New);

        AssertInvalid(await ResetAsync(token, "another quiet morning by the river"));
        Assert.True(await IsPasswordAsync(New));
    }

    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    public async Task A_second_use_with_the_same_password_is_refused(string password)
    {
        var token = await TokenAsync();
        Assert.True((await ResetAsync(token, password)).Succeeded);

        AssertInvalid(await ResetAsync(token, password));
    }

    [Fact]
    public async Task A_weak_password_does_not_use_the_token_up()
    {
        var token = await TokenAsync();

        var refused = await ResetAsync(token, "hunter2");
        Assert.Equal("PasswordPolicy", Assert.Single(refused.Errors).Code);

        Assert.True((await ResetAsync(token, New)).Succeeded);
    }

    [Fact]
    public async Task Redeeming_one_of_three_kills_the_others()
    {
        string[] tokens = [await TokenAsync(), await TokenAsync(), await TokenAsync()];
        Assert.True((await ResetAsync(tokens[1], New)).Succeeded);

        AssertInvalid(await ResetAsync(tokens[0], New));
        AssertInvalid(await ResetAsync(tokens[2], New));
    }

    [Fact]
    public async Task Asking_for_a_token_changes_nothing()
    {
        var before = await _house.WithAsync((_, user) => Task.FromResult((user.SecurityStamp, user.ConcurrencyStamp, user.PasswordHash)));
        await TokenAsync();

        Assert.Equal(
            before,
            await _house.WithAsync((_, user) => Task.FromResult((user.SecurityStamp, user.ConcurrencyStamp, user.PasswordHash))));
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        var token = await TokenAsync();
        _house.Clock.Now += TimeSpan.FromMinutes(30);

        AssertInvalid(await ResetAsync(token, New));
    }

    [Fact]
    public async Task One_accounts_token_is_refused_for_another()
    {
        await _house.AddAsync(Old, "grace");
        var token = await TokenAsync();

        AssertInvalid(await _house.WithAsync((users, grace) => users.ResetPasswordAsync(grace, token, New), "grace"));
        Assert.True((await ResetAsync(token, New)).Succeeded);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!!")]
    [InlineData("a.b.c")]
    public async Task Nonsense_is_refused_without_a_fault(string token) => AssertInvalid(await ResetAsync(token, New));

    [Fact]
    public async Task Of_two_redemptions_that_read_the_same_row_one_wins()
    {
        var token = await TokenAsync();

        var (first, second) = await _house.WithAsync(
            (users, user) =>
                _house.WithAsync(
                    async (others, same) =>
                        (
                            await users.ResetPasswordAsync(user, token, New),
                            await others.ResetPasswordAsync(same, token, "another quiet morning by the river"))));

        Assert.True(first.Succeeded);
        Assert.Equal("ConcurrencyFailure", Assert.Single(second.Errors).Code);
        Assert.True(await IsPasswordAsync(New));
    }

    [Fact]
    public async Task A_purpose_that_is_not_declared_makes_and_proves_nothing()
    {
        var token = await TokenAsync();

        await Assert.ThrowsAsync<NotSupportedException>(() =>
            _house.WithAsync((users, user) => users.GenerateUserTokenAsync(user, OneTimeTokens.ProviderName, "AnythingElse")));
        Assert.False(
            await _house.WithAsync((users, user) => users.VerifyUserTokenAsync(user, OneTimeTokens.ProviderName, "AnythingElse", token)));
    }

    [Fact]
    public async Task Mailed_tokens_are_no_second_factor() =>
        Assert.False(
            await _house.WithAsync(
                (users, user) =>
                    new OneTimeTokenProvider<Account, string>(
                        new Issuer().With(Issuer.Origin, Issuer.Secret),
                        []
                    ).CanGenerateTwoFactorTokenAsync(users, user)));

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    private Task<string> TokenAsync() => _house.WithAsync((users, user) => users.GeneratePasswordResetTokenAsync(user));

    private Task<IdentityResult> ResetAsync(string token, string password) =>
        _house.WithAsync((users, user) => users.ResetPasswordAsync(user, token, password));

    private Task<bool> IsPasswordAsync(string password) => _house.WithAsync((users, user) => users.CheckPasswordAsync(user, password));

    private Task<TokenVerdict> VerdictAsync(string token) =>
        _house.WithAsync(
            async (_, user) =>
                (
                    await new OneTimeTokens([Issuer.Secret], Issuer.Origin, new TokenLifetimes(), _house.Clock).VerifyAsync(
                        token,
                        TokenPurpose.Reset,
                        _ => Task.FromResult<TokenAccount?>(TokenAccount.Of(user)))
                ).Verdict);

    private static void AssertInvalid(IdentityResult result) => Assert.Equal("InvalidToken", Assert.Single(result.Errors).Code);
}
