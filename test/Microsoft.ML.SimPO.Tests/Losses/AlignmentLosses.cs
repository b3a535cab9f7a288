using System.Reflection;
using Microsoft.ML.SimPO.Losses.Dpo;

namespace Microsoft.ML.SimPO.Losses;

/// <summary>Every loss of the library and of these tests, made with many values of what its constructor takes.</summary>
internal static class AlignmentLosses
{
    public static Type[] OfLibrary => Of(typeof(IAlignmentLoss).Assembly);

    public static Type[] All => [.. OfLibrary, .. Of(typeof(AlignmentLosses).Assembly)];

    /// <summary>All combinations of its choices, with numbers from 0.05 to 0.45, which are in the range of every number of a loss.</summary>
    public static IEnumerable<IAlignmentLoss> Make(Type type, Random random)
    {
        IEnumerable<object[]> arguments = [[]];
        foreach (ParameterInfo parameter in type.GetConstructors().Single().GetParameters())
            arguments = [.. arguments.SelectMany(before => Values(parameter.ParameterType, random).Select(v => (object[])[.. before, v]))];
        return arguments.Select(a => (IAlignmentLoss)Activator.CreateInstance(type, a)!);
    }

    private static Type[] Of(Assembly assembly) =>
        [.. assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IAlignmentLoss)) && t is { IsAbstract: false, IsInterface: false })];

    private static IEnumerable<object> Values(Type type, Random random) => type switch
    {
        { IsEnum: true } => Enum.GetValues(type).Cast<object>(),
        _ when type == typeof(bool) => [false, true],
        _ when type == typeof(DpoSettings) => DpoVariants.Make(random),
        _ when type == typeof(double) => [0.05 + (0.4 * random.NextDouble())],
        _ => throw new NotSupportedException($"A loss is made of numbers and choices, not of {type}."),
    };
}
