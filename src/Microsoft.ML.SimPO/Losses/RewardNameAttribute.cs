namespace Microsoft.ML.SimPO.Losses;

/// <summary>The name by which saved models know an <see cref="IReward"/>. It stays what it is for ever.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class RewardNameAttribute(string name) : Attribute
{
    public string Name => name;
}
