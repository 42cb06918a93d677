namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>Identity's tables, to be changed into those of a host.</summary>
internal sealed class HostTables
{
    /// <param name="key">Of users and of roles; a number is given out by the database.</param>
    public HostTables(Type key)
    {
        var id = key == typeof(int) ? "counter" : key == typeof(long) ? "bigcounter" : "key";
        All =
        [
            new HostTable(
                "Users",
                ["Id"],
                $"Id {id} NOT NULL",
                "UserName text(256)",
                "NormalizedUserName text(256)",
                "Email text(256)",
                "NormalizedEmail text(256)",
                "EmailConfirmed flag NOT NULL",
                "PasswordHash text",
                "SecurityStamp text",
                "ConcurrencyStamp text",
                "PhoneNumber text",
                "PhoneNumberConfirmed flag NOT NULL",
                "TwoFactorEnabled flag NOT NULL",
                "LockoutEnd moment",
                "LockoutEnabled flag NOT NULL",
                "AccessFailedCount int NOT NULL"),
            new HostTable("Roles", ["Id"], $"Id {id} NOT NULL", "Name text(256)", "NormalizedName text(256)", "ConcurrencyStamp text"),
            new HostTable("UserRoles", ["UserId", "RoleId"], "UserId key NOT NULL", "RoleId rolekey NOT NULL"),
            new HostTable("UserClaims", ["Id"], "Id counter NOT NULL", "UserId key NOT NULL", "ClaimType text", "ClaimValue text"),
            new HostTable(
                "UserLogins",
                ["LoginProvider", "ProviderKey"],
                "LoginProvider textkey NOT NULL",
                "ProviderKey textkey NOT NULL",
                "ProviderDisplayName text",
                "UserId key NOT NULL"),
            new HostTable(
                "UserTokens",
                ["UserId", "LoginProvider", "Name"],
                "UserId key NOT NULL",
                "LoginProvider textkey NOT NULL",
                "Name textkey NOT NULL",
                "Value text"),
            new HostTable("RoleClaims", ["Id"], "Id counter NOT NULL", "RoleId rolekey NOT NULL", "ClaimType text", "ClaimValue text"),
        ];
        Users.Index("EmailIndex", "NormalizedEmail").Unique("UserNameIndex", ["NormalizedUserName"]);
        this["Roles"].Unique("RoleNameIndex", ["NormalizedName"]);
        this["UserClaims"].Index("IX_AspNetUserClaims_UserId", "UserId");
        this["UserLogins"].Index("IX_AspNetUserLogins_UserId", "UserId");
    }

    public List<HostTable> All { get; }

    public bool HasForeignKeys { get; set; } = true;

    public HostTable Users => this["Users"];

    public HostTable this[string part] => All.Single(table => table.Part == part);

    public void Drop(params string[] parts) => All.RemoveAll(table => parts.Contains(table.Part));

    /// <param name="pattern">Of which {0} is Identity's name without its prefix.</param>
    public void Name(string pattern)
    {
        foreach (var table in All)
            table.Name = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, table.Part);
    }

    /// <summary>In the singular.</summary>
    public void NameOne(string prefix)
    {
        foreach (var table in All)
            table.Name = prefix + table.Part[..^1];
    }

    /// <summary>A column of the host's own in each table.</summary>
    public void AddToAll(string column, object? value = null)
    {
        foreach (var table in All)
            table.Add(column, value);
    }

    public void Snake()
    {
        foreach (var table in All)
            table.Snake();
    }

    /// <summary>Lengths and tables of Identity's schema version 1 as ASP.NET Core 2's template had it, of 2 and of 3.</summary>
    public void Version(int version)
    {
        this["UserLogins"].Retype("LoginProvider", "text(128) NOT NULL").Retype("ProviderKey", "text(128) NOT NULL");
        this["UserTokens"].Retype("LoginProvider", "text(128) NOT NULL").Retype("Name", "text(128) NOT NULL");
        if (version > 1)
            Users.Retype("PhoneNumber", "text(256)");
        if (version > 2)
        {
            All.Add(
                new HostTable(
                    "UserPasskeys",
                    ["CredentialId"],
                    "CredentialId bytes(1024) NOT NULL",
                    "UserId key NOT NULL",
                    "Data json NOT NULL"));
        }
    }
}
