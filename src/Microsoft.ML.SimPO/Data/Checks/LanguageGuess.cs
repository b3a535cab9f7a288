namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Tells the language of a text by its script, or by the small words that each language of the Latin script has; where it is sure enough.</summary>
internal static class LanguageGuess
{
    private const int LongestLookedAt = 4000;

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["English"] = "the and is a an with for of to in it that on what how my does can should before after as not any you so never all at from when which "
            + "there this are be your do i have has was were by or if will one its they their but we more than also into would could best why where who did "
            + "does about because since while between through each every some most other need want keep make take use put get",
        ["German"] = "der die das und ist nicht ein eine einen mit man für den dem von auf zu ich wie am im nach bei sich sie ohne danach zuerst alles nie "
            + "jedes kein wo was darf es sind auch oder wenn wird werden kann aber noch vor über aus dass du wir ihr sein hat warum wann welche welcher mein "
            + "einem einer eines diese dieser dieses sollte sollten könnte muss haben habe gibt geht beim zum zur unter zwischen durch gegen werden",
        ["French"] = "le la les et est un une des du avec pour dans à de que vous il elle ne pas sans au se quelle comment peut fin en ce qui sur sont plus "
            + "nous je aux cette mais ou par être fait son sa ses très bien après avant pourquoi combien quel quels quelles pendant chez sous leur faut",
        ["Spanish"] = "el los las y es un una con para en del de que se la por qué cómo cuándo no tras sin puede lo al su más como pero sus está son este "
            + "esta hay muy también si ya todo después antes cuánto cuál dónde desde hasta entre a bien cada nunca",
        ["Italian"] = "il lo gli e è un una con per in del della di che si la non come cosa più sono dei delle al nel anche ma se questo questa alla da ci "
            + "ha molto dopo prima perché quando quanto dove quale posso",
        ["Portuguese"] = "o os as e é um uma com para em do da de que se não por como mais dos das ao no na são também mas você isso este esta seu "
            + "sua muito depois antes pode foi quando quanto onde qual quais até",
        ["Dutch"] = "de het een en is van niet met voor op te in dat die zijn ik je hoe wat na bij zonder maar ook als aan er nog "
            + "naar om dan kan deze wordt waarom wanneer hoeveel",
        ["Polish"] = "i w na z do nie się że jest to jak po od za przez dla co czy ale może są tak już tylko przed bez oraz",
        ["Swedish"] = "och att det som en på är av för med till den inte har de ett om man kan vid från när så hur efter utan eller",
        ["Turkish"] = "ve bir bu için ile de da ne nasıl çok daha en olarak gibi sonra önce değil ama her kadar olan mi mı",
    };

    private static readonly Dictionary<string, string[]> Languages = ByWord();

    /// <summary>The name of a language, or of a script; null where the text does not tell.</summary>
    public static string? Of(string text)
    {
        ReadOnlySpan<char> looked = text.AsSpan(0, Math.Min(text.Length, LongestLookedAt));
        if (Script(looked) is { } script) return script;
        Dictionary<string, int> hits = new(StringComparer.Ordinal);
        var lookup = Languages.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> lower = stackalloc char[24];
        for (int at = 0; at < looked.Length;)
        {
            int end = at;
            while (end < looked.Length && char.IsLetter(looked[end])) end++;
            if (end > at && end - at <= lower.Length)
            {
                int length = looked[at..end].ToLowerInvariant(lower);
                if (lookup.TryGetValue(lower[..length], out string[]? languages))
                    foreach (string language in languages) hits[language] = hits.GetValueOrDefault(language) + 1;
            }
            at = Math.Max(end, at + 1);
        }
        if (looked.ContainsAny('¿', '¡', 'ñ')) hits["Spanish"] = hits.GetValueOrDefault("Spanish") + 2;
        if (looked.ContainsAny('ß', 'ä', 'ö') || looked.Contains('ü'))
            hits["German"] = hits.GetValueOrDefault("German") + (looked.ContainsAny('å', 'ı', 'ş') ? 0 : 1);
        (string? Name, int Count) best = (null, 0);
        int second = 0;
        foreach ((string language, int count) in hits)
        {
            if (count > best.Count) (second, best) = (best.Count, (language, count));
            else second = Math.Max(second, count);
        }
        return best.Count >= 2 && best.Count >= second + Math.Max(1, best.Count / 4) ? best.Name : null;
    }

    /// <summary>Whether a name is that of a script, which most letters of a text tell.</summary>
    public static bool IsScript(string name) => !Words.ContainsKey(name);

    /// <summary>Whether most letters are Latin.</summary>
    public static bool IsLatin(string text) =>
        text.Count(char.IsLetter) is >= 4 and var letters && text.Count(c => char.IsLetter(c) && c < '\u0370') * 2 > letters;

    /// <summary>The script that most letters are of; null for the Latin one, and for a text with hardly a letter.</summary>
    private static string? Script(ReadOnlySpan<char> text)
    {
        int letters = 0, cyrillic = 0, greek = 0, arabic = 0, hebrew = 0, indic = 0, thai = 0, hangul = 0, kana = 0, han = 0;
        foreach (char c in text)
        {
            if (!char.IsLetter(c)) continue;
            letters++;
            if (c < '\u0370') continue;
            switch (c)
            {
                case <= '\u03FF': greek++; break;
                case <= '\u052F': cyrillic++; break;
                case >= '\u0590' and <= '\u05FF': hebrew++; break;
                case >= '\u0600' and <= '\u077F': arabic++; break;
                case >= '\u0900' and <= '\u0DFF': indic++; break;
                case >= '\u0E00' and <= '\u0E7F': thai++; break;
                case >= '\u3040' and <= '\u30FF': kana++; break;
                case >= '\u3400' and <= '\u9FFF': han++; break;
                case >= '\uAC00' and <= '\uD7AF': hangul++; break;
            }
        }
        if (letters < 4) return null;
        if (kana > 0 && (kana + han) * 2 > letters) return "Japanese";
        (string Name, int Count)[] scripts =
        [
            ("Cyrillic", cyrillic), ("Greek", greek), ("Arabic", arabic), ("Hebrew", hebrew), ("an Indic script", indic), ("Thai", thai), ("Korean", hangul),
            ("Chinese", han),
        ];
        (string name, int count) = scripts.MaxBy(script => script.Count);
        return count * 2 > letters ? name : null;
    }

    private static Dictionary<string, string[]> ByWord() => Words
        .SelectMany(language => language.Value.Split(' ').Distinct(StringComparer.Ordinal).Select(word => (word, language.Key)))
        .GroupBy(pair => pair.word, pair => pair.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
}
