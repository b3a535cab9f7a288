using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>A line over steps, as SVG that needs no script.</summary>
internal static class LineChart
{
    private const int Width = 300, Height = 140, Left = 50, Bottom = 20, Top = 20, Right = 8;

    /// <param name="points">At least one. Values that are not finite are left out.</param>
    public static string Svg(string title, IReadOnlyList<(double X, double Y)> points)
    {
        (double X, double Y)[] finite = [.. points.Where(p => double.IsFinite(p.Y))];
        if (finite.Length == 0) return "";
        double minX = finite.Min(p => p.X), maxX = finite.Max(p => p.X), minY = finite.Min(p => p.Y), maxY = finite.Max(p => p.Y);
        double spanX = maxX > minX ? maxX - minX : 1, spanY = maxY > minY ? maxY - minY : 1;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"10\">");
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"12\" font-weight=\"bold\" fill=\"currentColor\">{HtmlTable.Encode(title)}</text>");
        text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.4\"/>");
        Label(Left - 4, Top + 4, maxY, "end");
        Label(Left - 4, Height - Bottom, minY, "end");
        Label(Left, Height - 6, minX, "start");
        Label(Width - Right, Height - 6, maxX, "end");
        text.Append("<polyline fill=\"none\" stroke=\"#512bd4\" stroke-width=\"1.5\" points=\"");
        foreach ((double x, double y) in finite)
            text.Append(CultureInfo.InvariantCulture, $"{Left + ((x - minX) / spanX * (Width - Right - Left)):F1},{Height - Bottom - ((y - minY) / spanY * (Height - Bottom - Top)):F1} ");
        return text.Append("\"/></svg>").ToString();

        void Label(int x, int y, double value, string anchor) =>
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" fill=\"currentColor\">{value:G4}</text>");
    }
}
