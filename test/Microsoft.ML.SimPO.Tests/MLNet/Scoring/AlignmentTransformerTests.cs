using Microsoft.Data.Analysis;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public sealed class AlignmentTransformerTests(TunedModel model) : IClassFixture<TunedModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void Rewards_margin_and_label_belong_together()
    {
        ScoredPair[] scores = model.Scores(model.Data);
        Assert.Equal(8, scores.Length);
        Assert.All(scores, s =>
        {
            Assert.InRange(s.ChosenReward, -20, 0);
            Assert.Equal(s.ChosenReward - s.RejectedReward, s.Margin);
            Assert.Equal(s.Margin, s.Score);
            Assert.Equal(s.Margin > 0, s.PredictedLabel);
        });
        AlignmentMetrics metrics = _context.Alignment.Evaluate(model.Transformer.Transform(model.Data), targetMargin: 1.25);
        Assert.Equal(8, metrics.Count);
        Assert.Equal(scores.Average(s => s.PredictedLabel ? 1.0 : 0), metrics.Accuracy, 1e-12);
        Assert.Equal(scores.Average(s => (double)s.Margin), metrics.MeanMargin, 1e-6);
        Assert.Equal(scores.Average(s => (double)s.ChosenReward), metrics.MeanChosenReward, 1e-6);
        Assert.Equal(scores.Average(s => Math.Log(1 + Math.Exp(1.25 - s.Margin))), metrics.LogLoss, 1e-6);
    }

    [Fact]
    public void Nothing_is_scored_before_a_cursor_asks_for_a_score()
    {
        int read = 0;
        IDataView data = _context.Data.LoadFromEnumerable(Counted());
        IDataView scored = model.Transformer.Transform(data);
        Assert.Equal(0, read);
        Assert.Equal(8, scored.GetColumn<string>("Prompt").Count());
        Assert.Equal(8, read); // once for the prompts, no second cursor for scores
        using (DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema))
        {
            Assert.Equal(8, read);
            cursor.MoveNext();
            Assert.Equal(9, read);
            float score = 0;
            cursor.GetGetter<float>(scored.Schema["Score"])(ref score);
            Assert.True(read > 9);
        }

        IEnumerable<TextPair> Counted()
        {
            foreach (TextPair pair in QuickStartFiles.Pairs(8))
            {
                read++;
                yield return pair;
            }
        }
    }

    [Fact]
    public void Scores_do_not_depend_on_batching()
    {
        IDataView data = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(24));
        ScoredPair[] expected = Scored(4096);
        foreach (int tokens in new[] { 1, 150 })
        {
            ScoredPair[] found = Scored(tokens);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i].ChosenReward, found[i].ChosenReward, 1e-5f);
                Assert.Equal(expected[i].RejectedReward, found[i].RejectedReward, 1e-5f);
            }
        }

        ScoredPair[] Scored(int tokens)
        {
            using AlignmentTransformer untuned =
                _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options(o => o.TokensPerMicroBatch = tokens));
            return model.Scores(untuned, data);
        }
    }

    /// <summary>Every cursor of a shuffled view has an order of its own, and scores are read by a cursor of their own.</summary>
    [Fact]
    public void A_row_has_its_own_score_when_each_pass_has_another_order()
    {
        IDataView data = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(24)), shuffled = _context.Data.ShuffleRows(data);
        Dictionary<string, float> expected = model.Scores(data).ToDictionary(s => s.Prompt, s => s.Score);
        ScoredPair[] found = model.Scores(shuffled);
        Assert.Equal(expected.Keys.Order(), found.Select(s => s.Prompt).Order());
        Assert.NotEqual(expected.Keys, found.Select(s => s.Prompt));
        Assert.All(found, s => Assert.Equal(expected[s.Prompt], s.Score, 1e-5f));
    }

    [Fact]
    public void Filters_behind_the_transformer_see_the_scores_of_their_rows()
    {
        IDataView scored = model.Transformer.Transform(model.Data);
        ScoredPair[] all = model.Scores(model.Data);
        float median = all.Select(s => s.Score).Order().ElementAt(4);
        IDataView filtered = _context.Data.FilterRowsByColumn(scored, "Score", lowerBound: median);
        Assert.Equal(all.Where(s => s.Score >= median).Select(s => s.Prompt), filtered.GetColumn<string>("Prompt"));
    }

    [Fact]
    public void A_prediction_engine_gives_the_scores_of_each_pair_it_is_shown()
    {
        ScoredPair[] expected = model.Scores(model.Data);
        using PredictionEngine<TextPair, ScoredPair> engine = _context.Model.CreatePredictionEngine<TextPair, ScoredPair>(
            model.Transformer, new PredictionEngineOptions { OwnsTransformer = false });
        TextPair[] pairs = QuickStartFiles.Pairs(8);
        foreach (int i in new[] { 0, 5, 3, 0 })
        {
            ScoredPair found = engine.Predict(pairs[i]);
            Assert.Equal(expected[i].ChosenReward, found.ChosenReward, 1e-5f);
            Assert.Equal(expected[i].Score, found.Score, 1e-5f);
            Assert.Equal(expected[i].PredictedLabel, found.PredictedLabel);
        }
    }

    [Fact]
    public void It_works_inside_a_chain()
    {
        var chain = _context.Transforms.CopyColumns("Question", "Prompt")
            .Append(_context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.PromptColumnName = "Question")))
            .Append(_context.Transforms.CopyColumns("Final", "Score"));
        using var tuned = chain.Fit(model.Data);
        Assert.Equal(model.Scores(model.Data).Select(s => s.Score), tuned.Transform(model.Data).GetColumn<float>("Final"));
        Assert.Equal(Internals.ShapeOf(tuned.GetOutputSchema(model.Data.Schema)).Select(c => c.Name)
            .Order(), chain.GetOutputSchema(Internals.ShapeOf(model.Data.Schema)).Select(c => c.Name).Order());
    }

    [Fact]
    public void Text_files_and_data_frames_give_the_same_scores()
    {
        TextPair[] pairs = QuickStartFiles.Pairs(8);
        float[] expected = [.. model.Scores(model.Data).Select(s => s.Score)];
        var frame = new DataFrame(new StringDataFrameColumn("Prompt", pairs.Select(p => p.Prompt)),
            new StringDataFrameColumn("Chosen", pairs.Select(p => p.Chosen)), new StringDataFrameColumn("Rejected", pairs.Select(p => p.Rejected)));
        Assert.Equal(expected, model.Transformer.Transform(frame).GetColumn<float>("Score"));
        using var folder = new Checkpoints.TempFolder();
        string file = Path.Combine(folder.Path, "pairs.tsv");
        File.WriteAllLines(file, pairs.Select(p => string.Join('\t', p.Prompt, p.Chosen, p.Rejected)));
        IDataView text = _context.Data.LoadFromTextFile(file,
            [new TextLoader.Column("Prompt", DataKind.String, 0), new TextLoader.Column("Chosen", DataKind.String, 1),
                new TextLoader.Column("Rejected", DataKind.String, 2)]);
        Assert.Equal(expected, model.Transformer.Transform(text).GetColumn<float>("Score"));
    }

    [Fact]
    public void Saved_and_loaded_it_gives_the_same_bits()
    {
        using var folder = new Checkpoints.TempFolder();
        string zip = Path.Combine(folder.Path, "tuned.zip");
        _context.Model.Save(model.Transformer, model.Data.Schema, zip);
        using var loaded = (AlignmentTransformer)new MLContext().Model.Load(zip, out DataViewSchema schema);
        Assert.Equal(["Prompt", "Chosen", "Rejected"], schema.Select(c => c.Name));
        TunedModel.AssertEqual(model.Scores(model.Data), model.Scores(loaded, model.Data));
        Assert.Equal(
            (model.Transformer.Beta, model.Transformer.TargetMargin, model.Transformer.ModelFamily, model.Transformer.ParameterCount),
            (loaded.Beta, loaded.TargetMargin, loaded.ModelFamily, loaded.ParameterCount));
        string[] prompts = [.. QuickStartFiles.Pairs(3).Select(p => p.Prompt)];
        var options = new GenerationOptions { MaxNewTokens = 24 };
        Assert.Equal(model.Transformer.Generate(prompts, options), loaded.Generate(prompts, options));
    }

    [Fact]
    public void A_checkpoint_loads_with_the_same_bits_and_names()
    {
        using var folder = new Checkpoints.TempFolder();
        string tuned = Path.Combine(folder.Path, "tuned"), half = Path.Combine(folder.Path, "half");
        model.Transformer.SaveCheckpoint(tuned);
        using (AlignmentTransformer loaded = _context.Alignment.LoadModel(tuned, QuickStartFiles.Options())) TunedModel.AssertEqual(
            model.Scores(model.Data), model.Scores(loaded, model.Data));
        Assert.Equal(
            Directory.EnumerateFiles(QuickStartFiles.Model).Select(Path.GetFileName).Order(), Directory.EnumerateFiles(tuned).Select(Path.GetFileName).Order());
        model.Transformer.SaveCheckpoint(half, CheckpointPrecision.BFloat16);
        Assert.Equal(new FileInfo(Path.Combine(tuned, "model.safetensors")).Length / 2.0, new FileInfo(Path.Combine(half, "model.safetensors")).Length, 8000.0);
        using AlignmentTransformer rounded = _context.Alignment.LoadModel(half, QuickStartFiles.Options());
        foreach ((ScoredPair exact, ScoredPair near) in model.Scores(model.Data).Zip(model.Scores(rounded, model.Data))) Assert.Equal(
            exact.ChosenReward, near.ChosenReward, 0.2f);
    }

    [Fact]
    public void A_checkpoint_is_cut_into_shards_of_a_size()
    {
        using var folder = new Checkpoints.TempFolder();
        string tuned = Path.Combine(folder.Path, "tuned");
        model.Transformer.SaveCheckpoint(tuned, maxShardSize: model.Transformer.ParameterCount);
        Assert.InRange(Directory.GetFiles(tuned, "model-*-of-*.safetensors").Length, 4, 8);
        Assert.True(File.Exists(Path.Combine(tuned, "model.safetensors.index.json")));
        using AlignmentTransformer loaded = _context.Alignment.LoadModel(tuned, QuickStartFiles.Options());
        TunedModel.AssertEqual(model.Scores(model.Data), model.Scores(loaded, model.Data));
    }

    [Fact]
    public void Threads_may_score_at_the_same_time()
    {
        ScoredPair[] expected = model.Scores(model.Data);
        Parallel.For(0, 4, _ => TunedModel.AssertEqual(expected, model.Scores(model.Data)));
    }

    [Fact]
    public void Generation_options_out_of_range_are_refused()
    {
        var failure = Assert.Throws<ArgumentException>(() => model.Transformer.Generate(["hi"], new GenerationOptions { MaxNewTokens = 0, TopP = 2 }));
        Assert.Equal("`MaxNewTokens` must be at least 1, but was 0." + Environment.NewLine
            + "`TopP` must be greater than 0 and at most 1, but was 2. Use 1 for all tokens. (Parameter 'options')", failure.Message);
    }

    [Fact]
    public void There_is_nothing_to_evaluate_in_no_rows()
    {
        IDataView empty = model.Transformer.Transform(_context.Data.LoadFromEnumerable(Array.Empty<TextPair>()));
        Assert.Equal("There are no rows to evaluate.", Assert.Throws<InvalidOperationException>(() => _context.Alignment.Evaluate(empty)).Message);
    }

    [Fact]
    public void A_disposed_model_says_so()
    {
        AlignmentTransformer gone = _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options());
        IDataView scored = gone.Transform(model.Data);
        gone.Dispose();
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => gone.Generate(["hi"]));
        Assert.Throws<ObjectDisposedException>(() => scored.GetColumn<float>("Score").ToArray());
        Assert.Throws<ObjectDisposedException>(() => gone.SaveCheckpoint(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));
    }
}
