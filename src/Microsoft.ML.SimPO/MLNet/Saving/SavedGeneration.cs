using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>The generation options that a saved text generator needs.</summary>
internal static class SavedGeneration
{
    private const int MaxStopStrings = 10_000;

    public static void Write(ModelSaveContext context, GenerationOptions options)
    {
        context.Writer.Write(options.MaxNewTokens);
        context.Writer.Write(options.MinNewTokens);
        context.Writer.Write(options.Sample);
        context.Writer.Write(options.Temperature);
        context.Writer.Write(options.TopK);
        context.Writer.Write(options.TopP);
        context.Writer.Write(options.MinP);
        context.Writer.Write(options.RepetitionPenalty);
        context.Writer.Write(options.NoRepeatNgramSize);
        context.Writer.Write(options.Seed);
        context.Writer.Write(options.StopStrings.Count);
        foreach (string stop in options.StopStrings) context.Writer.Write(stop); // may be a blank, which ML.NET's own strings must not be
    }

    /// <exception cref="InvalidDataException">A value is out of range.</exception>
    public static GenerationOptions Read(ModelLoadContext context)
    {
        var options = new GenerationOptions
        {
            MaxNewTokens = context.Reader.ReadInt32(),
            MinNewTokens = context.Reader.ReadInt32(),
            Sample = context.Reader.ReadBoolean(),
            Temperature = context.Reader.ReadSingle(),
            TopK = context.Reader.ReadInt32(),
            TopP = context.Reader.ReadSingle(),
            MinP = context.Reader.ReadSingle(),
            RepetitionPenalty = context.Reader.ReadSingle(),
            NoRepeatNgramSize = context.Reader.ReadInt32(),
            Seed = context.Reader.ReadInt32(),
        };
        int stops = context.Reader.ReadInt32();
        if (stops is < 0 or > MaxStopStrings)
            throw new InvalidDataException(FormattableString.Invariant($"The saved text generator is damaged: it claims to hold {stops} stop strings."));
        options = options with { StopStrings = [.. Enumerable.Range(0, stops).Select(_ => BoundedBytes.ReadText(context.Reader))] };
        string[] faults = [.. options.Faults()];
        return faults.Length == 0 ? options : throw new InvalidDataException($"The saved text generator is damaged: {string.Join(" ", faults)}");
    }
}
