using System.Reflection;

namespace Microsoft.ML.SimPO;

/// <summary>Members of ML.NET that are not public but that its own estimators and hosts call.</summary>
internal static class Internals
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    public static SchemaShape ShapeOf(DataViewSchema schema) => (SchemaShape)Method(typeof(SchemaShape), "Create").Invoke(null, [schema])!;

    public static void CancelExecution(MLContext context) => Method(typeof(MLContext), "CancelExecution").Invoke(context, null);

    private static MethodInfo Method(Type type, string name) => type.GetMethod(name, Any) ?? throw new MissingMethodException(type.Name, name);
}
