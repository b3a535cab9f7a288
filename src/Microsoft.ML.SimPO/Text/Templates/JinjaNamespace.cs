namespace Microsoft.ML.SimPO.Text;

/// <summary>The one value that a template can change: <c>{% set ns.x = 1 %}</c>.</summary>
internal sealed class JinjaNamespace : JinjaObject
{
    private readonly Dictionary<string, object?> _fields = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public void Set(string name, object? value) => _fields[name] = value;

    public override bool TryGetAttribute(string name, out object? value) => _fields.TryGetValue(name, out value);
}
