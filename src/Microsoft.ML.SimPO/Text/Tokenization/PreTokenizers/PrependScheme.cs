namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Before which pieces Metaspace puts its replacement of a space.</summary>
internal enum PrependScheme
{
    /// <summary>Every piece.</summary>
    Always,

    /// <summary>None.</summary>
    Never,

    /// <summary>The piece at the very start of the text.</summary>
    First,
}
