using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>What a name or attribute that does not exist evaluates to: prints nothing, is empty, and fails when used further.</summary>
internal sealed class JinjaUndefined(string message, string errorClass = "UndefinedError") : JinjaObject
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public static JinjaUndefined Name(string name) => new($"'{name}' is undefined");

    public static JinjaUndefined Member(object? owner, string name) => new($"{Owner(owner)} has no attribute {PythonRepr.Of(name)}");

    public static JinjaUndefined Element(object? owner, object? key, JinjaBudget budget) => new($"{Owner(owner)} has no element {PythonRepr.Of(key, budget)}");

    public static JinjaUndefined Unsafe(object? owner, string name) =>
        new($"access to attribute '{name}' of '{JinjaValue.TypeName(owner)}' object is unsafe.", "SecurityError");

    public JinjaException Error() => new(errorClass, message);

    public override string Represent() => "Undefined";

    private static string Owner(object? owner) => owner is null ? "'None'" : $"'{JinjaValue.TypeName(owner)} object'";
}
