namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>
/// The values of one leaf column of a row group in their order, with the levels that say where lists start and what is null; a page at a
/// time.
/// </summary>
internal abstract class ParquetColumn
{
    private readonly int _maxDefinition;
    private int[] _definitions = [];
    private int[] _repetitions = [];
    private int _at;
    private int _count;
    private int _value;

    protected ParquetColumn(int maxDefinition, int maxRepetition)
    {
        _maxDefinition = maxDefinition;
        MaxRepetition = maxRepetition;
    }

    /// <summary>Definition level of the value at hand: how many of the optional and repeated fields on its way are there.</summary>
    public int Definition =>
        !Ready() ? throw new InvalidDataException("a column ends before its row group does.") : _maxDefinition == 0 ? 0 : _definitions[_at];

    /// <summary>Repetition level of the value at hand: the list that it goes on with; 0 where a row starts, and at the end.</summary>
    public int Repetition => MaxRepetition == 0 || !Ready() ? 0 : _repetitions[_at];

    protected int MaxRepetition { get; }

    /// <summary>The value at hand, null where its definition level is not the highest; then the next is at hand.</summary>
    public FieldValue Take()
    {
        bool defined = Definition == _maxDefinition;
        _at++;
        return defined ? Value(_value++) : default;
    }

    /// <summary>Reads the next page that holds values: their number and their levels. False at the end of the column.</summary>
    protected abstract bool ReadPage(ref int[] definitions, ref int[] repetitions, out int count);

    protected abstract FieldValue Value(int index);

    private bool Ready()
    {
        while (_at == _count)
        {
            _at = _value = 0;
            if (!ReadPage(ref _definitions, ref _repetitions, out _count))
            {
                _count = 0;
                return false;
            }
        }
        return true;
    }
}
