using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Settings below Database:Identity that the database doesn't bear out.</summary>
public sealed class IdentityFaultsTests
{
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "KeyType", "Guid", "Database:Identity:KeyType is Guid, and AspNetUsers.Id is of the type integer: set it to Int32" },
        { "Columns:Email", "Mail", "AspNetUsers has no column Mail. Where Email is called otherwise, set Database:Identity:Columns:Email" },
        { "Active:0", "Enabled = true", "Database:Identity:Active: AspNetUsers has no column Enabled" },
        { "Active:0", "IsActive = maybe", "Database:Identity:Active: IsActive is of the type boolean and can't be 'maybe'" },
        { "ActiveRole", "Member", "Database:Identity:ActiveRole is Member, and there are no tables AspNetRoles and AspNetUserRoles" },
        { "Tenant:Column", "Shop", "Database:Identity:Tenant:Column: AspNetUsers has no column Shop" },
        { "Tenant:Value", "acme", "Database:Identity:Tenant:Value can't be one of TenantId, which is of the type integer" },
        { "ClearPasskeys", "true", "Database:Identity:ClearPasskeys is true, and there is no table AspNetUserPasskeys" },
        { "ClearOnReset:0", "Token", "Database:Identity:ClearOnReset: AspNetUsers has no column Token" },
        { "ClearOnReset:0", "PasswordHash", "Database:Identity:ClearOnReset: PasswordHash is one of Identity's own columns" },
        { "ClearOnReset:0", "IsActive", "Database:Identity:ClearOnReset: IsActive can't be null" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Each_is_told_in_a_line_with_its_setting(string key, string value, string told)
    {
        var set = new List<(string Key, string Value)> { (key, value) };
        if (key.StartsWith("Tenant:", StringComparison.Ordinal))
            set.Add(key == "Tenant:Column" ? ("Tenant:Value", "1") : ("Tenant:Column", "TenantId"));

        Assert.StartsWith(told, Assert.Single(FaultsOf(set)), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_wrong_with_settings_that_fit()
    {
        Assert.Empty(FaultsOf(
        [
            ("KeyType", "Int32"), ("Active:0", "IsActive = true"), ("Tenant:Column", "TenantId"), ("Tenant:Value", "7"),
            ("ClearOnReset:0", "RefreshToken"),
        ]));
    }

    private static IReadOnlyList<string> FaultsOf(IEnumerable<(string Key, string Value)> set)
    {
        var settings = new IdentitySettings().With(set);
        return new IdentityFaults(null!, null!, null!, Options.Create(settings))
            .Of(new IdentityMap(settings, Columns, DatabaseProvider.PostgreSql));
    }

    private static IEnumerable<SchemaColumn> Columns =>
    [
        .. IdentityNames.Columns.Select(name => Column(name, name == "Id" ? "integer" : "text")),
        Column("IsActive", "boolean", isRequired: true),
        Column("TenantId", "integer"),
        Column("RefreshToken", "text"),
    ];

    private static SchemaColumn Column(string name, string type, bool isRequired = false) =>
        new("public", "AspNetUsers", name, type, isRequired, MaxLength: null, Collation: null, IsVisible: true, false, IsReadable: true);
}
