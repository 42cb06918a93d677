using Microsoft.AspNetCore.Identity;

namespace OneTimeJwt.Web.Data;

/// <summary>The row that a person signs in to. Identity's columns and no others: the table may belong to another application too.</summary>
public sealed class Account : IdentityUser;
