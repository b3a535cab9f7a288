namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>What is wrong with the quotes of a record.</summary>
internal enum DelimitedFault
{
    None,
    UnterminatedQuote,
    TextAfterQuote,
}
