using System.Reflection;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

/// <summary>What a saved model needs for scoring and generating: scoring options by name, the method, its reward and its target margin.</summary>
internal static class SavedOptions
{
    private const int MaxValues = 1000;

    private static IEnumerable<OptionProperty> Saved => OptionProperty.Of(typeof(ScoringOptions)).Where(o => !o.IsLocation);

    public static void Write(ModelSaveContext context, ScoringOptions options)
    {
        (string Name, string Text)[] values = [.. Saved.Select(o => (o.Name, o.Text(options)))];
        context.Writer.Write(values.Length);
        foreach ((string name, string text) in values)
        {
            context.Writer.Write(name); // BinaryWriter's own strings: the method's may be empty
            context.Writer.Write(text);
        }
        SavedReward reward = SavedReward.Of(options.Reward);
        context.Writer.Write(options.Method);
        context.Writer.Write(options.TargetMargin);
        context.Writer.Write(reward.Name);
        context.Writer.Write(reward.Numbers.Count);
        foreach ((string name, double number) in reward.Numbers)
        {
            context.Writer.Write(name);
            context.Writer.Write(number);
        }
    }

    /// <exception cref="InvalidDataException">A value is out of range, or no registered assembly declares the reward.</exception>
    public static ScoringOptions Read(IHostEnvironment environment, ModelLoadContext context)
    {
        ScoringOptions options = context.Header.ModelVerWritten < SavedVersion.Named ? ReadUnnamed(context) : ReadNamed(environment, context);
        string[] faults = [.. options.Faults()];
        return faults.Length == 0 ? options : throw Damaged(string.Join(Environment.NewLine, faults));
    }

    private static ScoringOptions ReadNamed(IHostEnvironment environment, ModelLoadContext context)
    {
        BinaryReader reader = context.Reader;
        var options = new ScoringOptions();
        foreach ((string name, string text) in Values(reader, BoundedBytes.ReadText))
        {
            OptionProperty option = Saved.FirstOrDefault(o => o.Name == name) ?? throw Damaged($"`{name}` is no option.");
            if (!option.TrySet(options, text)) throw Damaged($"`{name}` is '{text}'.");
        }
        (string method, double margin, string reward) = (BoundedBytes.ReadText(reader), reader.ReadDouble(), BoundedBytes.ReadText(reader));
        if (!double.IsFinite(margin)) throw Damaged("its target margin is no number.");
        Dictionary<string, double> numbers = new(Values(reader, r => r.ReadDouble()).Select(v => KeyValuePair.Create(v.Name, v.Value)), StringComparer.Ordinal);
        return options.With(method, new SavedReward(reward, numbers).Restore(Registered(environment)), margin);
    }

    /// <summary>What was written when all models were SimPO's: values in a fixed order.</summary>
    private static ScoringOptions ReadUnnamed(ModelLoadContext context)
    {
        string prompt = context.LoadNonEmptyString(), chosen = context.LoadNonEmptyString(), rejected = context.LoadNonEmptyString();
        (float beta, float ratio) = (context.Reader.ReadSingle(), context.Reader.ReadSingle());
        return new ScoringOptions
        {
            PromptColumnName = prompt,
            ChosenColumnName = chosen,
            RejectedColumnName = rejected,
            Beta = beta,
            TargetMargin = beta * ratio,
            MaxLength = context.Reader.ReadInt32(),
            MaxPromptLength = context.Reader.ReadInt32(),
            TokensPerMicroBatch = context.Reader.ReadInt32(),
            ApplyChatTemplate = context.Reader.ReadBoolean(),
            Compatibility = (Compatibility)context.Reader.ReadInt32(),
        };
    }

    private static (string Name, T Value)[] Values<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        int count = reader.ReadInt32();
        if (count is < 0 or > MaxValues) throw Damaged(FormattableString.Invariant($"it claims to hold {count} values."));
        return [.. Enumerable.Range(0, count).Select(_ => (BoundedBytes.ReadText(reader), read(reader)))];
    }

    /// <summary>The assemblies that the program registered with ML.NET, which is how that knows other components too.</summary>
    private static IEnumerable<Assembly> Registered(IHostEnvironment environment)
    {
        ComponentCatalog catalog = environment.ComponentCatalog;
        string[] names;
        lock (catalog._lock) names = [.. catalog._cachedAssemblies];
        return AppDomain.CurrentDomain.GetAssemblies().Where(a => names.Contains(a.FullName, StringComparer.Ordinal));
    }

    private static InvalidDataException Damaged(string what) => new($"The saved model is damaged: {what}");
}
