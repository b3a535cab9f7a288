namespace Microsoft.ML.SimPO.Text;

/// <summary>Whose preprocessing is reproduced, its faults included.</summary>
public enum Compatibility
{
    /// <summary>The sound behaviour. Default.</summary>
    None,

    /// <summary>
    /// The SimPO authors' own scripts: the answer is rendered alone, so its header is scored; an empty system message is put in where the template
    /// mentions one; too long pairs lose the ends of both answers.
    /// </summary>
    SimPOReference,

    /// <summary>TRL 0.24's <c>CPOTrainer</c>: the answer keeps what the template writes behind it, and an EOS after that; truncation as in the reference.</summary>
    Trl024,
}
