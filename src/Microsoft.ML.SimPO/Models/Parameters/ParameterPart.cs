namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>The rows of a parameter that a checkpoint holds under a name of its own: q, k and v are one matrix here and three there.</summary>
/// <param name="Name">The name in the checkpoint.</param>
/// <param name="FirstRow">Where they begin in the parameter.</param>
/// <param name="Shape">The shape in the checkpoint; its first dimension counts the rows. A number alone has none, and is a row.</param>
internal sealed record ParameterPart(string Name, long FirstRow, long[] Shape)
{
    public long Rows => Shape is [var rows, ..] ? rows : 1;

    public long Count => Shape.Aggregate(1L, (a, b) => a * b);
}
