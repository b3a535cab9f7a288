namespace Microsoft.ML.SimPO;

/// <summary>A data view that knows which transformer made it, so that the next step of a chain can use its model.</summary>
internal interface IModelDataView
{
    /// <summary>Null where it was not made by one.</summary>
    LanguageModelTransformer? Maker { get; set; }
}
