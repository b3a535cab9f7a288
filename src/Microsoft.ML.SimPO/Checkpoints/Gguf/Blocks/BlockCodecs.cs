namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>The kinds of storage that are read.</summary>
internal static class BlockCodecs
{
    public static BlockCodec F32 { get; } = new F32Codec();

    public static BlockCodec F16 { get; } = new F16Codec();

    public static BlockCodec BF16 { get; } = new BF16Codec();

    private static readonly BlockCodec[] All =
    [
        F32, F16, BF16, new Q4_0Codec(), new Q4_1Codec(), new Q5_0Codec(), new Q5_1Codec(), new Q8_0Codec(),
        new Q2_KCodec(), new Q3_KCodec(), new Q4_KCodec(), new Q5_KCodec(), new Q6_KCodec(),
        new IQ4_NLCodec(), new IQ4_XSCodec(), new MXFP4Codec(), new TQ1_0Codec(), new TQ2_0Codec(),
    ];

    public static string Names => string.Join(", ", All.Select(c => c.Name));

    /// <summary>By what a file calls it; null for none that is read.</summary>
    public static BlockCodec? Find(uint code) => Array.Find(All, c => c.Code == code);

    /// <summary>By what ggml calls it.</summary>
    public static BlockCodec Named(string name) => Array.Find(All, c => c.Name == name)
        ?? throw new ArgumentException($"No kind of storage is called '{name}'. There are {Names}.", nameof(name));
}
