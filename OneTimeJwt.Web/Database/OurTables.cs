namespace OneTimeJwt.Web.Database;

/// <summary>What the migrations make, for a look at the database without Entity Framework's model. Tests compare it with that.</summary>
internal static class OurTables
{
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Columns { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["RecoveryAccounts"] =
        [
            "AccountId", "PendingAddress", "TrustedAddress", "TrustedUntil", "TimesSecured", "SecuredLock", "Culture", "Zone",
            "Version",
        ],
        ["RecoveryActAnswers"] = ["Id", "Request", "Result", "Message", "EventId", "At"],
        ["RecoveryApiKeys"] =
        [
            "Id", "Name", "Hash", "Role", "Networks", "MadeBy", "MadeByName", "MadeAt", "ExpiresAt", "RevokedAt", "LastUsedAt",
        ],
        ["RecoveryCampaignAccounts"] = ["CampaignId", "Position", "AccountId"],
        ["RecoveryCampaignLines"] = ["CampaignId", "Line", "Outcome"],
        ["RecoveryCampaigns"] =
        [
            "Id", "State", "RequiresReset", "Accounts", "Released", "Rate", "Chosen", "Unmatched", "UnmatchedLines", "StartedBy",
            "StartedByName", "Client", "CreatedAt", "Reason", "ReleasedAt", "Version", "Lines", "LinesRead", "SeveralAccounts",
            "Doubled", "GatheredAt",
        ],
        ["RecoveryEventDeliveries"] =
        [
            "Id", "EventId", "Destination", "AccountId", "WrittenAt", "DueAt", "Attempts", "LeasedUntil", "Lease",
        ],
        ["RecoveryKeyRing"] = ["Id", "FriendlyName", "Xml"],
        ["RecoveryOidcLogouts"] = ["TokenHash", "Person", "SidHash", "IssuedAt", "ReceivedAt"],
        ["RecoveryOidcSessions"] = ["IdHash", "Person", "Name", "Role", "SidHash", "IssuedAt", "AskAgainAt", "EndedAt"],
        ["RecoveryOutbox"] =
        [
            "Id", "Kind", "AccountId", "TypedAddress", "RequestedBy", "RequestedByName", "AboutId", "Client", "CampaignId",
            "Culture", "Zone", "RequestedAt", "DueAt", "Attempts", "LeasedUntil", "Lease", "Cause", "UnansweredAt", "RefusedAt",
            "TriedAgainAt",
        ],
        ["RecoveryPasskeys"] = ["CredentialId", "UserId", "Data"],
        ["RecoverySavedFilters"] = ["Id", "Owner", "Page", "Name", "Query", "SavedAt"],
        ["RecoveryRoles"] = ["Role", "Version"],
        ["RecoveryTrail"] =
        [
            "Id", "At", "Kind", "AccountId", "AddressHash", "Nonce", "Actor", "ActorName", "Client", "Detail", "Reason",
            "CampaignId", "MailId",
        ],
        ["RecoveryRoleMembers"] = ["AccountId", "Role"],
        ["RecoveryUserTokens"] = ["UserId", "LoginProvider", "Name", "Value"],
    };

    public static IReadOnlyList<string> MigrationsOf(DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.SqlServer =>
        [
            "20261124112234_IdentityTables", "20261124112401_RecoveryTables", "20261130022643_RecoveryActors",
            "20261130024504_RecoveryApi",
            "20261130024524_RecoveryOidc", "20261130073506_RecoveryConsoleAndEvents",
        ],
        DatabaseProvider.PostgreSql =>
        [
            "20261124112304_IdentityTables", "20261124112426_RecoveryTables", "20261130022649_RecoveryActors",
            "20261130024511_RecoveryApi",
            "20261130024530_RecoveryOidc", "20261130073514_RecoveryConsoleAndEvents",
        ],
        _ =>
        [
            "20261124112205_IdentityTables", "20261124112335_RecoveryTables", "20261130022638_RecoveryActors",
            "20261130024458_RecoveryApi",
            "20261130024518_RecoveryOidc", "20261130073500_RecoveryConsoleAndEvents",
        ],
    };

    public static bool AreIn(IEnumerable<SchemaColumn> found)
    {
        var present = found.Where(column => column.IsVisible).Select(column => (column.Table, column.Name)).ToHashSet();
        return Columns.All(table => table.Value.All(name => present.Contains((table.Key, name))));
    }
}
