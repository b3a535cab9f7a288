using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Microsoft.ML.SimPO;

/// <summary>One answer as it is written, on a thread of its own. Whoever stops reading ends the work.</summary>
internal static class AnswerStream
{
    /// <param name="onEnd">Told the whole answer before the stream ends.</param>
    public static async IAsyncEnumerable<string> Read(
        AnswerWriter writer, int[] prompt, GenerationOptions options, Action<GeneratedText>? onEnd, [EnumeratorCancellation]
            CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task<GeneratedText> work = Task.Factory.StartNew(
            () => Write(writer, prompt, options, pieces.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return piece;
            GeneratedText answer = await work.ConfigureAwait(false); // also where nobody asks for it: what went wrong is known here alone
            onEnd?.Invoke(answer);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    private static GeneratedText Write(
        AnswerWriter writer, int[] prompt, GenerationOptions options, ChannelWriter<string> pieces, CancellationToken cancellationToken)
    {
        try
        {
            return writer.Write([(prompt, 0)], options, (_, text) => pieces.TryWrite(text), cancellationToken)[0];
        }
        finally
        {
            pieces.TryComplete(); // a failure is the task's
        }
    }
}
