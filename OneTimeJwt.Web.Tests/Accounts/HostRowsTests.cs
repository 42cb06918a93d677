using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>What a reset, "this wasn't me" and another address change of the host's besides Identity's own columns.</summary>
public sealed class HostRowsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, "true", 1)]
    [InlineData(DatabaseProvider.Sqlite, "false", 2)]
    [InlineData(DatabaseProvider.PostgreSql, "true", 1)]
    public async Task The_hosts_passkeys_end_with_this_wasnt_me_where_that_is_set(DatabaseProvider provider, string clears, int left)
    {
        await using var app = await TestApp.StartAsync(
            new() { ["Database:Identity:ClearPasskeys"] = clears }, provider: provider, host: database => HostDatabase.MakeAsync(database));
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await using var site = HostDatabase.Open(app.Database);
        foreach (var owner in new[] { account, other })
        {
            site.Add(new IdentityUserPasskey<string>
            {
                CredentialId = Guid.NewGuid().ToByteArray(),
                UserId = owner.Id,
                Data = new() { PublicKey = [1], Name = "key" },
            });
        }

        await site.SaveChangesAsync(Cancellation);
        using var visitor = app.Open();

        (await visitor.UseAsync(await app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other), account.Email)).IsUsed("secure");

        var owners = await site.Set<IdentityUserPasskey<string>>().Select(passkey => passkey.UserId).ToListAsync(Cancellation);
        Assert.Equal(left, owners.Count);
        Assert.Contains(other.Id, owners);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("true", true)]
    public async Task In_an_adopted_database_a_user_name_follows_a_changed_address_only_where_that_is_set(string? follows, bool changes)
    {
        await using var app = await TestApp.StartAsync(
            new() { ["Accounts:UserNameFollowsAddress"] = follows },
            provider: DatabaseProvider.Sqlite,
            host: database => HostDatabase.MakeAsync(database));
        var account = await app.AddAccountAsync();
        var wanted = MailedLinks.NewAddress();
        using var visitor = app.Open();

        (await visitor.UseAsync(await app.ChangeLinkForAsync(account, wanted), account.Email)).IsUsed("change");

        var after = await app.ReadAsync(account.Id);
        Assert.Equal((wanted, changes ? wanted : account.UserName), (after.Email, after.UserName));
    }
}
