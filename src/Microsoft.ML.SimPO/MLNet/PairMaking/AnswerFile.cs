using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>Answers to prompts in a file, a line for each prompt behind one that says which model wrote them, and how.</summary>
internal sealed class AnswerFile : IDisposable
{
    private const long MaxBytes = 16L << 30;

    private readonly LineFile _file;

    /// <exception cref="InvalidOperationException">The file holds the answers of another model, or to other options.</exception>
    /// <exception cref="InvalidDataException">A line is none of such a file.</exception>
    /// <exception cref="IOException">It cannot be read or written, or another has it.</exception>
    public AnswerFile(string path, string origin)
    {
        _file = new LineFile(path, MaxBytes);
        try
        {
            if (_file.Lines.Count == 0) _file.Add(JsonSerializer.SerializeToUtf8Bytes(new Head(origin)));
            else Read(path, origin);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Of each prompt that was answered before.</summary>
    public Dictionary<string, string[]> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>What tells one run from another: the model, how it samples, and how often.</summary>
    public static string Origin(AlignmentTransformer model, PairMakingOptions options) =>
        Origin(model, FormattableString.Invariant($"{options.Samples} samples, {options.Sampling}"));

    /// <param name="how">How often it samples, and how.</param>
    public static string Origin(AlignmentTransformer model, string how)
    {
        using ModelLease lease = model.Model.Enter();
        return $"model {ReferenceFingerprint.Of(lease.Decoder, model.Model.Files, model.Options.Reward)}, {how}";
    }

    public void Add(string prompt, string[] answers) => _file.Add(JsonSerializer.SerializeToUtf8Bytes(new Line(prompt, answers)));

    public void Dispose() => _file.Dispose();

    private void Read(string path, string origin)
    {
        for (int i = 0; i < _file.Lines.Count; i++)
        {
            try
            {
                if (i == 0) Check(path, JsonSerializer.Deserialize<Head>(_file.Lines[i])?.Origin ?? throw new JsonException("no origin."), origin);
                else Read(JsonSerializer.Deserialize<Line>(_file.Lines[i]));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException(
                    FormattableString.Invariant($"'{path}' line {i + 1} holds no answers: {e.Message} Give another `AnswersPath`."), e);
            }
        }
    }

    private void Read(Line? line)
    {
        if (line is not { Prompt: { } prompt, Answers: { } answers } || answers.Contains(null)) throw new JsonException("no prompt with its answers.");
        Known[prompt] = answers;
    }

    private static void Check(string path, string found, string origin)
    {
        if (found == origin) return;
        throw new InvalidOperationException($"'{path}' holds answers of another model, or to other options. Give another `AnswersPath`, or delete it."
            + $"{Environment.NewLine}They are of: {found}{Environment.NewLine}This is: {origin}");
    }

    private sealed record Head(string Origin);

    private sealed record Line(string Prompt, string[] Answers);
}
