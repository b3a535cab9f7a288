using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Losses;

public class MethodMetricTests
{
    private static readonly GroupScore First = new(
        new AnswerScore(-2, 4) { Entropy = 6, Hits = 1, Rating = 1, Logits = 8 }, new AnswerScore(-9, 3) { Entropy = 4, Logits = -6 }) { Prompt = new(-4, 2) };
    private static readonly GroupScore Second = new(
        new AnswerScore(-3, 1) { Entropy = 2, Hits = 1, Rating = 1, Logits = 2 }, new AnswerScore(-1, 1) { Entropy = 3, Logits = 2 }) { Prompt = new(-1, 3) };

    /// <summary>Prompts and first answers have -2 - 4 - 3 - 1 nats over 4 + 2 + 1 + 3 tokens; answers alone 5 tokens.</summary>
    [Fact]
    public void Figures_of_tokens_are_means_over_the_tokens_of_a_batch()
    {
        Assert.Equal(1, MethodMetric.Nll.Of([First, Second]));
        Assert.Equal(8.0 / 5, MethodMetric.Entropy.Of([First, Second]));
        Assert.Equal(2.0 / 5, MethodMetric.TokenAccuracy.Of([First, Second]));
        Assert.Equal(15.0 / 9, MethodMetric.EntropyOfAll.Of([First, Second]));
        Assert.Equal([10.0 / 5, -4.0 / 4], MethodMetric.Logits.Select(m => m.Of([First, Second])));
        Assert.Equal([-5.0 / 2, -10.0 / 2], MethodMetric.Sums.Select(m => m.Of([First, Second])));
    }

    /// <summary>Answers to other prompts, of which KTO takes its divergence, are on no side.</summary>
    [Fact]
    public void An_answer_that_is_neither_chosen_nor_rejected_is_in_no_figure()
    {
        var group = new GroupScore(new AnswerScore(-2, 4) { Entropy = 6, Rating = 1, Logits = 8 }, new AnswerScore(-9, 3) { Entropy = 4, Rating = double.NaN });
        Assert.Equal(1.5, MethodMetric.EntropyOfAll.Of([group]));
        Assert.Equal([2.0, double.NaN], MethodMetric.Logits.Select(m => m.Of([group])));
        Assert.Equal([-2.0, double.NaN], MethodMetric.Sums.Select(m => m.Of([group])));
    }

    /// <summary>p = 1/2 and 1/4: the log of the odds ratio is log 3, and log sigma of that log 3/4.</summary>
    [Fact]
    public void The_odds_of_ORPO_are_in_the_log()
    {
        var group = new GroupScore(new AnswerScore(-2 * Math.Log(2), 2), new AnswerScore(-3 * Math.Log(4), 3)) { Prompt = new(-3, 3) };
        MethodFigures found = MethodFigures.Of([[group]], new OrpoLoss(1));
        Assert.Equal(["nll_loss", "log_odds_ratio", "log_odds_chosen", "logits/rejected"], found.Keys); // nothing here is rated as chosen
        Assert.Equal(Math.Log(0.75), found["log_odds_ratio"], 15);
        Assert.Equal(Math.Log(3), found["log_odds_chosen"], 14);
    }

    /// <summary>(6 / 6 + 4 / 4) / 2 where batches weigh the same; a batch that has no value is left out, and so is a metric that no batch has.</summary>
    [Fact]
    public void Batches_weigh_the_same_and_what_nothing_has_is_left_out()
    {
        MethodFigures found = MethodFigures.Of([[First], [Second]], new CpoLoss(1, CpoLossType.Ipo));
        Assert.Equal(1.0, found["nll_loss"]);
        Assert.Equal(["nll_loss", "logits/chosen", "logits/rejected"], found.Keys);
        Assert.Equal(((8.0 / 4) + (2.0 / 1)) / 2, found["logits/chosen"]);
        MethodFigures half = MethodFigures.Of([[First], []], new CpoLoss(1, CpoLossType.Ipo));
        Assert.Equal(1.0, half["nll_loss"]);
        Assert.Empty(MethodFigures.Of([[]], new CpoLoss(1, CpoLossType.Ipo)));
        Assert.Same(MethodFigures.None, MethodFigures.Of([[First]], new SimPOLoss(1, 0)));
    }

    [Fact]
    public void Figures_are_equal_where_names_and_values_are()
    {
        MethodFigures found = MethodFigures.Of(new Dictionary<string, double> { ["kl"] = 0.25, ["nll_loss"] = 1.5 });
        Assert.Equal(found, MethodFigures.Of(new Dictionary<string, double> { ["kl"] = 0.25, ["nll_loss"] = 1.5 }));
        Assert.Equal(found.GetHashCode(), MethodFigures.Of(new Dictionary<string, double> { ["kl"] = 0.25, ["nll_loss"] = 1.5 }).GetHashCode());
        Assert.NotEqual(found, MethodFigures.Of(new Dictionary<string, double> { ["kl"] = 0.5, ["nll_loss"] = 1.5 }));
        Assert.Equal("kl 0.2500 nll_loss 1.5000", found.ToString());
        Assert.Equal("There is no metric 'aux_loss'.", Assert.Throws<KeyNotFoundException>(() => found["aux_loss"]).Message);
    }
}
