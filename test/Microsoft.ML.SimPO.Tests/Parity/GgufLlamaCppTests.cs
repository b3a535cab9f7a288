using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>What is written opens in llama.cpp, through LLamaSharp with its CPU back end: 130 megabytes that the package feed has to have.</summary>
public sealed class GgufLlamaCppTests : IDisposable
{
    private const int NewTokens = 16;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Long")]
    public void Logits_and_greedy_tokens_of_a_file_of_32_bits_are_ours()
    {
        string file = _folder.File("model.gguf");
        using AlignmentTransformer model = new MLContext(seed: 1).Alignment.LoadModel(QuickStartFiles.Model);
        model.SaveGguf(file, GgufType.F32);
        int[] ids = model.Model.Tokenizer.Encode(QuickStartFiles.Pairs(1)[0].Prompt, addSpecialTokens: true);
        float[] expected = Logits(model.Model.Decoder, ids);
        int vocabulary = expected.Length / ids.Length;
        List<int> written = [.. ids];
        for (int n = 0; n < NewTokens; n++)
        {
            float[] last = Logits(model.Model.Decoder, [.. written])[^vocabulary..];
            written.Add(Array.IndexOf(last, last.Max()));
        }
        string said = Run(Build(), file, JsonSerializer.Serialize(ids), NewTokens.ToString(CultureInfo.InvariantCulture));
        using JsonDocument document = JsonDocument.Parse(said[said.IndexOf("{\"logits", StringComparison.Ordinal)..]);
        float[] found = [.. document.RootElement.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(v => v.GetSingle()))];
        Differences.AssertClose("logits of llama.cpp", expected, found, 1e-4);
        Assert.Equal(written.Skip(ids.Length), document.RootElement.GetProperty("written").EnumerateArray().Select(id => id.GetInt32()));
    }

    private static float[] Logits(Decoder decoder, int[] ids)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(decoder.Architecture, TokenBatch.OfSequences([ids]), CPU);
        return decoder.Logits(decoder.FinalNorm.Forward(decoder.Forward(pass)).Output).data<float>().ToArray();
    }

    private string Build()
    {
        _folder.Write("app/Program.cs", File.ReadAllBytes(Repository.PathOf("test", "Microsoft.ML.SimPO.EndToEndTests", "Applications", "LlamaCpp.cs")));
        _folder.Write("app/App.csproj", """
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
        Run("build", "-nologo", "-v", "q");
        return _folder.File("app", "bin", "Debug", "net10.0", "App.dll");
    }

    private string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder.File("app"), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.GetAwaiter().GetResult());
        return output;
    }
}
