using System.Globalization;
using System.Text;

namespace OneTimeJwt.Benchmarks;

/// <summary>One line of a table: what we need, what the other needs, and whether their ratio is what we want.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Ours">Our figure, with its unit.</param>
/// <param name="Theirs">What it is held against, with its unit.</param>
/// <param name="Ratio">Ours over theirs.</param>
/// <param name="Target">The bound, as people read it.</param>
/// <param name="IsMet">Null where nothing is promised.</param>
internal sealed record Figure(string What, string Ours, string Theirs, double? Ratio = null, string Target = "", bool? IsMet = null)
{
    public static Figure AtMost(double bound, string what, double ours, double theirs, string format, string of) =>
        Compare(what, ours, theirs, format, of, $"≤ {Text(bound)}", ours / theirs <= bound);

    public static Figure AtLeast(double bound, string what, double ours, double theirs, string format, string of) =>
        Compare(what, ours, theirs, format, of, $"≥ {Text(bound)}", ours / theirs >= bound);

    private static Figure Compare(string what, double ours, double theirs, string format, string of, string target, bool isMet) =>
        new(what, Text(ours, format), $"{Text(theirs, format)} ({of})", ours / theirs, target, isMet);

    public static string Text(double value, string format = "0.##") => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>The tables of a run, on the console while it goes on.</summary>
internal static class Report
{
    public static async Task AddAsync(string title, IEnumerable<Figure> figures)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"\n### {title}\n");
        table.AppendLine("| what | ours | against | ratio | target | |");
        table.AppendLine("|---|---|---|---|---|---|");
        foreach (var figure in figures)
        {
            var ratio = figure.Ratio is { } value ? Figure.Text(value) : "";
            var met = figure.IsMet switch
            {
                true => "met",
                false => "**missed**",
                null => "",
            };
            table.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {figure.What} | {figure.Ours} | {figure.Theirs} | {ratio} | {figure.Target} | {met} |");
        }

        await Console.Out.WriteAsync(table);
    }
}

internal static class Samples
{
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <param name="values">In any order.</param>
    /// <param name="share">Of the values that are no greater, for example 0.95.</param>
    public static double At(this IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)((sorted.Count - 1) * share)];
    }
}
