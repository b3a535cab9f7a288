namespace Microsoft.ML.SimPO.Data;

/// <summary>Looks at pairs one by one, in their order.</summary>
internal interface IRowFilter
{
    /// <summary>Why the pair is to be dropped, or null.</summary>
    public RowFault? Check(PreferenceRow row);
}
