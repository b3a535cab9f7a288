using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;

[assembly: ModelLoader(typeof(ResponseScoringTransformer), "SimPO response scorer", ResponseScoringTransformer.LoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>
/// Adds a column with the reward of each row's response, for SimPO beta times the mean log-probability of its tokens, in nats; the higher, the better the model
/// likes the response. Rewards of responses to the same prompt can be compared, whatever their lengths.
/// </summary>
/// <remarks>One that was loaded owns its weights; one that was made from a <see cref="AlignmentTransformer"/> uses that model's.</remarks>
public sealed class ResponseScoringTransformer : LanguageModelTransformer
{
    internal const string LoaderSignature = "SimPOResponseScorer";

    private static readonly VersionInfo SavedAs = SavedVersion.Of("SIMPORSP", LoaderSignature);

    private string _outputColumn = "", _responseColumn = ""; // set by the base's constructor when a saved one is loaded

    internal ResponseScoringTransformer(
        IHostEnvironment environment, AlignmentTransformer model, string outputColumnName, string promptColumnName, string responseColumnName)
        : base(environment.RegisterOwn(LoaderSignature), model, promptColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(responseColumnName);
        (_outputColumn, _responseColumn) = (outputColumnName, responseColumnName);
        ColumnMap = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal ResponseScoringTransformer(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, context, SavedAs) => ColumnMap = MakeColumns();

    private protected override IColumnMap ColumnMap { get; }

    private protected override VersionInfo Version => SavedAs;

    private protected override void ReadOwn(ModelLoadContext context) =>
        (_outputColumn, _responseColumn) = (context.LoadNonEmptyString(), context.LoadNonEmptyString());

    private protected override void WriteOwn(ModelSaveContext context)
    {
        context.SaveNonEmptyString(_outputColumn);
        context.SaveNonEmptyString(_responseColumn);
    }

    private ColumnMap<float> MakeColumns()
    {
        var scorer = new RowScorer(Model, Options, Warn);
        return new ColumnMap<float>(
            [("prompt", Options.PromptColumnName), ("response", _responseColumn)],
            [ComputedColumn<float>.Single(_outputColumn, "Score", reward => reward)],
            () => new PairBatch<float>(scorer, rewards => rewards[0]));
    }
}
