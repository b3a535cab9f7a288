using Microsoft.ML.SimPO.Text.Encoders;
using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The length of the answers alone tells most pairs apart: that is what is learned first.</summary>
internal sealed class LengthAloneRule : IRunRule
{
    /// <summary>Of fewer it is chance.</summary>
    private const int LeastPairs = 100;

    private bool _isSaid;

    /// <summary>The share of the pairs that whoever names the longer answer, or the shorter, gets right; null for too few pairs.</summary>
    public static (double Share, bool IsLonger)? Of(IReadOnlyList<EncodedPrompt> pairs)
    {
        int longer = 0, shorter = 0, count = 0;
        foreach (EncodedPrompt pair in pairs)
        {
            if (pair.Answers is not [var first, var second] || !(first.Rating > second.Rating)) continue;
            count++;
            if (first.Length > second.Length) longer++;
            else if (first.Length < second.Length) shorter++;
        }
        if (count < LeastPairs) return null;
        return ((Math.Max(longer, shorter) + ((count - longer - shorter) / 2.0)) / count, longer >= shorter);
    }

    public TrainingDiagnosis? OnStep(RunHistory run)
    {
        if (_isSaid || run.Run.LengthAlone is not var (share, isLonger) || !(share > run.Limits.LengthAlone)) return null;
        _isSaid = true;
        string which = isLonger ? "longer" : "shorter";
        return new TrainingDiagnosis(run.Newest.Step, TrainingSymptom.LengthTellsApart, false, share, Say(
            $"The chosen answer is the {which} one so often that naming the {which} one gets {share:P0} of the pairs right: ")
            + $"the model learns to write {(isLonger ? "more" : "less")}. Balance the lengths of the data, or compare answers of like length.")
        {
            Limit = run.Limits.LengthAlone,
            Cause = "Whoever or whatever chose between the answers went by their length, or the sources of both differ in it.",
            Remedy = "beta: 5.0",
        };
    }
}
