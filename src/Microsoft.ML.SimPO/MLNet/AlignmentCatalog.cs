using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>What <c>mlContext.Alignment</c> offers.</summary>
public sealed partial class AlignmentCatalog
{
    private readonly MLContext _context;

    internal AlignmentCatalog(MLContext context)
    {
        _context = context;
        Trainers = new AlignmentTrainers(context);
    }

    /// <summary>The trainers.</summary>
    public AlignmentTrainers Trainers { get; }

    /// <summary>A model folder as it is, without tuning: scores pairs and generates.</summary>
    /// <param name="modelPath">A folder in Hugging Face layout.</param>
    /// <param name="options">Columns, beta and lengths; its <see cref="SimPOTrainer.Options.ModelPath"/> is not used. Null for the defaults.</param>
    public SimPOTransformer LoadModel(string modelPath, SimPOTrainer.Options? options = null)
    {
        SimPOTrainer.Options own = (options ?? new SimPOTrainer.Options()).Copy();
        own.ModelPath = modelPath;
        own.Validate();
        return SimPOTransformer.FromFolder(_context, own);
    }

    /// <summary>Judges what <see cref="SimPOTransformer.Transform"/> gave.</summary>
    /// <param name="data">With the columns that the transformer adds.</param>
    /// <param name="targetMargin">Subtracted from every margin in the log-loss: beta times gamma_beta_ratio for the loss that training minimises. Default 0.</param>
    /// <param name="chosenRewardColumnName">The rewards of the chosen answers.</param>
    /// <param name="rejectedRewardColumnName">The rewards of the rejected answers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not a number.</exception>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public AlignmentMetrics Evaluate(IDataView data, double targetMargin = 0,
        string chosenRewardColumnName = ScoreColumns.ChosenReward, string rejectedRewardColumnName = ScoreColumns.RejectedReward)
    {
        ArgumentNullException.ThrowIfNull(data);
        IHost host = ((IHostEnvironment)_context).Register("AlignmentEvaluator");
        return MetricsReader.Read(host, data, targetMargin, chosenRewardColumnName, rejectedRewardColumnName);
    }
}
