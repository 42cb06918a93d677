namespace OneTimeJwt.Web.Links;

/// <summary>For tokens that are minted to be looked at or measured.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
