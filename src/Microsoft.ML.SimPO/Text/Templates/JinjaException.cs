namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>What went wrong while a chat template was parsed or rendered.</summary>
/// <remarks>
/// <see cref="ErrorClass"/> is the name of the exception that Python's Jinja2 raises for the same fault (<c>UndefinedError</c>,
/// <c>TemplateSyntaxError</c>, <c>TypeError</c> ..), so that the advice found elsewhere for a template applies here too.
/// Exceeding <see cref="JinjaOptions"/> is a <c>ResourceLimitError</c>, which Jinja2 does not have.
/// </remarks>
internal sealed class JinjaException(string errorClass, string detail)
    : FormatException($"{errorClass}: {detail}")
{
    public const string ResourceLimitError = nameof(ResourceLimitError);

    public string ErrorClass { get; } = errorClass;

    /// <summary>The message alone, as Jinja2 words it where it has the same error.</summary>
    public string Detail { get; } = detail;

    public static JinjaException Syntax(string detail, int line) =>
        new("TemplateSyntaxError", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{detail} (line {line})"));

    public static JinjaException Type(string detail) => new("TypeError", detail);

    public static JinjaException Value(string detail) => new("ValueError", detail);

    public static JinjaException Runtime(string detail) => new("TemplateRuntimeError", detail);

    public static JinjaException Argument(string detail) => new("FilterArgumentError", detail);

    public static JinjaException Limit(string detail) => new(ResourceLimitError, detail);

    public static JinjaException Recursion() => new("RecursionError", "maximum recursion depth exceeded");
}
