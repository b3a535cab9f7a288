namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>Tests of the package, which share one.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackageFeed>
{
    public const string Name = "package";
}
