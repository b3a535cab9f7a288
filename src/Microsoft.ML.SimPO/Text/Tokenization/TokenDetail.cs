namespace Microsoft.ML.SimPO.Text;

/// <summary>How much is asked of an encoding.</summary>
internal enum TokenDetail
{
    Count,
    Ids,
    Places,
}
