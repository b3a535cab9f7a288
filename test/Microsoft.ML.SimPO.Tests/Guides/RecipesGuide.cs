namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/recipes.md, to the letter.</summary>
internal static class RecipesGuide
{
    public static void Run()
    {
        // <guide>
        File.WriteAllText("recipe.yaml", """
            model_name_or_path: my-org/small-model
            dataset_mixer:
              my-org/pairs: 1.0
            beta: 2.5
            gamma_beta_ratio: 0.5
            learning_rate: 2e-4
            num_train_epochs: 1
            per_device_train_batch_size: 2
            gradient_accumulation_steps: 4
            max_length: 256
            max_prompt_length: 200
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            output_dir: run
            """);

        var ml = new MLContext(seed: 1);
        AlignmentRecipe recipe = ml.Alignment.Recipes.Load("recipe.yaml", new RecipeOptions
        {
            Map = new Dictionary<string, string> { ["my-org/small-model"] = "model", ["my-org/pairs"] = "train.jsonl" },
            Overrides = new Dictionary<string, string> { ["validation_fraction"] = "0.2" },
        });
        Console.WriteLine(recipe); // every setting with whose it is, and what must be known
        Console.WriteLine(ml.Alignment.Plan(recipe.Options, recipe.LoadTrainingData())); // steps, tokens, memory, and whether it fits
        Console.WriteLine(recipe.CheckData()[0]); // what is wrong with the data
        using AlignmentTransformer model = recipe.Fit();
        Console.WriteLine(ml.Alignment.Diagnose("run")); // what went wrong, why, and what to set
        ml.Alignment.Report("run").SaveHtml("report.html"); // a page to show
        Console.WriteLine($"{model.TrainingRun.Steps.Count} steps");
        // </guide>
    }
}
