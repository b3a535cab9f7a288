using Microsoft.ML.SimPO.Data;

// Several overloads with optional parameters: each has a first parameter of its own type, so that no call can mean two of them.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Reads preference pairs from a file or folder: JSON, JSON Lines (both also as gz), CSV, TSV, Parquet or Arrow. Container, split and layout are
    /// recognised, and one Info line says how. Files are streamed: each pass over the view reads them again.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="filters">
    /// What to leave out beside rows that are no pairs; null for nothing. What is left out is counted in warnings, each with an example.
    /// </param>
    /// <returns>
    /// Columns <c>Prompt</c> (text, or chat messages as a JSON array of <c>role</c> and <c>content</c> where there is a system message or an earlier
    /// turn), <c>Chosen</c>, <c>Rejected</c>, and where the data has them <c>ScoreChosen</c> and <c>ScoreRejected</c> (NaN for none).
    /// </returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The data is damaged or does not hold pairs; also from a pass over the view.</exception>
    /// <exception cref="ArgumentException">An option is out of range; all that are get listed.</exception>
    public IDataView LoadPreferences(string path, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null) =>
        Pipeline(PairSource.Of(path, options), filters, null).Load();

    /// <summary>Brings several files and folders together, each with a fraction of its pairs: the <c>dataset_mixer</c> of alignment recipes.</summary>
    /// <param name="mixture">The parts, in the order in which they come unless <see cref="PreferenceLoadOptions.Shuffle"/> is set.</param>
    /// <param name="options">For all parts; <see cref="PreferenceLoadOptions.Seed"/> decides which pairs a fraction takes. Null for the defaults.</param>
    /// <param name="filters">What to leave out of the mixture; null for nothing.</param>
    /// <inheritdoc cref="LoadPreferences(string, PreferenceLoadOptions?, PreferenceFilterOptions?)" path="/*[self::returns or self::exception]"/>
    public IDataView LoadPreferences(IReadOnlyList<MixturePart> mixture, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null) =>
        Pipeline(PairSource.Of(mixture, options), filters, null).Load();

    /// <summary>Makes preference pairs of a data view of any layout, a <c>DataFrame</c> among them.</summary>
    /// <param name="data">With columns of text, numbers, truth values, or vectors of text or numbers.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="filters">What to leave out beside rows that are no pairs; null for nothing.</param>
    /// <inheritdoc cref="LoadPreferences(string, PreferenceLoadOptions?, PreferenceFilterOptions?)" path="/*[self::returns or self::exception]"/>
    public IDataView LoadPreferences(IDataView data, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null) =>
        Pipeline(PairSource.Of(data, options), filters, null).Load();

    /// <summary>Counts what is in preference data: rows kept and dropped by reason, lengths, length bias, duplicates, turns.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="filters">What to leave out beside rows that are no pairs; null for nothing.</param>
    /// <param name="modelPath">
    /// A model's folder: lengths are counted in its tokens, as training would encode the pairs. Null for those of
    /// <see cref="PreferenceFilterOptions.ModelPath"/>, or for characters.
    /// </param>
    /// <param name="limits">Limits of which the statistics say what share of the rows they would cut; null for none.</param>
    /// <returns>A record that prints as a table.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The data is damaged or does not hold pairs.</exception>
    /// <exception cref="ArgumentException">An option is out of range; all that are get listed.</exception>
    public PreferenceStatistics DescribePreferences(
        string path, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null, string? modelPath = null,
        StatisticsLimits? limits = null) =>
        Pipeline(PairSource.Of(path, options), filters, modelPath).Describe(limits);

    /// <inheritdoc cref="DescribePreferences(string, PreferenceLoadOptions?, PreferenceFilterOptions?, string?, StatisticsLimits?)"/>
    /// <param name="mixture">Files and folders, each with the fraction to take.</param>
    public PreferenceStatistics DescribePreferences(
        IReadOnlyList<MixturePart> mixture, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null, string? modelPath = null,
        StatisticsLimits? limits = null) =>
        Pipeline(PairSource.Of(mixture, options), filters, modelPath).Describe(limits);

    /// <inheritdoc cref="DescribePreferences(string, PreferenceLoadOptions?, PreferenceFilterOptions?, string?, StatisticsLimits?)"/>
    /// <param name="data">Of any layout, also what <c>LoadPreferences</c> gave.</param>
    public PreferenceStatistics DescribePreferences(
        IDataView data, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null, string? modelPath = null,
        StatisticsLimits? limits = null) =>
        Pipeline(PairSource.Of(data, options), filters, modelPath).Describe(limits);

    /// <summary>
    /// Writes pairs so that <c>LoadPreferences</c> and Hugging Face's <c>datasets</c> and trainers read them: <c>prompt</c>, <c>chosen</c> and
    /// <c>rejected</c> as lists of <c>role</c> and <c>content</c>, and the scores where the view has them.
    /// </summary>
    /// <param name="data">What <c>LoadPreferences</c> gave, or a view with such columns.</param>
    /// <param name="path">
    /// A file that ends in <c>.jsonl</c>, <c>.json</c> (JSON Lines too) or <c>.parquet</c>. It appears, or replaces another, once it is whole.
    /// </param>
    /// <returns>The number of pairs written.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> ends in something else.</exception>
    /// <exception cref="InvalidDataException">A row is no pair; nothing is written.</exception>
    public long SavePreferences(IDataView data, string path) => PreferencePipeline.Save(_context, data, path);

    private PreferencePipeline Pipeline(PairSource source, PreferenceFilterOptions? filters, string? modelPath) => new(_context, source, filters, modelPath);
}
