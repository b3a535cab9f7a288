namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Makes ids of rows in the way of another trainer.</summary>
internal interface IRowEncoder
{
    /// <param name="rejected">Null for a prompt with one answer.</param>
    /// <returns>Null for a row that is dropped.</returns>
    EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters);

    /// <summary>The pair with its texts and all that was made of them; not counted.</summary>
    EncodingDetail Examine(string prompt, string chosen, string rejected);
}
