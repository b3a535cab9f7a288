using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>What docs/generate.md shows is compiled and run.</summary>
public sealed class GenerateGuideTests(TunedModel model) : IClassFixture<TunedModel>
{
    [Fact]
    public void Its_programs_are_those_that_are_compiled_here()
    {
        string source = File.ReadAllText(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "GenerateGuide.cs"));
        string[] compiled = [.. Regex.Matches(source, @" *// <snippet>\n(.*?)\n *// </snippet>", RegexOptions.Singleline).Select(m => Regex.Replace(m.Groups[1].Value, "(?m)^ {8}", ""))];
        string guide = File.ReadAllText(Repository.PathOf("docs", "generate.md"));
        Assert.Equal(compiled, Regex.Matches(guide, @"```csharp\n(.*?)\n```", RegexOptions.Singleline).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public async Task They_run()
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        await GenerateGuide.Run(model.Context, model.Transformer, PromptedResponse.View(model.Context, 2), output);
        string written = output.ToString();
        Assert.Equal(4, Regex.Count(written, @"(?m)^(Stop|Length) after \d+ tokens: "));
        Assert.Matches(@" \(\d+ tokens, (stop|length)\)\s*$", written);
    }
}
