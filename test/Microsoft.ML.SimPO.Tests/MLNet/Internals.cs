using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Members of ML.NET that are not public but that its own estimators and hosts call.</summary>
internal static class Internals
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    public static SchemaShape ShapeOf(DataViewSchema schema) => (SchemaShape)Method(typeof(SchemaShape), "Create").Invoke(null, [schema])!;

    public static void CancelExecution(MLContext context) => Method(typeof(MLContext), "CancelExecution").Invoke(context, null);

    /// <summary>The input columns that a mapper needs for some of its output columns.</summary>
    public static IEnumerable<DataViewSchema.Column> Dependencies(IRowToRowMapper mapper, IEnumerable<DataViewSchema.Column> columns) =>
        (IEnumerable<DataViewSchema.Column>)Method(typeof(IRowToRowMapper), "GetDependencies").Invoke(mapper, [columns])!;

    public static DataViewRow MapRow(IRowToRowMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> columns) =>
        (DataViewRow)Method(typeof(IRowToRowMapper), "GetRow").Invoke(mapper, [input, columns])!;

    /// <summary>Reads a column of any type, as a value that can be compared.</summary>
    public static Func<object?> Getter(DataViewRow row, DataViewSchema.Column column)
    {
        MethodInfo open = typeof(Internals).GetMethod(nameof(TypedGetter), Any)!;
        try
        {
            return (Func<object?>)open.MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
    }

    private static Func<object?> TypedGetter<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return value is ReadOnlyMemory<char> text ? text.ToString() : value;
        };
    }

    private static MethodInfo Method(Type type, string name) => type.GetMethod(name, Any) ?? throw new MissingMethodException(type.Name, name);
}
