namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>How much is asked of an encoding.</summary>
internal enum TokenDetail
{
    Count,
    Ids,
    Places,
}
