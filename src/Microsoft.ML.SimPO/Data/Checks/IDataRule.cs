namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>A kind of fault that data can have. One instance looks at the rows of one pass, in their order.</summary>
internal interface IDataRule
{
    public void Look(CheckedRow row);

    /// <summary>What there is to say once all rows were seen; null for nothing.</summary>
    public DataFinding? Finding(long rows);
}
