using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

/// <summary>Has a chat model say which of two answers to a prompt is the better one, each two in both orders, for judges like a place.</summary>
internal sealed partial class PairwiseJudge(IChatClient client, JudgeOptions options, VerdictCache cache)
{
    /// <summary>So many calls in a row that failed end the work: the judge is not there.</summary>
    private const int Hopeless = 8;

    private readonly string _name = Name(client);
    private int _failedInRow;
    private long _inputTokens, _outputTokens;

    /// <summary>Calls that failed and were made again.</summary>
    private int _retried;

    /// <summary>Comparisons that stood in the cache.</summary>
    private int _cached;

    private Exception? _lastFault;

    public JudgeUsage Usage => new(_cached, _retried, _inputTokens, _outputTokens);

    /// <returns>Of each row what the judge says of (answer, baseline) and of (baseline, answer); null where the calls failed.</returns>
    /// <exception cref="InvalidOperationException">No call came through.</exception>
    public (Verdict? AnswerFirst, Verdict? BaselineFirst)[] Compare(IReadOnlyList<Comparison> rows, CancellationToken cancellationToken)
    {
        Comparison[] distinct = [.. rows.Concat(rows.Select(r => r.Turned)).Where(r => r.First != r.Second).Distinct()];
        Dictionary<Comparison, Verdict?> said = [];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken };
        Parallel.ForEachAsync(distinct, parallel, async (comparison, token) =>
        {
            Verdict? verdict = await Ask(comparison, token).ConfigureAwait(false);
            lock (said) said[comparison] = verdict;
        }).GetAwaiter().GetResult();
        if (distinct.Length > 0 && said.Values.All(v => v is null))
            throw new InvalidOperationException(
                $"The judge answered none of {distinct.Length} comparisons. The last fault was: {_lastFault!.Message}", _lastFault);
        Verdict? Of(Comparison c) => c.First == c.Second ? Verdict.Tie : said[c]; // nobody need be asked about two that are one
        return [.. rows.Select(r => (Of(r), Of(r.Turned)))];
    }

    private async Task<Verdict?> Ask(Comparison comparison, CancellationToken cancellationToken)
    {
        string key = VerdictCache.Key(_name, options.Instruction, comparison.Prompt, comparison.First, comparison.Second);
        if (cache.Find(key) is { } known)
        {
            Interlocked.Increment(ref _cached);
            return known;
        }
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                Verdict verdict = await Call(comparison, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _failedInRow, 0);
                cache.Add(key, verdict);
                return verdict;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                _lastFault = fault;
                if (Volatile.Read(ref _failedInRow) >= Hopeless) throw Gone(fault);
                if (attempt == options.Retries)
                {
                    if (Interlocked.Increment(ref _failedInRow) >= Hopeless) throw Gone(fault);
                    return null;
                }
                Interlocked.Increment(ref _retried);
                await options.Wait(TimeSpan.FromSeconds(Math.Pow(2, Math.Min(attempt, 6))), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static InvalidOperationException Gone(Exception fault) =>
        new($"The judge failed {Hopeless} comparisons in a row, the last with: {fault.Message} What it said before is kept where `CachePath` is set.", fault);

    private async Task<Verdict> Call(Comparison comparison, CancellationToken cancellationToken)
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, options.Instruction),
            new(ChatRole.User, $"Request:\n{comparison.Prompt}\n\nAnswer A:\n{comparison.First}\n\nAnswer B:\n{comparison.Second}"),
        ];
        var few = new ChatOptions { Temperature = 0, MaxOutputTokens = 16 };
        ChatResponse reply = await client.GetResponseAsync(messages, few, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _inputTokens, reply.Usage?.InputTokenCount ?? 0);
        Interlocked.Add(ref _outputTokens, reply.Usage?.OutputTokenCount ?? 0);
        return Letter().Match(reply.Text.ToUpperInvariant()).Value switch
        {
            "A" => Verdict.First,
            "B" => Verdict.Second,
            "T" => Verdict.Tie,
            _ => Verdict.Unclear,
        };
    }

    private static string Name(IChatClient client)
    {
        var metadata = client.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
        return $"{metadata?.ProviderName}/{metadata?.DefaultModelId}";
    }

    /// <summary>The first letter that stands by itself.</summary>
    [GeneratedRegex(@"\b[ABT]\b", RegexOptions.CultureInvariant)]
    private static partial Regex Letter();

    /// <summary>Two answers to a prompt in the order in which they are shown.</summary>
    public readonly record struct Comparison(string Prompt, string First, string Second)
    {
        public Comparison Turned => new(Prompt, Second, First);
    }
}
