namespace Microsoft.ML.SimPO;

/// <summary>The options that a saved model needs for scoring and generating.</summary>
internal static class SavedOptions
{
    public static void Write(ModelSaveContext context, SimPOTrainer.Options options)
    {
        context.SaveNonEmptyString(options.PromptColumnName);
        context.SaveNonEmptyString(options.ChosenColumnName);
        context.SaveNonEmptyString(options.RejectedColumnName);
        context.Writer.Write(options.Beta);
        context.Writer.Write(options.GammaBetaRatio);
        context.Writer.Write(options.MaxLength);
        context.Writer.Write(options.MaxPromptLength);
        context.Writer.Write(options.TokensPerMicroBatch);
        context.Writer.Write(options.ApplyChatTemplate);
        context.Writer.Write((int)options.Compatibility);
    }

    /// <exception cref="InvalidDataException">A value is out of range.</exception>
    public static SimPOTrainer.Options Read(ModelLoadContext context)
    {
        var options = new SimPOTrainer.Options
        {
            ModelPath = "saved model",
            PromptColumnName = context.LoadNonEmptyString(),
            ChosenColumnName = context.LoadNonEmptyString(),
            RejectedColumnName = context.LoadNonEmptyString(),
            Beta = context.Reader.ReadSingle(),
            GammaBetaRatio = context.Reader.ReadSingle(),
            MaxLength = context.Reader.ReadInt32(),
            MaxPromptLength = context.Reader.ReadInt32(),
            TokensPerMicroBatch = context.Reader.ReadInt32(),
            ApplyChatTemplate = context.Reader.ReadBoolean(),
            Compatibility = (Compatibility)context.Reader.ReadInt32(),
        };
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The saved SimPO model is damaged: {e.Message}", e);
        }
        return options;
    }
}
