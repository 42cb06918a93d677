using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>What <c>database adopt --check</c> counts among the accounts of another application.</summary>
public sealed class AdoptionNotesTests
{
    private static readonly string V3 = new PasswordHasher<IdentityUser>().HashPassword(new IdentityUser(), Passwords.Old);

    // The second byte of a hash of version 2 is random: all of these are.
    private static readonly string[] V2 =
    [
        .. new byte[] { 0x00, 0x3f, 0x40, 0x7f, 0x80, 0xff }.Select(second => Convert.ToBase64String([0, second, .. new byte[47]])),
    ];

    private static readonly Dictionary<string, Action<IdentityUser>> Shapes = new()
    {
        ["2 accounts are locked for longer than 24 hours"] = row =>
            (row.LockoutEnabled, row.LockoutEnd) = (true, DateTimeOffset.UtcNow.AddYears(row.Id.EndsWith('0') ? 100 : 7000)),
        ["2 accounts are locked out for a while"] = row =>
            (row.LockoutEnabled, row.LockoutEnd) = (true, DateTimeOffset.UtcNow.AddHours(1)),
        ["2 accounts have a date far ahead in LockoutEnd that Identity ignores"] = row =>
            (row.LockoutEnabled, row.LockoutEnd) = (false, DateTimeOffset.UtcNow.AddYears(50)),
        ["2 accounts have a NormalizedEmail that another normaliser wrote"] = row => row.NormalizedEmail = row.Email!.ToLowerInvariant(),
        ["2 accounts have a NormalizedEmail that isn't their address"] = row =>
            row.NormalizedEmail = row.Id.EndsWith('0') ? null : " OLD@EXAMPLE.COM",
        ["2 accounts have a NormalizedUserName that another normaliser wrote"] = row =>
            row.NormalizedUserName = row.UserName!.ToUpperInvariant().Replace('I', 'İ'),
        ["2 accounts have a NormalizedUserName that isn't their user name"] = row => row.NormalizedUserName = $"STALE-{row.Id}",
        ["2 accounts have an address that was never confirmed"] = row => row.EmailConfirmed = false,
        ["2 accounts have no address"] = row => (row.Email, row.NormalizedEmail) = (null, null),
        ["2 accounts have no security stamp"] = row => row.SecurityStamp = row.Id.EndsWith('0') ? null : "",
        ["2 accounts have password hashes of Identity's version 2"] = row => row.PasswordHash = V2[row.Id.EndsWith('0') ? 1 : 5],
        ["2 accounts have password hashes that aren't Identity's own"] = row =>
            row.PasswordHash = row.Id.EndsWith('0') ? "$2a$11$abcdefghijklmnopqrstuv" : V3[..20],
        ["2 accounts have two-factor on without an authenticator app"] = row => row.TwoFactorEnabled = true,
        ["1 address belongs to several accounts"] = row =>
            (row.Email, row.NormalizedEmail) = ("shared@example.com", "SHARED@EXAMPLE.COM"),
        ["2 user names are other accounts' addresses"] = row =>
            (row.UserName, row.NormalizedUserName) = ($"bystander{row.Id[^1]}@example.com", $"BYSTANDER{row.Id[^1]}@EXAMPLE.COM"),
    };

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_odd_is_counted_and_nothing_else(DatabaseProvider provider)
    {
        await using var app = await UnstartedApp.OnAsync(provider);
        var cancellation = TestContext.Current.CancellationToken;
        await using (var site = SiteOn(app.Database))
        {
            await site.Database.EnsureCreatedAsync(cancellation);
            site.AddRange(Enumerable.Range(0, 2).Select(i => Person($"bystander{i}")));
            site.AddRange(Shapes.Values.SelectMany((shape, n) => Enumerable.Range(0, 2).Select(i => Person($"inis{n}-{i}", shape))));
            await site.SaveChangesAsync(cancellation);
        }

        var notes = (await app.Adoption.CheckAsync()).Notes;

        Assert.Contains($"{2 + (2 * Shapes.Count)} accounts.", notes);
        Assert.All(Shapes.Keys, told => Assert.Single(notes, note => note.StartsWith(told, StringComparison.Ordinal)));
        Assert.Equal(Shapes.Count + (provider == DatabaseProvider.PostgreSql ? 2 : 1), notes.Count);
    }

    [Fact]
    public void Every_hash_of_version_2_is_known_by_its_marker_whatever_its_salt() =>
        Assert.All(V2, hash => Assert.Equal(Web.Accounts.HashFormat.V2, Web.Accounts.HashFormats.Of(hash)));

    private static IdentityUser Person(string name, Action<IdentityUser>? shape = null)
    {
        var address = $"{name}@example.com";
        var person = new IdentityUser
        {
            Id = name,
            UserName = name,
            NormalizedUserName = name.ToUpperInvariant(),
            Email = address,
            NormalizedEmail = address.ToUpperInvariant(),
            EmailConfirmed = true,
            PasswordHash = V3,
        };
        shape?.Invoke(person);
        return person;
    }

    private static IdentityDbContext SiteOn(TestDatabase database)
    {
        var options = new DbContextOptionsBuilder<IdentityDbContext>();
        _ = database.Provider == DatabaseProvider.PostgreSql
            ? options.UseNpgsql(database.ConnectionString)
            : options.UseSqlite(database.ConnectionString);
        return new IdentityDbContext(options.Options);
    }
}
