using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>A figure of one or several runs over their steps, as SVG that needs no script and fits its column.</summary>
internal static class ReportChart
{
    private const int Width = 340, Height = 170, Left = 52, Bottom = 20, Top = 22, Right = 8;

    private static readonly string[] Colors = ["#7c5cff", "#e07b00", "#0a9a6b", "#d6336c", "#1c7ed6", "#868e96"];

    /// <param name="series">Of each run; one without points is left out.</param>
    /// <param name="target">A value that is meant to be reached; null for none.</param>
    public static string Svg(string title, IReadOnlyList<ReportSeries> series, double? target = null)
    {
        (double Step, double Value)[] all = [.. series.SelectMany(s => s.Points)];
        if (all.Length == 0) return "";
        double minX = all.Min(p => p.Step), maxX = all.Max(p => p.Step);
        double minY = Math.Min(all.Min(p => p.Value), target ?? double.PositiveInfinity);
        double maxY = Math.Max(all.Max(p => p.Value), target ?? double.NegativeInfinity);
        double spanX = maxX > minX ? maxX - minX : 1, spanY = maxY > minY ? maxY - minY : 1;
        double X(double step) => Left + ((step - minX) / spanX * (Width - Right - Left));
        double Y(double value) => Height - Bottom - ((value - minY) / spanY * (Height - Bottom - Top));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlTable.Encode(title)}\">")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"13\" class=\"title\">{HtmlTable.Encode(title)}</text>")
            .Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\" class=\"axis\"/>");
        Label(Left - 4, Top + 4, maxY, "end");
        Label(Left - 4, Height - Bottom, minY, "end");
        Label(Left, Height - 6, minX, "start");
        Label(Width - Right, Height - 6, maxX, "end");
        if (target is { } goal) text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Y(goal):F1}H{Width - Right}\" class=\"target\"/>");
        for (int i = 0; i < series.Count; i++)
        {
            if (series[i].Points.Count == 0) continue;
            string points = string.Join(' ', series[i].Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Step):F1},{Y(p.Value):F1}")));
            text.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" stroke=\"{Colors[i % Colors.Length]}\"/>");
        }
        return text.Append("</svg>").ToString();

        void Label(int x, int y, double value, string anchor) => text.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{ReportContent.Text(value)}</text>");
    }

    /// <summary>In which color a run is drawn.</summary>
    public static string ColorOf(int run) => Colors[run % Colors.Length];
}
