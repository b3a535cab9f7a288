namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>A value of a row: the common denominator of JSON, Parquet, Arrow, CSV and <c>IDataView</c>.</summary>
internal readonly struct FieldValue
{
    private readonly object? _reference;
    private readonly double _number;

    private FieldValue(FieldKind kind, object? reference, double number)
    {
        Kind = kind;
        _reference = reference;
        _number = number;
    }

    public FieldKind Kind { get; }

    /// <summary>Whether a number that the text is may have a comma for its decimals.</summary>
    public bool IsLocal => Kind == FieldKind.Text && _number == 1;

    public bool IsNull => Kind == FieldKind.Null;

    public string Text => (string)_reference!;

    public double Number => _number;

    /// <summary>The number as it came: a whole one as <see cref="long"/>, any other as <see cref="double"/>.</summary>
    public object Exact => _reference ?? _number;

    public bool Boolean => _number != 0;

    public FieldValue[] Items => (FieldValue[])_reference!;

    public FieldRecord Record => (FieldRecord)_reference!;

    /// <summary>The kind as a person calls it in a message.</summary>
    public string KindName => Kind switch
    {
        FieldKind.Null => "null",
        FieldKind.Text => "text",
        FieldKind.Number => "a number",
        FieldKind.Boolean => "true or false",
        FieldKind.List => "a list",
        FieldKind.Other => (string)_reference!,
        _ => "an object",
    };

    /// <summary>Characters of all text in it, each value counted as one at least: what it takes in memory, roughly.</summary>
    public long Characters => Kind switch
    {
        FieldKind.Text => 1 + Text.Length,
        FieldKind.List => 1 + Items.Sum(item => item.Characters),
        FieldKind.Record => 1 + Record.Values.Sum(value => value.Characters),
        _ => 1,
    };

    public static FieldValue Of(string? text) => text is null ? default : new FieldValue(FieldKind.Text, text, 0);

    /// <summary>Text in which the decimal separator of a number may be a comma.</summary>
    public static FieldValue OfLocal(string text) => new(FieldKind.Text, text, 1);

    /// <summary>What is in no pair, by the name that messages call it: "a date".</summary>
    public static FieldValue OfOther(string name) => new(FieldKind.Other, name, 0);

    public static FieldValue Of(double number) => new(FieldKind.Number, null, number);

    /// <summary>A whole number, which stays one where it is written again.</summary>
    public static FieldValue Of(long number) => new(FieldKind.Number, number, number);

    public static FieldValue Of(ulong number) => number <= long.MaxValue ? Of((long)number) : Of((double)number);

    public static FieldValue Of(bool value) => new(FieldKind.Boolean, null, value ? 1 : 0);

    public static FieldValue Of(FieldValue[] items) => new(FieldKind.List, items, 0);

    public static FieldValue Of(FieldRecord record) => new(FieldKind.Record, record, 0);
}
