using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO;

/// <content>What Microsoft.ML.Tokenizers asks of a tokenizer; no special tokens are added there.</content>
public sealed partial class HfTokenizer
{
    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Decode(ids as int[] ?? [.. ids], skipSpecialTokens: false);
    }

    /// <summary>Decodes as many ids as have room in <paramref name="destination"/>.</summary>
    /// <param name="ids">Any ids.</param>
    /// <param name="destination">Takes the text.</param>
    /// <param name="idsConsumed">The ids that were decoded.</param>
    /// <param name="charsWritten">The length of their text.</param>
    /// <returns><see cref="OperationStatus.DestinationTooSmall"/> if ids are left.</returns>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] all = [.. ids];
        HfIncrementalDecoder decoder = CreateIncrementalDecoder(skipSpecialTokens: false);
        (idsConsumed, charsWritten) = (0, 0);
        int pending = 0;
        for (int i = 0; i <= all.Length; i++)
        {
            string part = i < all.Length ? decoder.Append(all[i]) : decoder.Flush();
            if (part.Length > destination.Length - charsWritten) return OperationStatus.DestinationTooSmall;
            part.CopyTo(destination[charsWritten..]);
            charsWritten += part.Length;
            pending++;
            if (part.Length == 0 && i < all.Length) continue;
            idsConsumed = Math.Min(idsConsumed + pending, all.Length);
            pending = 0;
        }
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        HfEncoding encoding = EncodeWithOffsets(text, addSpecialTokens: false);
        int count = Math.Min(encoding.Ids.Count, settings.MaxTokenCount);
        var tokens = new EncodedToken[count];
        for (int i = 0; i < count; i++)
            tokens[i] = new EncodedToken(encoding.Ids[i], encoding.Tokens[i], new Range(encoding.Offsets[i].Start, encoding.Offsets[i].End));
        return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = Consumed(text, encoding, count) };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        text ??= textSpan.ToString();
        int[] ids = Encode(text, addSpecialTokens: false);
        if (ids.Length <= settings.MaxTokenCount) return new EncodeResults<int> { Tokens = ids, CharsConsumed = text.Length };
        HfEncoding encoding = EncodeWithOffsets(text, addSpecialTokens: false);
        return new EncodeResults<int> { Tokens = ids[..settings.MaxTokenCount], CharsConsumed = Consumed(text, encoding, settings.MaxTokenCount) };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        Math.Min(CountTokens(text ?? textSpan.ToString(), addSpecialTokens: false), settings.MaxTokenCount);

    /// <summary>How much of the text the first tokens stand for.</summary>
    private static int Consumed(string text, HfEncoding encoding, int count)
    {
        if (count == encoding.Ids.Count) return text.Length;
        int end = 0;
        for (int i = 0; i < count; i++) end = Math.Max(end, encoding.Offsets[i].End);
        return end;
    }
}
