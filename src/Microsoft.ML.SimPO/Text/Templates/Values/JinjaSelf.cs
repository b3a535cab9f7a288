namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>The name <c>self</c>, which has blocks in Jinja2 and nothing here.</summary>
internal sealed class JinjaSelf : JinjaObject
{
    public override string TypeName => "TemplateReference";

    public override string Represent() => "<TemplateReference None>";
}
