namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>The usual names of fields, as their normalised forms (see <see cref="Normalize"/>), most telling first.</summary>
internal static class FieldNames
{
    public static readonly (string Chosen, string Rejected)[] Answers =
    [
        ("chosen", "rejected"),
        ("chosenresponse", "rejectedresponse"),
        ("responsechosen", "responserejected"),
        ("chosenanswer", "rejectedanswer"),
        ("answerchosen", "answerrejected"),
        ("chosentext", "rejectedtext"),
        ("chosenmessages", "rejectedmessages"),
        ("preferred", "rejected"),
        ("preferred", "dispreferred"),
        ("preferred", "nonpreferred"),
        ("preferredresponse", "rejectedresponse"),
        ("preferredresponse", "dispreferredresponse"),
        ("preferredresponse", "nonpreferredresponse"),
        ("preferredoutput", "nonpreferredoutput"),
        ("preferredcompletion", "nonpreferredcompletion"),
        ("chosencompletion", "rejectedcompletion"),
        ("winner", "loser"),
        ("winningresponse", "losingresponse"),
        ("accepted", "rejected"),
        ("acceptedresponse", "rejectedresponse"),
        ("betterresponse", "worseresponse"),
        ("better", "worse"),
        ("positive", "negative"),
        ("responsej", "responsek"),
        ("yw", "yl"),
        // ms-swift: what was said is the better answer.
        ("messages", "rejectedmessages"),
        ("messages", "rejectedresponse"),
        ("conversations", "rejectedresponse"),
        ("response", "rejectedresponse"),
        ("output", "rejectedoutput"),
    ];

    public static readonly (string Chosen, string Rejected)[] AnswerScores =
    [
        ("scorechosen", "scorerejected"),
        ("chosenscore", "rejectedscore"),
        ("chosenrating", "rejectedrating"),
        ("ratingchosen", "ratingrejected"),
        ("chosenreward", "rejectedreward"),
        ("rewardchosen", "rewardrejected"),
        ("chosenavgrating", "rejectedavgrating"),
        ("scorewinner", "scoreloser"),
        ("winnerscore", "loserscore"),
        ("scorepreferred", "scorerejected"),
        ("preferredscore", "rejectedscore"),
    ];

    public static readonly string[] Prompts =
        ["prompt", "question", "instruction", "query", "input", "problem", "userprompt", "context", "conversations", "conversation", "messages",
            "history", "trajectory", "contents", "x"];

    public static readonly string[] Systems = ["system", "systemprompt", "systemmessage", "systeminstruction"];

    /// <summary>Of a conversation, what is no message; not normalised, as data sets for chat templates have them.</summary>
    public const string Tools = "tools", Documents = "documents", Variables = "chat_template_kwargs";

    /// <summary>Tools in the form that OpenAI had before: each is what <c>function</c> of a tool is.</summary>
    public const string FormerTools = "functions";

    public static readonly string[] Histories = ["history"];

    public static readonly string[] ResponseLists =
        ["responses", "completions", "answers", "candidates", "generations", "outputs", "allgeneratedresponses", "allresponses"];

    public static readonly string[] ScoreLists = ["scores", "ratings", "rewards", "allrmscores", "rating", "score", "rmscores"];

    public static readonly string[] Responses = ["response", "completion", "answer", "output", "generation", "text"];

    public static readonly string[] Scores = ["score", "rating", "reward", "overallscore", "rmscore", "pmscore", "helpfulness"];

    /// <summary>Places in an order of answers, the best of which is 1.</summary>
    public static readonly string[] Ranks = ["rank", "ranking"];

    public static readonly string[] RankLists = ["ranks", "rankings", "rank", "ranking"];

    public static readonly string[] Labels = ["label", "kto", "ktotag", "thumbsup", "isdesirable", "desirable"];

    /// <summary>Whether a name says that what it holds is a rank.</summary>
    public static bool IsRank(string name) =>
        Array.Exists(RankLists, rank => Normalize(name[(name.LastIndexOf('.') + 1)..]).EndsWith(rank, StringComparison.Ordinal));

    /// <summary>Lower case without hyphens, underscores and blanks: <c>Chosen-Rating</c> and <c>chosen_rating</c> are one name.</summary>
    public static string Normalize(string name) =>
        new(name.Where(c => c is not ('_' or '-' or ' ')).Select(char.ToLowerInvariant).ToArray());
}
