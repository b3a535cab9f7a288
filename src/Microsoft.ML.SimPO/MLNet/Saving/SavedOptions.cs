namespace Microsoft.ML.SimPO;

/// <summary>The options that a saved model needs for scoring and generating.</summary>
internal static class SavedOptions
{
    public static void Write(ModelSaveContext context, ScoringOptions options)
    {
        context.SaveNonEmptyString(options.PromptColumnName);
        context.SaveNonEmptyString(options.ChosenColumnName);
        context.SaveNonEmptyString(options.RejectedColumnName);
        context.Writer.Write(options.Beta);
        context.Writer.Write(options.TargetMargin);
        context.Writer.Write(options.MaxLength);
        context.Writer.Write(options.MaxPromptLength);
        context.Writer.Write(options.TokensPerMicroBatch);
        context.Writer.Write(options.ApplyChatTemplate);
        context.Writer.Write((int)options.Compatibility);
    }

    /// <exception cref="InvalidDataException">A value is out of range.</exception>
    public static ScoringOptions Read(ModelLoadContext context)
    {
        string prompt = context.LoadNonEmptyString(), chosen = context.LoadNonEmptyString(), rejected = context.LoadNonEmptyString();
        float beta = context.Reader.ReadSingle();
        var options = new ScoringOptions
        {
            PromptColumnName = prompt,
            ChosenColumnName = chosen,
            RejectedColumnName = rejected,
            Beta = beta,
            TargetMargin = context.Header.ModelVerWritten < SavedVersion.Current ? beta * context.Reader.ReadSingle() : context.Reader.ReadDouble(),
            MaxLength = context.Reader.ReadInt32(),
            MaxPromptLength = context.Reader.ReadInt32(),
            TokensPerMicroBatch = context.Reader.ReadInt32(),
            ApplyChatTemplate = context.Reader.ReadBoolean(),
            Compatibility = (Compatibility)context.Reader.ReadInt32(),
        };
        string[] faults = [.. options.Faults()];
        return faults.Length == 0 ? options : throw new InvalidDataException($"The saved model is damaged: {string.Join(Environment.NewLine, faults)}");
    }
}
