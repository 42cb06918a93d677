using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Database;

/// <summary>How Identity calls its tables and columns, and how other applications call them.</summary>
internal static partial class IdentityNames
{
    /// <summary>Tables by the name that settings give them, with the columns that tell which one it is.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Tables { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["Users"] = ["Id", "NormalizedUserName", "NormalizedEmail", "PasswordHash", "SecurityStamp"],
        ["UserClaims"] = ["Id", "UserId", "ClaimType", "ClaimValue"],
        ["UserLogins"] = ["LoginProvider", "ProviderKey", "ProviderDisplayName", "UserId"],
        ["UserTokens"] = ["UserId", "LoginProvider", "Name", "Value"],
        ["Roles"] = ["Id", "Name", "NormalizedName"],
        ["UserRoles"] = ["UserId", "RoleId"],
        ["RoleClaims"] = ["Id", "RoleId", "ClaimType", "ClaimValue"],
        ["UserPasskeys"] = ["CredentialId", "UserId", "Data"],
    };

    /// <summary>Those that are in our model.</summary>
    public static IReadOnlyList<string> Mapped { get; } = ["Users", "UserClaims", "UserLogins", "UserTokens"];

    /// <summary>The columns of the users table, in Identity's order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed", "PasswordHash", "SecurityStamp",
        "ConcurrencyStamp", "PhoneNumber", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnd", "LockoutEnabled",
        "AccessFailedCount",
    ];

    /// <summary>Those that Identity works without: no lock-outs then, and no phone numbers.</summary>
    public static IReadOnlyList<string> Optional { get; } =
        ["PhoneNumber", "PhoneNumberConfirmed", "LockoutEnd", "LockoutEnabled", "AccessFailedCount"];

    private static readonly Dictionary<string, string[]> OtherNames = new()
    {
        ["Email"] = ["emailaddress"],
        ["NormalizedEmail"] = ["normalizedemailaddress"],
        ["EmailConfirmed"] = ["isemailconfirmed"],
        ["PasswordHash"] = ["password"],
        ["PhoneNumberConfirmed"] = ["isphonenumberconfirmed"],
        ["TwoFactorEnabled"] = ["istwofactorenabled"],
        ["LockoutEnd"] = ["lockoutenddateutc", "lockoutenddate"],
        ["LockoutEnabled"] = ["islockoutenabled"],
    };

    public static string TableOf(string name) => "AspNet" + name;

    public static string In(IdentityNaming naming, string name) => naming == IdentityNaming.Snake ? Snake(name) : name;

    public static string Snake(string name) => Hump().Replace(name, "_").ToLowerInvariant();

    /// <summary>The column that holds what Identity calls by this name; null where none does.</summary>
    public static SchemaColumn? Find(IEnumerable<SchemaColumn> columns, string name)
    {
        string[] names = [name.ToLowerInvariant(), .. OtherNames.GetValueOrDefault(name, [])];
        return names
            .Select(wanted => columns.FirstOrDefault(column => Plain(column.Name) == wanted))
            .FirstOrDefault(found => found is not null);
    }

    public static string Plain(string column) => column.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex Hump();
}
