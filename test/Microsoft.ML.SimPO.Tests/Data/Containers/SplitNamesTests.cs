using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data;

public class SplitNamesTests
{
    [Theory]
    // The word stands anywhere between hyphens, dots, underscores, blanks and digits.
    [InlineData("orders-train.jsonl", "train")]
    [InlineData("orders-test.jsonl", "test")]
    [InlineData("ultra_test_prefs.jsonl", "test_prefs")]
    [InlineData("ultra_train_prefs-00000-of-00002.parquet", "train_prefs")]
    [InlineData("ultra_train_sft.parquet", "train_sft")]
    [InlineData("x.test.jsonl", "test")]
    [InlineData("x.train.jsonl.gz", "train")]
    [InlineData("x.dev.csv.zst", "dev")]
    [InlineData("my_train_file.csv", "train")]
    [InlineData("test-file.csv", "test-file")]
    [InlineData("validation1.csv", "validation")]
    [InlineData("2test.csv", "test")]
    [InlineData("x_dev.json", "dev")]
    [InlineData("My Training data.csv", "train")]
    [InlineData("pairs eval 2024.tsv", "eval")]
    [InlineData("json-validation-00000-of-00003.arrow", "validation")]
    [InlineData("json-train.arrow", "train")]
    [InlineData("train.v2.jsonl", "train")]
    [InlineData("orders/my-test-set/part-0.jsonl", "test")]
    [InlineData("ordersTest.jsonl", "test")]
    [InlineData("UltraTrain_prefs.parquet", "train_prefs")]
    [InlineData("testset.csv", "testset")]
    [InlineData("my_trainset.csv", "train")]
    [InlineData("pairs_held_out.jsonl", "heldout")]
    [InlineData("hold-out.jsonl", "holdout")]
    [InlineData("held_out/part-0.jsonl", "heldout")]
    // The last of several words counts: never is such a file taken for training by its first word.
    [InlineData("train_test.jsonl", "test")]
    [InlineData("dev_tools-train.jsonl", "train")]
    [InlineData("train-dev.jsonl", "dev")]
    // Words inside of words are none.
    [InlineData("contest.jsonl", null)]
    [InlineData("trainer-notes.jsonl", null)]
    [InlineData("evaluations.jsonl", null)]
    [InlineData("latest_pairs.jsonl", null)]
    [InlineData("upheld_out.jsonl", null)]
    [InlineData("held_back.jsonl", null)]
    [InlineData("LATEST.jsonl", null)]
    // Folders of key=value.
    [InlineData("split=test/part-00000.snappy.parquet", "test")]
    [InlineData("lang=de/split=Train/part-00000.parquet", "train")]
    [InlineData("split=train/lang=de/part-00000.parquet", "train")]
    [InlineData("data_split=holdout_a/part-0.csv", "holdout_a")]
    [InlineData("split=gold/part-0.csv", "gold")]
    [InlineData("topic=test/part-0.csv", null)]
    [InlineData("subset=en/part-0.csv", null)]
    [InlineData("set=validation/part-0.csv", "validation")]
    [InlineData("is_test=true/part-0.csv", "test")]
    [InlineData("is_test=false/part-0.csv", "train")]
    [InlineData("is_train=1/part-0.csv", "train")]
    [InlineData("is_train=0/part-0.csv", "test")]
    [InlineData("is_test=maybe/part-0.csv", null)]
    [InlineData("split=__HIVE_DEFAULT_PARTITION__/part-0.csv", null)]
    public void A_split_is_told_by_a_word_anywhere_in_the_name(string name, string? split) => Assert.Equal(split, SplitNames.Of(name));
}
