using Xunit.v3;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>The guarantees that a test tries, by number; <see cref="Guarantees"/> says what they promise.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class GuaranteeAttribute(params int[] numbers) : Attribute, ITraitAttribute
{
    public const string Trait = "Guarantee";

    public IReadOnlyList<int> Numbers => numbers;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. numbers.Select(number => KeyValuePair.Create(Trait, Guarantees.Name(number)))];
}

/// <summary>What the links of a test are for: reset, confirm, change, invite, secure.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class PurposeAttribute(params string[] purposes) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Purposes => purposes;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. purposes.Select(purpose => KeyValuePair.Create("Purpose", purpose))];
}

/// <summary>Whose eyes a test looks through: user, admin, operator.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class RoleAttribute(params string[] roles) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Roles => roles;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. roles.Select(role => KeyValuePair.Create("Role", role))];
}

/// <summary>How big the browser is: phone, desktop.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class SizeAttribute(params string[] sizes) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Sizes => sizes;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. sizes.Select(size => KeyValuePair.Create("Size", size))];
}
