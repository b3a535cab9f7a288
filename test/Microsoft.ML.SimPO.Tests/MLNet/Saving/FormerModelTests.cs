using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A model that was saved when all models were SimPO's, and what the library gave for it then: a tiny Llama with an adapter, beta 2.5, gamma_beta_ratio 0.5.
/// </summary>
public class FormerModelTests
{
    private static readonly (TextPair Pair, float Chosen, float Rejected)[] Rows =
    [
        (new TextPair { Prompt = "w124 w306 w281 w69 w192 w471 w312 w245", Chosen = "w323 w300 w36 w313 w9 w468", Rejected = "w431 w243 w135 w285 w122" },
            -15.246845f, -16.170094f),
        (new TextPair { Prompt = "w101 w370 w243 w279 w431 w284 w246 w206", Chosen = "w330 w443 w80 w121 w328 w80", Rejected = "w447 w477 w270 w202 w382" },
            -15.388114f, -15.318149f),
        (new TextPair { Prompt = "w10 w346 w400 w35 w84 w391 w493 w305", Chosen = "w24 w157 w402 w18 w424 w446", Rejected = "w140 w245 w307 w371 w474" },
            -15.765204f, -16.763554f),
    ];

    private static string Saved { get; } = Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "MLNet", "Saving", "former-model.zip");

    [Fact]
    public void It_loads_and_scores_as_it_did()
    {
        var context = new MLContext();
        using var model = (AlignmentTransformer)context.Model.Load(Saved, out _);
        Assert.Equal((2.5f, 1.25), (model.Beta, model.TargetMargin));
        Assert.Equal(new MeanReward(2.5), model.Options.Reward);
        IDataView scored = model.Transform(context.Data.LoadFromEnumerable(Rows.Select(r => r.Pair)));
        Assert.All(Rows.Zip(scored.GetColumn<float>("ChosenReward")), p => Assert.Equal(p.First.Chosen, p.Second, 1e-4f));
        Assert.All(Rows.Zip(scored.GetColumn<float>("RejectedReward")), p => Assert.Equal(p.First.Rejected, p.Second, 1e-4f));
    }

    [Fact]
    public void Saved_again_it_is_as_others_are_now()
    {
        var context = new MLContext();
        using var folder = new Checkpoints.TempFolder();
        string zip = Path.Combine(folder.Path, "again.zip");
        using var model = (AlignmentTransformer)context.Model.Load(Saved, out DataViewSchema schema);
        context.Model.Save(model, schema, zip);
        using var again = (AlignmentTransformer)context.Model.Load(zip, out _);
        IDataView rows = context.Data.LoadFromEnumerable(Rows.Select(r => r.Pair));
        Assert.Equal(model.TargetMargin, again.TargetMargin);
        Assert.Equal(model.Transform(rows).GetColumn<float>("Score"), again.Transform(rows).GetColumn<float>("Score"));
    }
}
