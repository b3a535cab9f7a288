using System.Collections.Concurrent;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The settings that a recipe may have: those of the SimPO repository's scripts (its own arguments, and all of transformers' <c>TrainingArguments</c>) with the
/// defaults that they have there, and this library's options under their recipe names. Each is honored, harmless here, or refused.
/// </summary>
internal static partial class RecipeKeys
{
    private static readonly Dictionary<string, RecipeKey> Table =
        ModelKeys.Concat(DataKeys).Concat(LossKeys).Concat(RunKeys).Concat(HarmlessRunKeys).ToDictionary(k => k.Name, StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<Type, SortedDictionary<string, RecipeKey>> Known = [];

    /// <summary>All of them, in the order of their names.</summary>
    /// <param name="options">The class of the method's options.</param>
    public static IEnumerable<RecipeKey> All(Type options) => Of(options).Values;

    /// <summary>The setting of that name; null for none.</summary>
    /// <param name="options">The class of the method's options.</param>
    public static RecipeKey? Find(string name, Type options) => Of(options).GetValueOrDefault(name);

    /// <summary>The name that is nearest to one that there is not; null where none is near.</summary>
    /// <param name="options">The class of the method's options.</param>
    public static string? Nearest(string name, Type options) => All(options)
        .Select(k => (k.Name, Distance: Distance(name, k.Name)))
        .Where(k => k.Distance <= Math.Max(2, name.Length / 3))
        .OrderBy(k => k.Distance)
        .Select(k => k.Name)
        .FirstOrDefault();

    private static SortedDictionary<string, RecipeKey> Of(Type options) => Known.GetOrAdd(
        options, type => new(Common(type).Concat(Own(type)).ToDictionary(k => k.Name), StringComparer.Ordinal));

    /// <summary>Those of the table that mean something to the method.</summary>
    private static IEnumerable<RecipeKey> Common(Type options) => Table.Values.Where(k => IsCommon(k.Name, options))
        .Concat(options == typeof(SftTrainer.Options) ? SftKeys : []);

    private static bool IsCommon(string key, Type options) => options == typeof(SimPOTrainer.Options) || !OfSimPO.Contains(key);

    /// <summary>Options that other trainers do not know: their defaults are ours.</summary>
    private static IEnumerable<RecipeKey> Own(Type options)
    {
        object defaults = Activator.CreateInstance(options)!;
        return OptionProperty.Of(options)
            .Where(o => o.RecipeKey is { } key && !(Table.ContainsKey(key) && IsCommon(key, options)))
            .Select(o => new RecipeKey(o.RecipeKey!, KindOf(o.Type), o.Get(defaults) is null ? "null" : Written(o, defaults)));
    }

    private static string Written(OptionProperty option, object defaults) => option.Get(defaults) switch
    {
        bool flag => flag ? "true" : "false",
        Enum value => SnakeCase(value.ToString()),
        _ => option.Text(defaults),
    };

    private static RecipeKind KindOf(Type type) =>
        type == typeof(bool) ? RecipeKind.Boolean
        : type == typeof(int) ? RecipeKind.Integer
        : type == typeof(float) || type == typeof(double) ? RecipeKind.Number
        : type == typeof(DpoMix) ? RecipeKind.Map
        : RecipeKind.Text;

    /// <summary><c>ConstantWithWarmup</c> as recipes write it, <c>constant_with_warmup</c>.</summary>
    public static string SnakeCase(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}"
        : $"{char.ToLowerInvariant(c)}"));

    /// <summary>Levenshtein's.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= Math.Min(a.Length, 64); i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
