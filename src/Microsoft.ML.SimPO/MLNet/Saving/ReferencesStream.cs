using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>What a saved model has of its reference model: the log-probabilities that its run computed, and whether it is itself without adapter.</summary>
internal static class ReferencesStream
{
    private const string Name = "References";

    public static void Save(ModelSaveContext context, LanguageModel model)
    {
        if (model.References is not { } references) return;
        context.SaveBinaryStream(Name, writer =>
        {
            writer.Write(references.IsBase);
            writer.Write((references.Known ?? new ReferenceTable(new string('0', 64), false)).ToBytes());
        });
    }

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Load(ModelLoadContext context, LanguageModel model, IReward reward) => context.TryLoadBinaryStream(Name, reader =>
    {
        bool isBase = reader.ReadBoolean();
        ReferenceTable table = ReferenceTable.Read(reader.BaseStream, reward.WeighsTokens);
        ReferenceTable? known = table.Count > 0 ? table : null; // an empty one stands for none, and is of no model
        model.References = isBase ? ModelReferences.OfBase(known, model) : new ModelReferences(known, null);
    });
}
