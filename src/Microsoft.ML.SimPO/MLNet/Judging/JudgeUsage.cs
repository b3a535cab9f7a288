namespace Microsoft.ML.SimPO;

/// <summary>What a judge was asked.</summary>
/// <param name="Cached">Comparisons that stood in the cache.</param>
/// <param name="Retried">Calls that failed and were made again.</param>
/// <param name="InputTokens">Of prompts, as the judge counts them.</param>
/// <param name="OutputTokens">Of replies.</param>
internal readonly record struct JudgeUsage(int Cached, int Retried, long InputTokens, long OutputTokens);
