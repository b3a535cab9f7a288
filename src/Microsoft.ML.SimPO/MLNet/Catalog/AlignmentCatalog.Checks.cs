using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Checks;
using Microsoft.ML.SimPO.Text.Encoders;

// Several overloads with optional parameters: each has a first parameter of its own type, so that no call can mean two of them.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

/// <content>Looking at data before anything is trained on it.</content>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Looks for the faults that preference data have and no trainer tells: swapped or contradicting labels, answers that were cut or printed as lists, another
    /// format's marks, prompts of the test set, and so on. The rows are read once; nothing is changed.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="modelPath">
    /// The folder of the model that is to be trained, of which tokenizer and chat template are read; null to leave out what only they can tell.
    /// </param>
    /// <param name="testPath">The data that the model is to be tested on: their prompts must not be among those of <paramref name="path"/>. Null for none.
    /// </param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was found, the worst first.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder, or no tokenizer in the model's.</exception>
    /// <exception cref="InvalidDataException">The data are damaged or hold no rows, or a file of the model is malformed.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public DataCheck Check(
        string path, string? modelPath = null, string? testPath = null, DataCheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using IChannel channel = Channel("Check");
        var reader = CheckedRowReader.Of(path, options?.Loading, channel.Info);
        var test = testPath is null ? null : new TestPrompts(PreferenceReader.TestRows(testPath));
        return Checker(modelPath, test, options).Check(reader, cancellationToken);
    }

    /// <inheritdoc cref="Check(string, string?, string?, DataCheckOptions?, CancellationToken)"/>
    /// <param name="data">Of any layout, also what <c>LoadPreferences</c> gave.</param>
    /// <param name="testData">The data that the model is to be tested on: their prompts must not be among those of <paramref name="data"/>. Null for none.
    /// </param>
    public DataCheck Check(
        IDataView data, string? modelPath = null, IDataView? testData = null, DataCheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using IChannel channel = Channel("Check");
        var reader = CheckedRowReader.Of(data, options?.Loading, channel.Info);
        var test = testData is null ? null : new TestPrompts(PreferenceReader.ReadLocated(testData).Select(located => located.Row));
        return Checker(modelPath, test, options).Check(reader, cancellationToken);
    }

    /// <summary>
    /// Shows the first rows as the model gets them: prompt and answers with special tokens visible, ids, counts, what was cut, what is dropped and why.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="modelPath">The folder of the model, of which tokenizer and chat template are read.</param>
    /// <param name="rows">How many rows. At least 1; default 5.</param>
    /// <param name="options">Lengths, chat template and so on, as a trainer's options have them; null for the defaults.</param>
    /// <param name="loading">How the data are read; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder, or no tokenizer in the model's.</exception>
    /// <exception cref="InvalidDataException">The data are damaged or no pairs, or a file of the model is malformed.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PreferencePreview Preview(
        string path, string modelPath, int rows = 5, ScoringOptions? options = null, PreferenceLoadOptions? loading = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using IChannel channel = Channel("Preview");
        return Preview(CheckedRowReader.Of(path, loading, channel.Info), modelPath, rows, options);
    }

    /// <inheritdoc cref="Preview(string, string, int, ScoringOptions?, PreferenceLoadOptions?)"/>
    /// <param name="data">Of any layout, also what <c>LoadPreferences</c> gave.</param>
    public PreferencePreview Preview(
        IDataView data, string modelPath, int rows = 5, ScoringOptions? options = null, PreferenceLoadOptions? loading = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        using IChannel channel = Channel("Preview");
        return Preview(CheckedRowReader.Of(data, loading, channel.Info), modelPath, rows, options);
    }

    private static PreferencePreview Preview(CheckedRowReader reader, string modelPath, int rows, ScoringOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelPath);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        options ??= new ScoringOptions();
        PreferenceEncoderOptions encoding = options.Encoding();
        encoding.Validate();
        return RowPreview.Of(reader, new CheckedModel(modelPath, encoding, options.ChatTemplate), rows);
    }

    private IChannel Channel(string work) => ((IHostEnvironment)_context).RegisterOwn("PreferenceLoader").Start(work);

    private static DataChecker Checker(string? modelPath, TestPrompts? test, DataCheckOptions? options)
    {
        options ??= new DataCheckOptions();
        var encoding = new PreferenceEncoderOptions
        {
            MaxLength = options.MaxLength,
            ApplyChatTemplate = options.ApplyChatTemplate,
            EmptyAnswers = EmptyAnswers.Keep,
        };
        encoding.Validate();
        return new DataChecker(modelPath is null ? null : new CheckedModel(modelPath, encoding), test, options.MaxLength);
    }
}
