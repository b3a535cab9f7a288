using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.SimPO.Losses;

/// <summary>A reward as a saved model keeps it: its name, and its numbers by the names of the record's parameters.</summary>
internal sealed record SavedReward(string Name, IReadOnlyDictionary<string, double> Numbers)
{
    public static SavedReward Of(IReward reward)
    {
        Type type = reward.GetType();
        return new SavedReward(
            NameOf(type) ?? throw new InvalidOperationException(
                $"The reward '{type}' has no {nameof(RewardNameAttribute)}, so that no saved model could name it."),
            Parameters(type).ToDictionary(p => p.Name!, p => (double)type.GetProperty(p.Name!)!.GetValue(reward)!, StringComparer.Ordinal));
    }

    /// <summary>The reward that was saved.</summary>
    /// <param name="registered">Assemblies that may declare it, beside the library itself.</param>
    /// <exception cref="InvalidDataException">No assembly declares such a reward, or its numbers are not those that it is made of.</exception>
    public IReward Restore(IEnumerable<Assembly> registered)
    {
        Type type = registered.Prepend(typeof(SavedReward).Assembly).Distinct().SelectMany(Declared).FirstOrDefault(t => NameOf(t) == Name)
            ?? throw new InvalidDataException(
                $"The model's reward is '{Name}', which no registered assembly declares. "
                + "Register the one that does with `mlContext.ComponentCatalog.RegisterAssembly` before loading.");
        ParameterInfo[] parameters = Parameters(type);
        string[] faults =
        [
            .. parameters.Where(p => !Numbers.ContainsKey(p.Name!)).Select(p => $"`{p.Name}` is missing."),
            .. Numbers.Where(n => !double.IsFinite(n.Value))
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"`{n.Key}` is {n.Value}, which is no finite number.")),
            .. Numbers.Keys.Except(parameters.Select(p => p.Name!)).Select(n => $"`{n}` is none of its numbers."),
        ];
        return faults.Length == 0
            ? (IReward)Activator.CreateInstance(type, [.. parameters.Select(p => (object)Numbers[p.Name!])])!
            : throw new InvalidDataException($"The model's reward '{Name}' is damaged: {string.Join(" ", faults)}");
    }

    private static IEnumerable<Type> Declared(Assembly assembly) => assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IReward)));

    private static string? NameOf(Type type) => type.GetCustomAttribute<RewardNameAttribute>()?.Name;

    private static ParameterInfo[] Parameters(Type type) => type.GetConstructors().Single().GetParameters();
}
