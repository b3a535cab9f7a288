using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Pairs that can be measured in a model's tokens: some chat templates refuse a system message, or turns that do not alternate.</summary>
internal sealed class EncodableFilter(PairMeasure measure) : IRowFilter
{
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        try
        {
            measure.Lengths(row);
            return null;
        }
        catch (InvalidDataException refused)
        {
            return new RowFault(DropReason.NotEncodable, refused.InnerException switch
            {
                JinjaException template => $"The model's chat template refuses this conversation: {template.Detail}",
                { } inner => inner.Message,
                null => refused.Message,
            });
        }
    }
}
