namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>Identity databases as public applications have them; some are named after one that has that shape.</summary>
internal static partial class HostShapes
{
    private const string Setting = "Database__Identity__";

    private static readonly string[] Proposed = ["Users", "UserClaims", "UserLogins", "UserTokens"];

    private static readonly DateTime Day = new(2026, 3, 14, 9, 26, 53, DateTimeKind.Unspecified);
    private static readonly DateTimeOffset Moment = new(Day, TimeSpan.Zero);

    // Made when first asked for: the fields of this class are set file by file.
    public static IReadOnlyList<HostShape> All =>
        field ??= [.. DefaultNames, .. OtherNames, .. GuidKeys, .. NumberKeys, .. Snakes, .. Collations, .. Guarded];

    // What differs from database to database is tried on both each time, all else on one: a model and its queries are made for each.
    private static readonly string[] OnEach =
        ["default", "Oqtane", "Piranha", "bitplatform", "SS14", "SimplCommerce", "Boilerplate", "mixcore", "char(36)", "deleted rows"];

    private static readonly string[] OnSqlite =
        ["version 1", "version 2", "version 3", "eShop", "BTCPay", "a role", "a status", "Remotely", "AliasVault", "IoTSharp", "arcade"];

    /// <summary>The shapes that are tried on it each time.</summary>
    public static TheoryData<string> On(DatabaseProvider provider) => Choose(provider, isEachTime: true);

    /// <summary>Those that are tried on another kind each time, and on it in the long run.</summary>
    public static TheoryData<string> InLongRunOn(DatabaseProvider provider) => Choose(provider, isEachTime: false);

    private static TheoryData<string> Choose(DatabaseProvider provider, bool isEachTime) =>
    [
        .. from shape in All
           where shape.On.Contains(provider)
           where isEachTime == (Names(OnEach, shape) || Names(OnSqlite, shape) == (provider == DatabaseProvider.Sqlite)
               || shape.On.All(other => other is DatabaseProvider.SqlServer || other == provider))
           select shape.Name,
    ];

    private static bool Names(string[] parts, HostShape shape) =>
        parts.Any(part => shape.Name.Contains(part, StringComparison.Ordinal));

    public static HostShape Named(string name) => All.Single(shape => shape.Name == name);

    // What is proposed where all four tables are called otherwise.
    private static string[] Tables(string pattern) =>
    [
        .. from part in Proposed
           select $"{Setting}Tables__{part}={string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, part)}",
    ];

    private static string False(DatabaseProvider provider) => provider == DatabaseProvider.PostgreSql ? "false" : "0";
}
