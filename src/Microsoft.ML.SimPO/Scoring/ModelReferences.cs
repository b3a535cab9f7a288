using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>
/// What a model scores with beside its own weights where its reward is over a reference model: the log-probabilities that its run computed, and the reference
/// model for all other answers, which is opened when it is first needed. Safe on several threads at once.
/// </summary>
/// <param name="known">What the run computed; null for nothing.</param>
/// <param name="open">Opens the reference model, which belongs to this then; null where there is none at hand.</param>
internal sealed class ModelReferences(ReferenceTable? known, Func<LanguageModel>? open) : IDisposable
{
    private readonly Lazy<LanguageModel>? _reference = open is null ? null : new Lazy<LanguageModel>(open);

    /// <summary>What the run computed; null for nothing.</summary>
    public ReferenceTable? Known => known;

    /// <summary>Whether the reference is the model without its adapter, which a saved model has too.</summary>
    public bool IsBase { get; init; }

    /// <summary>Rows with what the reference model gives to their answers.</summary>
    /// <param name="method">For messages.</param>
    /// <exception cref="InvalidOperationException">An answer is not known, and there is no reference model.</exception>
    public IReadOnlyList<EncodedPrompt> Fill(IReadOnlyList<EncodedPrompt> rows, IReward reward, string method, int tokensPerPass)
    {
        (EncodedPrompt Row, double[]? Found)[] found = [.. rows.Select(r => (r, known?.Find(r)))];
        EncodedPrompt[] unknown = [.. found.Where(f => f.Found is null).Select(f => f.Row)];
        if (unknown.Length == 0) return [.. found.Select(f => f.Row.WithReferences(f.Found!))];
        if (_reference is null) throw Missing(unknown, method);
        var own = new ReferenceTable(known?.Model ?? "", reward.WeighsTokens); // what is scored later is not the run's, and does not stay
        EncodedPrompt[] computed = new ReferenceScorer(own, reward, tokensPerPass).Fill(unknown, () => _reference.Value.Decoder, CancellationToken.None);
        int next = 0;
        return [.. found.Select(f => f.Found is { } values ? f.Row.WithReferences(values) : computed[next++])];
    }

    /// <summary>The same for another model over the same weights. A reference model that is in memory is shared.</summary>
    /// <param name="model">Where the reference is the model without its adapter, that of this.</param>
    public ModelReferences For(LanguageModel model)
    {
        if (IsBase) return OfBase(Known, model);
        return _reference is { IsValueCreated: true } ? Over(Known, _reference.Value.Share(withAdapter: true)) : new ModelReferences(Known, open);
    }

    public void Dispose()
    {
        if (_reference is { IsValueCreated: true }) _reference.Value.Dispose();
    }

    /// <summary>Where the reference is the model below its adapter, it is in memory already.</summary>
    public static ModelReferences OfBase(ReferenceTable? known, LanguageModel model) =>
        new(known, () => model.Share(withAdapter: false)) { IsBase = true };

    /// <summary>Over a model that is open, which belongs to this then, whether anything is scored or not.</summary>
    public static ModelReferences Over(ReferenceTable? known, LanguageModel reference)
    {
        var references = new ModelReferences(known, () => reference);
        _ = references._reference!.Value;
        return references;
    }

    private static InvalidOperationException Missing(EncodedPrompt[] unknown, string method)
    {
        const int listed = 8;
        string rows = string.Join(", ", unknown.Take(listed).Select(r => FormattableString.Invariant($"{r.Row}"))) + (unknown.Length > listed ? ", ..." : "");
        string which = unknown.Length == 1 ? $"Row {rows} is none" : $"Rows {rows} are none";
        string name = method.Length > 0 ? method : "such a model";
        return new InvalidOperationException(
            $"{which} of those that the model was tuned with, and the reward of {name} needs what the reference model gives to them. "
            + "Name that model: `model.WithReference(\"its folder\")`.");
    }
}
