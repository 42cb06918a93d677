using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Tests;

/// <summary>The arrows of DESIGN, section 7: a slice mentions another one only where an arrow says so.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "OneTimeJwt.Web";

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Admin"] = ["Recovery", "Accounts", "Data", "Shell", "Languages"],
        ["Recovery"] = ["Accounts", "Mail", "Data", "Shell", "Languages"],
        ["Accounts"] = ["Data", "Shell", "Languages"],
        ["Mail"] = ["Shell", "Languages"],
        ["Data"] = [],
        ["Security"] = ["Shell"],
        ["Shell"] = ["Languages"],
        ["Languages"] = [],
    };

    private static readonly string[] Vague = ["Manager", "Helper", "Service", "Dto", "Util"];

    private static readonly Type[] Ours = [.. typeof(Page).Assembly.GetTypes().Where(type => type.Namespace is Root || type.Namespace?.StartsWith(Root + ".", StringComparison.Ordinal) == true)];

    private static readonly Type[] All = [.. Ours, .. typeof(OneTimeTokens).Assembly.GetTypes().Where(type => type.Namespace == typeof(OneTimeTokens).Namespace)];

    public static TheoryData<string> Slices => [.. Arrows.Keys];

    [Fact]
    public void Every_type_belongs_to_a_slice_or_to_the_root() =>
        Assert.Equal(Arrows.Keys.Append("").Order(StringComparer.Ordinal), Ours.Select(Slice).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Slices))]
    public void A_slice_uses_only_the_slices_it_may(string slice) =>
        Assert.Empty(
            from type in Ours
            where Slice(type) == slice
            from mentioned in References.Of(type)
            where Ours.Contains(Definition(mentioned)) && Slice(mentioned) != slice && !Arrows[slice].Contains(Slice(mentioned))
            select $"{type.FullName} → {mentioned.FullName}");

    [Fact]
    public void Arrows_are_seen_in_signatures_and_in_code()
    {
        string[] known = ["Recovery → Mail", "Recovery → Accounts", "Recovery → Data", "Accounts → Data", "Admin → Data", "Mail → Shell"];
        var seen = (from type in Ours from mentioned in References.Of(type) where Ours.Contains(Definition(mentioned)) select $"{Slice(type)} → {Slice(mentioned)}").ToHashSet();

        Assert.Superset(known.ToHashSet(), seen);
    }

    [Fact]
    public void Types_are_sealed_or_static() =>
        Assert.Empty(All.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !IsGenerated(type)).Select(type => type.FullName));

    [Fact]
    public void No_name_is_vague() =>
        Assert.Empty(All.Where(type => Vague.Any(word => type.Name.Contains(word, StringComparison.Ordinal))).Select(type => type.FullName));

    [Fact]
    public void An_interface_has_two_implementations() =>
        Assert.All(All.Where(type => type.IsInterface), contract => Assert.True(All.Count(type => type.IsClass && contract.IsAssignableFrom(type)) >= 2, contract.FullName));

    // Razor and Entity Framework write these classes, and neither seals them.
    private static bool IsGenerated(Type type) =>
        typeof(ComponentBase).IsAssignableFrom(type) || type.Name == "_Imports" || type.Namespace!.StartsWith($"{Root}.Data.Migrations", StringComparison.Ordinal)
        || type.GetCustomAttribute<CompilerGeneratedAttribute>() is not null;

    private static string Slice(Type type) => (type.Namespace ?? "")[Root.Length..].TrimStart('.').Split('.')[0];

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
