using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>What is written opens in llama.cpp, through LLamaSharp with its CPU back end: 130 megabytes that the package feed has to have.</summary>
public sealed class LlamaCppTests
{
    private const int NewTokens = 16;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Logits_and_greedy_tokens_of_a_file_of_32_bits_are_ours()
    {
        using var folder = new TemporaryFolder();
        string file = folder.In("model.gguf");
        int[] ids;
        float[] expected;
        int[] written;
        var context = new MLContext(seed: 1);
        using (AlignmentTransformer model = context.Alignment.LoadModel(Path.Combine(ChildProgram.Root, "samples", "QuickStart", "model")))
        {
            model.SaveGguf(file, GgufType.F32);
            ids = model.Model.Tokenizer.Encode("What is the capital of France?", addSpecialTokens: true);
            (expected, written) = Ours(model.Model.Decoder, ids);
        }
        string binary = await Build(folder.In("app"));
        ChildProgram run = await ChildProgram.Run(
            binary, folder.Path, null, file, JsonSerializer.Serialize(ids), NewTokens.ToString(CultureInfo.InvariantCulture));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output[run.Output.IndexOf("{\"logits", StringComparison.Ordinal)..]);
        float[] found = [.. document.RootElement.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(v => v.GetSingle()))];
        Assert.Equal(expected.Length, found.Length);
        Assert.InRange(expected.Zip(found).Max(p => Math.Abs(p.First - p.Second)), 0, 1e-4);
        Assert.Equal(written, document.RootElement.GetProperty("written").EnumerateArray().Select(id => id.GetInt32()));
    }

    private static (float[] Logits, int[] Written) Ours(Decoder decoder, int[] ids)
    {
        float[] logits = Logits(decoder, ids);
        int vocabulary = logits.Length / ids.Length;
        List<int> all = [.. ids];
        for (int n = 0; n < NewTokens; n++)
        {
            float[] last = Logits(decoder, [.. all])[^vocabulary..];
            all.Add(Array.IndexOf(last, last.Max()));
        }
        return (logits, [.. all.Skip(ids.Length)]);
    }

    private static float[] Logits(Decoder decoder, int[] ids)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(decoder.Architecture, TokenBatch.OfSequences([ids]), CPU);
        return decoder.Logits(decoder.FinalNorm.Forward(decoder.Forward(pass)).Output).data<float>().ToArray();
    }

    private static async Task<string> Build(string folder)
    {
        Directory.CreateDirectory(folder);
        string program = Path.Combine(ChildProgram.Root, "test", "Microsoft.ML.SimPO.EndToEndTests", "Applications", "LlamaCpp.cs");
        File.Copy(program, Path.Combine(folder, "Program.cs"));
        await File.WriteAllTextAsync(Path.Combine(folder, "App.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="LLamaSharp" Version="0.30.0" />
                <PackageReference Include="LLamaSharp.Backend.Cpu" Version="0.30.0" />
              </ItemGroup>
            </Project>
            """);
        ChildProgram build = await ChildProgram.Dotnet(folder, null, "build", "-nologo", "-v", "q");
        Assert.True(build.ExitCode == 0, build.Output + build.Error);
        return Path.Combine(folder, "bin", "Debug", "net10.0", "App.dll");
    }
}
