namespace Microsoft.ML.SimPO;

/// <summary>A script, by which the language of a text can be told apart from others without a model.</summary>
public enum WritingSystem
{
    /// <summary>English, German, French, Spanish, Vietnamese, Turkish, ...</summary>
    Latin,

    /// <summary>Russian, Ukrainian, Bulgarian, ...</summary>
    Cyrillic,

    /// <summary>Greek.</summary>
    Greek,

    /// <summary>Arabic, Persian, Urdu.</summary>
    Arabic,

    /// <summary>Hebrew.</summary>
    Hebrew,

    /// <summary>Hindi, Marathi, Nepali.</summary>
    Devanagari,

    /// <summary>Chinese; and Japanese, together with its kana.</summary>
    Han,

    /// <summary>Korean.</summary>
    Hangul,

    /// <summary>Thai.</summary>
    Thai,
}
