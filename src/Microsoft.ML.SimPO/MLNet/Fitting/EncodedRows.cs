using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Encoded pairs and the rows of the data that they come from, counted from 1; dropped rows are missing.</summary>
internal sealed record EncodedRows(IReadOnlyList<EncodedPair> Pairs, IReadOnlyList<long> Rows);
