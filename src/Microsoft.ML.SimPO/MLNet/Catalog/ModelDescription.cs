using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>What a model is and needs; prints as a table.</summary>
public sealed class ModelDescription
{
    internal ModelDescription()
    {
    }

    /// <summary><c>model_type</c> of its configuration, as <c>llama</c>.</summary>
    public string Family { get; internal init; } = "";

    /// <summary>Its weights, those that a tied head shares counted once.</summary>
    public long Parameters { get; internal init; }

    /// <summary>How many layers it has.</summary>
    public int Layers { get; internal init; }

    /// <summary>The width of the residual stream.</summary>
    public int HiddenSize { get; internal init; }

    /// <summary>How many tokens it knows.</summary>
    public int VocabularySize { get; internal init; }

    /// <summary>The most positions that its configuration allows for.</summary>
    public int ContextLength { get; internal init; }

    /// <summary>
    /// The type of the weights according to its configuration, as <c>bfloat16</c>; in memory they are float32 (on CUDA rounded to bfloat16 beside).
    /// </summary>
    public string StoredType { get; internal init; } = "";

    /// <summary>
    /// A learning rate to begin with where all weights of a model of this size are tuned: 2e-4 for two million, 1e-5 for a hundred million, 6e-7 for eight
    /// thousand million.
    /// </summary>
    public double UsualLearningRate { get; internal init; }

    /// <summary>What it takes on the CPU, where all is float32.</summary>
    public ModelMemory OnCpu { get; internal init; } = new(0, 0, 0);

    /// <summary>What it takes on CUDA, where layers compute in bfloat16 and the weights are there in it, too.</summary>
    public ModelMemory OnCuda { get; internal init; } = new(0, 0, 0);

    /// <summary>Eight lines of text, the same in every culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        family             {Family}
        parameters         {Parameters:N0}
        layers             {Layers} of width {HiddenSize}
        vocabulary         {VocabularySize:N0}
        context            {ContextLength:N0} tokens
        weights            {StoredType}, float32 in memory
        memory on CPU      {OnCpu}
        memory on CUDA     {OnCuda}
        """);
}
