namespace Microsoft.ML.SimPO;

/// <summary>Why a text ends where it ends.</summary>
public enum GenerationFinish
{
    /// <summary>The model wrote a token that ends its turn, or one of the stop strings appeared.</summary>
    Stop,

    /// <summary><see cref="GenerationOptions.MaxNewTokens"/> were written, or <see cref="GenerationOptions.MaxLength"/> is reached.</summary>
    Length,
}
