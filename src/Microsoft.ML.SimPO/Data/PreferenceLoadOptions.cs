using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>How preference data is read. With no option set, container, split and layout are recognised.</summary>
public sealed class PreferenceLoadOptions
{
    /// <summary>How the fields make a pair. Default: recognised by the fields.</summary>
    public PreferenceFormat Format { get; set; } = PreferenceFormat.Auto;

    /// <summary>The columns to read, where they have names that are not recognised. Default: recognised by their names.</summary>
    public PreferenceColumns Columns { get; set; } = new();

    /// <summary>
    /// The split of a folder: its name, or its beginning. Default: null, which takes <c>train</c>; where there is none <c>train_prefs</c>;
    /// where there is none everything that starts with <c>train</c>; and a folder without splits as a whole.
    /// </summary>
    public string? Split { get; set; }

    /// <summary>What happens with rows that cannot be read. Default: they are left out and counted.</summary>
    public MalformedRows MalformedRows { get; set; } = MalformedRows.Skip;

    /// <summary>
    /// Whether pairs of texts or messages are taken as TRL 1.16's data preparation takes them, for a fit with <see cref="Compatibility.Trl116"/>: with answers
    /// that say nothing, content that is null, sides that part before the assistant's turn, a prompt that stands in the sides too, empty lists of tools and
    /// calls, and calls that are written flat. Other fits refuse such rows, or read them as what they mean. Default: false.
    /// </summary>
    public bool AsGiven { get; set; }

    /// <summary>The pairs that are made of several answers with scores. Default: the best against the worst.</summary>
    public RatedPairs RatedPairs { get; set; } = RatedPairs.BestAndWorst;

    /// <summary>Smallest difference of scores, at least 0, for answers with scores to be a pair. Equal scores never are. Default: 0.</summary>
    public float MinimumRatingGap { get; set; }

    /// <summary>Most rows to read; those after it are not looked at. At least 1. Default: null, all.</summary>
    public long? MaxRows { get; set; }

    /// <summary>Longest row in bytes, 1 KiB to 1 GiB. Default: 64 MiB.</summary>
    public int MaxRowBytes { get; set; } = 64 << 20;

    /// <summary>
    /// How many times a file's own length its content may have once it is decompressed, beside 256 MiB that any may have: a small file that claims terabytes is
    /// refused before it takes them. Of what must be decompressed whole, buffers of Arrow and pages of Parquet, 64 MiB and a tenth of that may be in memory at
    /// once. At least 1; text is compressed 3 to 20 times. Null trusts the files. Default: 200.
    /// </summary>
    public int? MaxExpansion { get; set; } = 200;

    /// <summary>
    /// Whether the pairs come in random order, which holds all of them in memory. The order depends on <see cref="Seed"/> and the pairs alone. A trainer
    /// shuffles what it has encoded by itself. Default: false.
    /// </summary>
    public bool Shuffle { get; set; }

    /// <summary>Decides the order of <see cref="Shuffle"/> and which pairs the fractions of a mixture take. Default: 42.</summary>
    public long Seed { get; set; } = 42;

    /// <summary>
    /// The columns of a data view that is read, null for other data: each prompt that is text may be messages as JSON there, as in this library's own, and a
    /// column may say what its prompts were.
    /// </summary>
    internal DataViewSchema? View { get; set; }

    /// <summary>Whether a fraction of a part of a mixture is its first rows, as the SimPO repository's scripts take them; else a random choice.</summary>
    internal bool FractionsTakeFirst { get; set; }

    /// <summary>A copy of options, or of the defaults, that nobody else changes.</summary>
    /// <exception cref="ArgumentException">Lists every option that is out of range.</exception>
    internal static PreferenceLoadOptions Own(PreferenceLoadOptions? options)
    {
        PreferenceLoadOptions own = options?.Copy() ?? new PreferenceLoadOptions();
        own.Validate();
        return own;
    }

    internal PreferenceLoadOptions Copy() => (PreferenceLoadOptions)MemberwiseClone();

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Reading", this);

    /// <exception cref="ArgumentException">Lists every option that is out of range.</exception>
    internal void Validate()
    {
        var faults = new List<string>();
        if (!Enum.IsDefined(Format)) faults.Add(OptionFaults.Enum(nameof(Format), Format));
        if (!Enum.IsDefined(MalformedRows)) faults.Add(OptionFaults.Enum(nameof(MalformedRows), MalformedRows));
        if (!Enum.IsDefined(RatedPairs)) faults.Add(OptionFaults.Enum(nameof(RatedPairs), RatedPairs));
        if (!(MinimumRatingGap >= 0) || float.IsInfinity(MinimumRatingGap))
            faults.Add(OptionFaults.Number(nameof(MinimumRatingGap), "at least 0", MinimumRatingGap, "Use 0 to take every pair whose scores differ."));
        if (MaxRows < 1) faults.Add(OptionFaults.Number(nameof(MaxRows), "at least 1", MaxRows.Value, "Use null to read all rows."));
        if (MaxRowBytes is < 1024 or > 1 << 30)
            faults.Add(OptionFaults.Number(nameof(MaxRowBytes), "from 1024 to 1073741824", MaxRowBytes, "Use 67108864, the default."));
        if (MaxExpansion < 1) faults.Add(OptionFaults.Number(nameof(MaxExpansion), "at least 1", MaxExpansion.Value, "Use 200, or null to trust the files."));
        if (Columns is null) faults.Add($"`{nameof(Columns)}` must not be null. Use `new PreferenceColumns()`.");
        if (Split is { } split && string.IsNullOrWhiteSpace(split)) faults.Add($"`{nameof(Split)}` must not be blank. Use null for the train split.");
        OptionFaults.Throw(faults);
    }
}
