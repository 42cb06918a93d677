using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace OneTimeJwt.Benchmarks;

/// <summary>The curve for BENCHMARKS.md.</summary>
internal static class GrowthPicture
{
    private static readonly OxyColor[] Colours =
    [
        OxyColor.Parse("#1f6feb"),
        OxyColor.Parse("#b35900"),
        OxyColor.Parse("#1a7f37"),
        OxyColor.Parse("#8250df"),
        OxyColor.Parse("#57606a"),
    ];

    public static void Draw(
        string file,
        IReadOnlyList<string> acts,
        IReadOnlyList<(double Accounts, double[] Times)> sizes,
        IReadOnlyList<(double Waiting, double Time)> mails)
    {
        var model = new PlotModel { Title = "Milliseconds by number of accounts, and of mails that wait", Background = OxyColors.White };
        model.Axes.Add(
            new LogarithmicAxis
            {
                Position = AxisPosition.Bottom,
                Title = "accounts, or mails that wait",
                StringFormat = "N0",
            });
        model.Axes.Add(
            new LinearAxis
            {
                Position = AxisPosition.Left,
                Title = "ms",
                Minimum = 0,
                MajorGridlineStyle = LineStyle.Solid,
                MajorGridlineColor = OxyColors.LightGray,
            });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        for (var i = 0; i < acts.Count; i++)
            Add(model, acts[i], sizes.Select(size => new DataPoint(size.Accounts, size.Times[i])));
        Add(model, "deliver a mail, by mails that wait", mails.Select(size => new DataPoint(size.Waiting, size.Time)));

        using var stream = File.Create(file);
        new SvgExporter { Width = 720, Height = 420 }.Export(model, stream);
    }

    private static void Add(PlotModel model, string title, IEnumerable<DataPoint> points)
    {
        var colour = Colours[model.Series.Count];
        var line = new LineSeries { Title = title, Color = colour, MarkerType = MarkerType.Circle, MarkerFill = colour };
        line.Points.AddRange(points);
        model.Series.Add(line);
    }
}
