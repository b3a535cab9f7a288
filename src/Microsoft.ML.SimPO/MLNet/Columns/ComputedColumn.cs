using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A column that a transformer computes.</summary>
/// <typeparam name="TResult">What is computed for a row; several columns may show parts of it.</typeparam>
internal sealed class ComputedColumn<TResult>
{
    private readonly Func<Func<TResult>, Delegate> _getter;

    private ComputedColumn(string name, DataViewType type, string? scoreKind, Func<Func<TResult>, Delegate> getter) =>
        (Name, Type, ScoreKind, _getter) = (name, type, scoreKind, getter);

    public string Name { get; }

    public DataViewType Type { get; }

    /// <summary>The value of the annotation by which ML.NET knows what kind of score the column is; null for a column that is none.</summary>
    public string? ScoreKind { get; }

    /// <summary>What a margin has to reach in the loss of the model that gives the scores; null for a column that belongs to no pair.</summary>
    public double? TargetMargin { get; private init; }

    public static ComputedColumn<TResult> Single(string name, string? scoreKind, Func<TResult, float> part) =>
        new(name, NumberDataViewType.Single, scoreKind, result => (ValueGetter<float>)((ref float value) => value = part(result())));

    public static ComputedColumn<TResult> Boolean(string name, string? scoreKind, Func<TResult, bool> part) =>
        new(name, BooleanDataViewType.Instance, scoreKind, result => (ValueGetter<bool>)((ref bool value) => value = part(result())));

    public static ComputedColumn<TResult> Text(string name, Func<TResult, string> part) =>
        new(name, TextDataViewType.Instance, null, result =>
            (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = part(result()).AsMemory()));

    /// <param name="count">How many texts each row has.</param>
    public static ComputedColumn<TResult> Texts(string name, int count, Func<TResult, string[]> part) =>
        new(name, new VectorDataViewType(TextDataViewType.Instance, count), null, result =>
            (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> value) =>
                value = new VBuffer<ReadOnlyMemory<char>>(count, Array.ConvertAll(part(result()), text => text.AsMemory()))));

    /// <summary>This column of a model with such a margin.</summary>
    public ComputedColumn<TResult> With(double targetMargin) => new(Name, Type, ScoreKind, _getter) { TargetMargin = targetMargin };

    /// <param name="result">Of the row that a cursor stands at.</param>
    /// <exception cref="InvalidOperationException"><typeparamref name="TValue"/> is not the column's type.</exception>
    public ValueGetter<TValue> Getter<TValue>(Func<TResult> result) => _getter(result) as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{Type.RawType}' of column '{Name}'.");
}
