using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>Tells what a run will be from its options, the model's configuration and the lengths of the data.</summary>
internal sealed class RunPlanner
{
    private const int LeastTokens = 64, MostDevices = 64;

    private readonly PreferenceTrainerOptions _options;
    private readonly DecoderArchitecture _architecture;
    private readonly LayerNames _names;
    private readonly ComputePrecision _precision;
    private readonly IReadOnlyList<EncodedPrompt>? _data;
    private readonly StepPlan? _steps;

    private RunPlanner(
        PreferenceTrainerOptions options, DecoderArchitecture architecture, LayerNames names, ComputePrecision precision, IReadOnlyList<EncodedPrompt>? data)
    {
        (_options, _architecture, _names, _precision, _data) = (options, architecture, names, precision, data);
        if (data is null) return;
        StepPlan plan = options.Planner(data).Plan(options.Epochs, options.Shuffle ? options.Seed ?? 1 : null);
        _steps = options.MaxSteps > 0 && plan.Count > 0 ? plan.WithCount(options.MaxSteps) : plan;
    }

    /// <param name="data">Null for no data: a pass then has as many tokens as it may.</param>
    /// <param name="there">Memory of the device; null where that is not known.</param>
    public static RunPlan Plan(PreferenceTrainerOptions options, bool isOnCpu, IReadOnlyList<EncodedPrompt>? data, long? there)
    {
        ModelConfig config = TextConfig.Of(ModelStart.ConfigOf(ModelLocation.Of(options.ModelPath, null).Model));
        ModelFamily family = ModelFamilies.Of(config);
        return new RunPlanner(options, family.Read(config), family.Names, isOnCpu ? ComputePrecision.Float32 : ComputePrecision.Mixed, data).Plan(there);
    }

    private RunPlan Plan(long? there)
    {
        int tokens = TokensPerPass(_options.TokensPerMicroBatch);
        PlannedMemory memory = Memory(tokens, _options.GradientCheckpointing, _options.Lora);
        Alternative? nearest = there is { } most && memory.Total > most ? Nearest(most) : null;
        Alternative? same = nearest?.Lora == _options.Lora ? nearest : null;
        var defaults = Activator.CreateInstance(_options.GetType())!;
        return new RunPlan
        {
            Options = [.. OptionProperty.Of(_options.GetType()).Where(o => o.RecipeKey is not null)
                .Select(o => new PlannedOption(o.Name, o.Text(_options), o.Text(_options) == o.Text(defaults)))],
            Parameters = Totals(null).Model,
            Pairs = _data?.Count,
            Tokens = _data?.Sum(p => (long)p.PackedLength),
            Steps = _steps?.Count,
            TokensPerPass = tokens,
            Work = Work(tokens),
            Memory = memory,
            DeviceBytes = there,
            Nearest = nearest?.Yaml,
            NearestMemory = nearest?.Memory,
            Choices = there is { } least && memory.Total > least ? [.. Choices(least)] : [],
            NearestTokens = same?.Tokens,
            NearestRecomputes = same?.Recomputes,
        };
    }

    /// <summary>Other settings for a run, and what it takes with them.</summary>
    private sealed record Alternative(int Tokens, bool Recomputes, LoraOptions? Lora, string Yaml, PlannedMemory Memory);

    /// <summary>Of what changes no result the least first; then an adapter.</summary>
    private Alternative? Nearest(long most)
    {
        List<int> sizes = [];
        for (int tokens = _options.TokensPerMicroBatch; tokens >= LeastTokens; tokens /= 2) sizes.Add(tokens);
        LoraOptions?[] adapters = _options.Lora is null && _options.AdapterPath is null ? [null, new LoraOptions()] : [_options.Lora];
        foreach (LoraOptions? lora in adapters)
            foreach (bool recompute in new[] { _options.GradientCheckpointing, true }.Distinct())
                foreach (int size in sizes)
                {
                    PlannedMemory memory = Memory(TokensPerPass(size), recompute, lora);
                    if (memory.Total <= most) return new Alternative(size, recompute, lora, Yaml(size, recompute, lora), memory);
                }
        return null;
    }

    /// <summary>What each way takes, with the smallest micro-batches and recomputation but for the first.</summary>
    private IEnumerable<PlannedChoice> Choices(long most)
    {
        PlannedChoice Of(string name, long bytes, bool isSupported = true) => new(name, bytes, bytes <= most, isSupported);
        int least = TokensPerPass(LeastTokens);
        yield return Of("smaller micro-batches", Memory(least, _options.GradientCheckpointing, _options.Lora).Total);
        PlannedMemory same = Memory(least, recompute: true, _options.Lora);
        yield return Of("recomputation", same.Total);
        bool trainsAll = _options.Lora is null && _options.AdapterPath is null;
        PlannedMemory adapted = trainsAll ? Memory(least, recompute: true, new LoraOptions()) : same;
        if (trainsAll) yield return Of("an adapter", adapted.Total);
        long model = sizeof(float) * Totals(null).Model;
        yield return Of("8-bit weights under an adapter", adapted.Total - (model / 4 * 3), false);
        if (trainsAll) yield return Of("moments in the memory of the host", same.Total - same.Moments, false);
        // A device's share of what can be parted; activations and logits are each device's own.
        long parted = same.Weights + same.Gradients + same.Moments + same.BestModel + same.SecondModel, own = same.Total - parted;
        for (int devices = 2; devices <= MostDevices; devices *= 2)
        {
            long each = own + (parted / devices);
            if (each > most && devices < MostDevices) continue;
            yield return Of(string.Create(CultureInfo.InvariantCulture, $"{devices} devices that part weights, gradients and moments"), each, false);
            yield break;
        }
    }

    private string Yaml(int tokens, bool recompute, LoraOptions? lora) => string.Join('\n', new[]
    {
        tokens == _options.TokensPerMicroBatch ? null : string.Create(CultureInfo.InvariantCulture, $"tokens_per_micro_batch: {tokens}"),
        recompute == _options.GradientCheckpointing ? null : "gradient_checkpointing: true",
        lora == _options.Lora ? null : string.Create(CultureInfo.InvariantCulture, $"use_peft: true\nlora_r: {lora!.Rank}\nlora_alpha: {lora.Alpha}"),
    }.OfType<string>());

    private RunWork? Work(int tokens)
    {
        if (_data is not { Count: > 0 } || _steps is null) return null;
        using Decoder decoder = Decoder.Described(_architecture, _names);
        if (_options.Lora is { } lora)
            decoder.Attach(AdapterLayout.Of(decoder, lora.Config(null), "The options of LoRA do not fit the model", strict: true));
        double epochs = _options.MaxSteps > 0 ? (double)_steps.Count * _options.BatchSize / _data.Count : _options.Epochs;
        return RunWork.Of(decoder, _data, tokens, epochs, _steps.Count, _options.GradientCheckpointing, _options.NeedsSecondModel);
    }

    private PlannedMemory Memory(int tokens, bool recompute, LoraOptions? lora)
    {
        ComputePlan plan = ComputePlan.ToCount(_precision) with { TokensPerPass = tokens, Recompute = recompute };
        PlannedMemory memory = new MemoryEstimate(_architecture, Totals(lora), plan).Parts(_options is { KeepsBest: true, OutputPath: null });
        return _options.NeedsSecondModel ? memory with { SecondModel = new MemoryEstimate(_architecture, Totals(null), plan).Weights } : memory;
    }

    private ParameterTotals Totals(LoraOptions? lora) =>
        ParameterTotals.Of(_architecture, _names, lora?.Config(null), "The options of LoRA do not fit the model", strict: true);

    /// <summary>The most that a pass has: what it may, unless the data have less, or a pair alone has more.</summary>
    private int TokensPerPass(int limit)
    {
        if (_data is not { Count: > 0 }) return limit;
        int longest = _data.Max(p => p.PackedLength);
        long step = _data.OrderByDescending(p => p.PackedLength).Take(_options.BatchSize).Sum(p => (long)p.PackedLength);
        return (int)Math.Max(longest, Math.Min(limit, step));
    }
}
