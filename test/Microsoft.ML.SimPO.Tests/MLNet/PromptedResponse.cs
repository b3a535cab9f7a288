namespace Microsoft.ML.SimPO;

/// <summary>A single response, as an application might declare it.</summary>
public sealed class PromptedResponse
{
    public int Id { get; set; }

    public string Prompt { get; set; } = "";

    public string Response { get; set; } = "";

    /// <summary>The chosen answers of the first training pairs.</summary>
    internal static PromptedResponse[] Rows(int count) =>
        [.. QuickStartFiles.Pairs(count).Select((p, i) => new PromptedResponse { Id = i, Prompt = p.Prompt, Response = p.Chosen })];

    internal static IDataView View(MLContext context, int count) => context.Data.LoadFromEnumerable(Rows(count));
}
