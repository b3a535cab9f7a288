namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>What a field of a row holds, in whichever container it came.</summary>
internal enum FieldKind : byte
{
    Null,
    Text,
    Number,
    Boolean,
    List,
    Record,

    /// <summary>Something that is in no pair: a date, bytes.</summary>
    Other,
}
