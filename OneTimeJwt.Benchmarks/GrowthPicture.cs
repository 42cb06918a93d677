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
    ];

    public static void Draw(string file, IReadOnlyList<string> acts, IReadOnlyList<(double Accounts, double[] Times)> sizes)
    {
        var model = new PlotModel { Title = "Milliseconds by number of accounts", Background = OxyColors.White };
        model.Axes.Add(
            new LogarithmicAxis
            {
                Position = AxisPosition.Bottom,
                Title = "accounts",
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
        {
            var line = new LineSeries { Title = acts[i], Color = Colours[i], MarkerType = MarkerType.Circle, MarkerFill = Colours[i] };
            line.Points.AddRange(sizes.Select(size => new DataPoint(size.Accounts, size.Times[i])));
            model.Series.Add(line);
        }

        using var stream = File.Create(file);
        new SvgExporter { Width = 720, Height = 420 }.Export(model, stream);
    }
}
