using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Training.Session;

namespace Microsoft.ML.SimPO;

/// <summary>What a run says, on a channel of the <see cref="MLContext"/>.</summary>
internal sealed class ChannelLog(IChannel channel) : ITrainingLog
{
    public void Info(string message) => channel.Info(message);

    public void Warning(string message) => channel.Warning(message);

    public void Error(string message) => channel.Error(message);
}
