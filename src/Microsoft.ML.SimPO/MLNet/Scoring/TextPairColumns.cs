using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A pair as ML.NET reads it by reflection: the columns of the main job.</summary>
internal sealed class TextPairColumns(PreferenceRow row)
{
    public string Prompt { get; } = row.Prompt;

    public string Chosen { get; } = row.Chosen;

    public string Rejected { get; } = row.Rejected;
}
