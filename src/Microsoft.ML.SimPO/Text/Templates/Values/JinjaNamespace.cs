namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>The one value that a template can change: <c>{% set ns.x = 1 %}</c>.</summary>
internal sealed class JinjaNamespace : JinjaObject
{
    /// <summary>What was set, by name.</summary>
    public JinjaDictionary Fields { get; } = new();

    public override string TypeName => "Namespace";

    public void Set(string name, object? value) => Fields[name] = value;

    public override bool TryGetAttribute(string name, out object? value) => Fields.TryGet(name, out value);
}
