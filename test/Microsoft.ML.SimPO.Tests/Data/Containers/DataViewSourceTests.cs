using Microsoft.Data.Analysis;
using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

public class DataViewSourceTests
{
    [Fact]
    public void A_data_view_is_read_by_its_columns()
    {
        var data = new MLContext(1).Data.LoadFromEnumerable([new Row { Question = "q", Winner = "yes", Loser = "no", ScoreWinner = 2, ScoreLoser = 1.5f }]);
        var info = new List<string>();
        LocatedRow row = Assert.Single(PreferenceReader.ReadLocated(data, null, info.Add));
        Assert.Equal(new PreferenceRow("q", "yes", "no", 2, 1.5f), row.Row);
        Assert.Equal("data view, row 1", row.Location.ToString());
        Assert.StartsWith("data view: read as plain text (prompt `Question`, chosen `Winner`, rejected `Loser`, score of chosen `ScoreWinner`, score of "
            + "rejected `ScoreLoser`)", info[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_are_lists()
    {
        var data = new MLContext(1).Data.LoadFromEnumerable([new Rated { Prompt = "q", Responses = ["no", "yes"], Scores = [1, 2] }]);
        Assert.Equal(new PreferenceRow("q", "yes", "no", 2, 1), Assert.Single(PreferenceReader.ReadLocated(data)).Row);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_told_and_not_thrown()
    {
        string half = "🙂"[..1];
        var data = new MLContext(1).Data.LoadFromEnumerable(
            [new Row { Question = half, Winner = "yes", Loser = "no" }, new Row { Question = "q", Winner = half, Loser = "no" }]);
        var log = new DropLog();
        Assert.Empty(PreferenceCleaner.Clean(PreferenceReader.ReadLocated(data, null, null, log), new PreferenceFilterOptions(), log));
        Assert.Equal([new DroppedRows(DropReason.DamagedText, 2, "data view, row 1", "`prompt` has half of a surrogate pair.")], log.Drops);
        var turns = new Message[] { new(Message.System, half), new(Message.User, half) };
        Assert.Equal(
            [new(Message.System, "\uFFFD"), new(Message.User, "\uFFFD")], ConversationText.Parse(ConversationText.Format(new Conversation(turns))).Messages);
    }

    [Fact]
    public void A_data_frame_is_read_like_a_data_view()
    {
        var frame = new DataFrame(
            new StringDataFrameColumn("prompt", ["p", "q"]), new StringDataFrameColumn("chosen", ["yes", null]),
            new StringDataFrameColumn("rejected", ["no", "no"]),
            new DoubleDataFrameColumn("score_chosen", [1.5, 2]));
        var log = new DropLog();
        Assert.Equal(new PreferenceRow("p", "yes", "no", null, null), Assert.Single(PreferenceReader.ReadLocated(frame, null, null, log, "frame")).Row);
        Assert.Equal("frame, row 2", Assert.Single(log.Drops).ExamplePlace);
    }

    private sealed class Row
    {
        public string Question { get; set; } = "";

        public string Winner { get; set; } = "";

        public string Loser { get; set; } = "";

        public float ScoreWinner { get; set; }

        public float ScoreLoser { get; set; }
    }

    private sealed class Rated
    {
        public string Prompt { get; set; } = "";

        [Microsoft.ML.Data.VectorType(2)]
        public string[] Responses { get; set; } = [];

        [Microsoft.ML.Data.VectorType(2)]
        public float[] Scores { get; set; } = [];
    }
}
