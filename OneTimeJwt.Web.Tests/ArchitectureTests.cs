using System.Reflection;
using System.Runtime.CompilerServices;
using ArchUnitNET.Loader;
using Microsoft.AspNetCore.Components;
using OneTimeJwt.Web.Site;
using Type = System.Type;

namespace OneTimeJwt.Web.Tests;

/// <summary>The arrows of DESIGN, section 7: a slice mentions another one only where an arrow says so.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "OneTimeJwt.Web";

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Hosting"] = ["Admin", "Delivery", "Outbox", "Events", "SignIn", "Mail", "Audit", "Accounts", "Database", "Site", "Languages"],
        ["Api"] = ["Campaigns", "Admin", "Audit", "Accounts", "Database", "Site", "Languages"],
        ["Campaigns"] = ["Admin", "Links", "Outbox", "Audit", "Accounts", "Database", "Site", "Languages"],
        ["Admin"] = ["Delivery", "Links", "Outbox", "Oidc", "SignIn", "Audit", "Accounts", "Database", "Site", "Languages"],
        ["Oidc"] = ["SignIn", "Accounts", "Database", "Site", "Languages"],
        ["Delivery"] = ["Links", "Outbox", "SignIn", "Audit", "Mail", "Accounts", "Database", "Site", "Languages"],
        ["Profile"] = ["SignIn", "Outbox", "Audit", "Accounts", "Database", "Site", "Languages"],
        ["Links"] = ["SignIn", "Outbox", "Audit", "Mail", "Accounts", "Database", "Site", "Languages"],
        ["SignIn"] = ["Outbox", "Audit", "Accounts", "Database", "Site", "Languages"],
        ["Outbox"] = ["Events", "Audit", "Mail", "Accounts", "Database", "Languages"],
        ["Events"] = ["Audit", "Database"],
        ["Audit"] = ["Accounts", "Database", "Site", "Languages"],
        ["Mail"] = ["Accounts", "Database", "Site", "Languages"],
        ["Accounts"] = ["Database", "Site", "Languages"],
        ["Site"] = ["Database", "Languages"],
        ["Database"] = ["Languages"],
        ["Languages"] = [],
    };

    // Not "Manager", which Identity calls its own.
    private static readonly string[] Vague = ["Helper", "Service", "Dto", "Util"];

    private static readonly string[] Made = ["Migrations", "obj", "bin"];

    private static readonly Type[] Ours = [.. typeof(Page).Assembly.GetTypes().Where(type => IsOurs(type.Namespace))];

    private static readonly (string From, string To, string Text)[] Uses =
    [
        .. from type in new ArchLoader().LoadAssembly(typeof(Page).Assembly).Build().Types
        where IsOurs(type.Namespace?.FullName) && !NamesEverySlicesRows(type.FullName)
        from used in type.Dependencies.Select(dependency => dependency.Target)
        where IsOurs(used.Namespace?.FullName)
        select (Slice(type.Namespace.FullName), Slice(used.Namespace.FullName), $"{type.FullName} → {used.FullName}"),
    ];

    private static readonly Type[] All =
    [
        .. Ours,
        .. typeof(OneTimeTokens).Assembly.GetTypes().Where(type => type.Namespace == typeof(OneTimeTokens).Namespace),
    ];

    public static TheoryData<string> Slices => [.. Arrows.Keys];

    [Fact]
    public void Every_type_belongs_to_a_slice_or_to_the_root() =>
        Assert.Equal(
            Arrows.Keys.Append("").Order(StringComparer.Ordinal),
            Ours.Select(type => Slice(type.Namespace!)).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Slices))]
    public void A_slice_uses_only_the_slices_it_may(string slice) =>
        Assert.Empty(Uses.Where(use => use.From == slice && use.To != slice && !Arrows[slice].Contains(use.To)).Select(use => use.Text));

    [Fact]
    public void Arrows_are_seen_in_signatures_and_in_code()
    {
        string[] known = ["Delivery → Mail", "Links → Accounts", "Links → Outbox", "SignIn → Database", "Admin → Audit", "Mail → Site"];

        Assert.Superset(known.ToHashSet(), Uses.Select(use => $"{use.From} → {use.To}").ToHashSet());
    }

    [Fact]
    public void Types_are_sealed_or_static() =>
        Assert.Empty(
            All.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !IsGenerated(type))
                .Select(type => type.FullName));

    [Fact]
    public void No_name_is_vague() =>
        Assert.Empty(
            All.Where(type => Vague.Any(word => type.Name.Contains(word, StringComparison.Ordinal))).Select(type => type.FullName));

    [Fact]
    public void An_interface_has_two_implementations() =>
        Assert.All(
            All.Where(type => type.IsInterface),
            contract => Assert.True(All.Count(type => type.IsClass && contract.IsAssignableFrom(type)) >= 2, contract.FullName));

    // The build looks at code (RCS0056), and neither at comments nor at components.
    [Fact]
    public void Lines_have_at_most_140_characters() =>
        Assert.Empty(
            from project in Directory.GetDirectories(Repository.Root, "OneTimeJwt.*")
            from file in Directory.GetFiles(project, "*.*", SearchOption.AllDirectories)
            where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
            where !Made.Intersect(file.Split(Path.DirectorySeparatorChar)).Any()
            from line in File.ReadLines(file)
            where line.Length > 140
            select $"{Path.GetFileName(file)}: {line.Trim()}");

    // Razor and Entity Framework write these classes, and neither seals them.
    private static bool IsGenerated(Type type) =>
        typeof(ComponentBase).IsAssignableFrom(type)
        || type.Name == "_Imports"
        || type.Namespace!.StartsWith($"{Root}.Database.Migrations", StringComparison.Ordinal)
        || type.GetCustomAttribute<CompilerGeneratedAttribute>() is not null;

    // The context has a table for each slice's entity. A slice that has one is known to it, and to nothing else of Database.
    private static bool NamesEverySlicesRows(string type) =>
        Ours.Where(known => typeof(AccountsContext).IsAssignableFrom(known))
            .Any(known => type.StartsWith(known.FullName!, StringComparison.Ordinal));

    private static bool IsOurs(string? space) => space is Root || space?.StartsWith(Root + ".", StringComparison.Ordinal) == true;

    private static string Slice(string space) => space[Root.Length..].TrimStart('.').Split('.')[0];
}
