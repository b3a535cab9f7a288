namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>A step that cuts pieces where something is found, by a <see cref="SplitBehavior"/>.</summary>
/// <param name="behavior">What becomes of what is found.</param>
/// <param name="invert">What lies between the finds counts as found, and the finds as what lies between.</param>
internal abstract class SplitStep(SplitBehavior behavior, bool invert) : PreTokenizerStep
{
    public sealed override void Apply(AlignedText text, PieceList pieces, PieceList result, PieceList scratch)
    {
        ReadOnlySpan<char> units = text.Units;
        foreach ((int start, int end) in pieces.Items)
        {
            scratch.Clear();
            Find(units[start..end], scratch);
            if (behavior == SplitBehavior.Isolated) Isolate(start, end, scratch, result);
            else Cut(start, end, scratch, result);
        }
    }

    /// <summary>Appends what is found in a piece, from left to right.</summary>
    protected abstract void Find(ReadOnlySpan<char> piece, PieceList found);

    /// <summary>Finds and what lies between are all pieces, whichever of them count as found.</summary>
    private static void Isolate(int start, int end, PieceList found, PieceList result)
    {
        int done = start;
        foreach ((int from, int to) in found.Items)
        {
            result.AddPiece(done, start + from);
            result.AddPiece(start + from, start + to);
            done = start + to;
        }
        result.AddPiece(done, end);
    }

    private void Cut(int start, int end, PieceList found, PieceList result)
    {
        var cutter = new Cutter(behavior, invert, result);
        if (behavior == SplitBehavior.MergedWithNext)
        {
            int first = result.Count, last = end;
            for (int i = found.Count - 1; i >= 0; i--)
            {
                (int from, int to) = (start + found[i].Start, start + found[i].End);
                if (to != last) cutter.Add(to, last, isFind: false);
                cutter.Add(from, to, isFind: true);
                last = from;
            }
            if (last != start) cutter.Add(start, last, isFind: false);
            cutter.Finish();
            result.Reverse(first);
            return;
        }
        int done = start;
        foreach ((int from, int to) in found.Items)
        {
            if (start + from != done) cutter.Add(done, start + from, isFind: false);
            cutter.Add(start + from, start + to, isFind: true);
            done = start + to;
        }
        if (done != end) cutter.Add(done, end, isFind: false);
        cutter.Finish();
    }

    /// <summary>Joins finds and gaps, given in the order of the text or (MergedWithNext) against it.</summary>
    private ref struct Cutter(SplitBehavior behavior, bool invert, PieceList result)
    {
        private (int Start, int End) _open;
        private bool _hasOpen;
        private bool _wasFind;

        public void Add(int start, int end, bool isFind)
        {
            isFind ^= invert;
            bool joins = _hasOpen && behavior switch
            {
                SplitBehavior.Contiguous => isFind == _wasFind,
                SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => isFind && !_wasFind,
                _ => false,
            };
            _wasFind = isFind;
            if (behavior == SplitBehavior.Removed && isFind) return;
            if (joins)
            {
                _open = (Math.Min(start, _open.Start), Math.Max(end, _open.End));
                return;
            }
            Finish();
            (_open, _hasOpen) = ((start, end), true);
        }

        public readonly void Finish()
        {
            if (_hasOpen) result.AddPiece(_open.Start, _open.End);
        }
    }
}
