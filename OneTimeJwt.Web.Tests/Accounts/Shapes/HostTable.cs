using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <param name="Property">What Identity calls it; null for a column of the host's own.</param>
/// <param name="Name">What the host calls it.</param>
/// <param name="Definition">Its type and what follows it, in the words of <see cref="HostDialect"/>.</param>
/// <param name="Value">What is in it, in each row that doesn't say otherwise.</param>
internal sealed record HostColumn(string? Property, string Name, string Definition, object? Value = null);

/// <param name="Name">Of the index.</param>
/// <param name="IsUnique">Whether it is.</param>
/// <param name="Columns">By the names that they have in the host's table.</param>
/// <param name="Where">For a filtered one, its condition.</param>
internal sealed record HostIndex(string Name, bool IsUnique, string[] Columns, string? Where = null);

/// <summary>One of Identity's tables as a host has it: the framework's own until it is changed.</summary>
internal sealed partial class HostTable
{
    /// <param name="part">What Identity calls it, without a prefix.</param>
    /// <param name="key">Its primary key.</param>
    /// <param name="columns">Each a name and its definition.</param>
    public HostTable(string part, string[] key, params string[] columns)
    {
        (Part, Name, Key) = (part, $"AspNet{part}", [.. key]);
        foreach (var (name, definition) in columns.Select(Split))
            Columns.Add(new HostColumn(name, name, definition));
    }

    public string Part { get; set; }

    public string Name { get; set; }

    public List<string> Key { get; set; }

    public List<HostColumn> Columns { get; } = [];

    public List<HostIndex> Indexes { get; } = [];

    public HostColumn? Of(string property) => Columns.Find(column => column.Property == property);

    /// <summary>A column of the host's own.</summary>
    /// <param name="column">Its name and its definition.</param>
    /// <param name="value">What is in it.</param>
    public HostTable Add(string column, object? value = null)
    {
        var (name, definition) = Split(column);
        Columns.Add(new HostColumn(Property: null, name, definition, value));
        return this;
    }

    public HostTable Retype(string property, string definition) => Change(property, column => column with { Definition = definition });

    public HostTable Rename(string property, string name)
    {
        foreach (var index in Indexes)
            Replace(index.Columns, Of(property)!.Name, name);
        if (Key.IndexOf(Of(property)!.Name) is >= 0 and var i)
            Key[i] = name;
        return Change(property, column => column with { Name = name });
    }

    public HostTable Drop(params string[] properties)
    {
        Columns.RemoveAll(column => properties.Contains(column.Property));
        return this;
    }

    public HostTable Index(string name, params string[] columns)
    {
        Indexes.Add(new HostIndex(name, IsUnique: false, columns));
        return this;
    }

    public HostTable Unique(string name, string[] columns, string? where = null)
    {
        Indexes.RemoveAll(index => index.Name == name);
        Indexes.Add(new HostIndex(name, IsUnique: true, columns, where));
        return this;
    }

    /// <summary>Columns in lower case with underscores; the host's own are written so from the start.</summary>
    public void Snake()
    {
        foreach (var property in Columns.Select(column => column.Property).OfType<string>().ToList())
            Rename(property, Snake(property));
    }

    public static string Snake(string name) => Hump().Replace(name, "_").ToLowerInvariant();

    private static void Replace(string[] names, string from, string to)
    {
        if (Array.IndexOf(names, from) is >= 0 and var i)
            names[i] = to;
    }

    private HostTable Change(string property, Func<HostColumn, HostColumn> change)
    {
        var i = Columns.FindIndex(column => column.Property == property);
        Columns[i] = change(Columns[i]);
        return this;
    }

    private static (string Name, string Definition) Split(string column)
    {
        var space = column.IndexOf(' ', StringComparison.Ordinal);
        return (column[..space], column[(space + 1)..]);
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Hump();
}
