namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> give.</summary>
/// <param name="owner">The dictionary seen.</param>
/// <param name="kind">dict_keys, dict_values or dict_items.</param>
internal sealed class JinjaDictionaryView(JinjaDictionary owner, string kind) : JinjaObject
{
    public override string TypeName => kind;

    public override bool IsTrue => owner.Count > 0;

    public int Count => owner.Count;

    public IEnumerable<object?> Elements => kind switch
    {
        "dict_keys" => owner.Keys,
        "dict_values" => owner.Values,
        _ => owner.Items.Select(item => (object?)new JinjaTuple([item.Key, item.Value])),
    };
}
