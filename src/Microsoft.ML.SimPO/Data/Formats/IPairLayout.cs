using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// How the fields of the rows make pairs. One instance serves one pass over the data: it may hold on to rows until <see cref="Finish"/>.
/// </summary>
internal interface IPairLayout
{
    /// <summary>For the Info line: "plain text (prompt `question`, chosen `winner`, rejected `loser`)".</summary>
    public string Description { get; }

    /// <summary>The top-level fields that it reads.</summary>
    public IReadOnlyCollection<string> Fields { get; }

    /// <summary>What the fields of a row are; null where nobody has to know.</summary>
    public LayoutColumns? Columns => null;

    /// <summary>What the prompts were before they became turns.</summary>
    public PromptOrigin Prompts => PromptOrigin.Given;

    /// <summary>Adds what the row makes: any number of pairs, or a fault.</summary>
    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes);

    /// <summary>Adds what could only be made once all rows were seen.</summary>
    public void Finish(List<PairOutcome> outcomes);
}
