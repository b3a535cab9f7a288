using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit;

namespace Microsoft.ML.SimPO;

/// <summary>Downloads from a server of this process that speaks as the hub does.</summary>
public sealed class HubDownloadTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TempFolder _folder = new();
    private readonly HttpListener _server = new();
    private readonly int _port = FreePort();
    private readonly Dictionary<string, byte[]> _files = new()
    {
        ["config.json"] = "{}"u8.ToArray(), ["model.safetensors"] = Bytes(300_000), ["sub/vocab.txt"] = "a\nb\n"u8.ToArray(), ["pytorch_model.bin"] = [1, 2, 3],
    };

    private readonly List<string> _asked = [];
    private string[]? _listed;
    private Func<HttpListenerContext, bool> _first = _ => false;

    public HubDownloadTests()
    {
        _server.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _server.Prefixes.Add($"http://localhost:{_port}/");
        _server.Start();
        _ = Task.Run(Serve);
    }

    private HubDownloadOptions Options => new()
    {
        Endpoint = new Uri($"http://127.0.0.1:{_port}"), CachePath = _folder.Path, Token = "secret", RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 3,
    };

    public void Dispose()
    {
        _server.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_lies_in_the_cache_as_Hugging_Faces_libraries_lay_it_and_is_found_by_its_name()
    {
        string snapshot = await AlignmentRecipes.DownloadAsync("org/small", Options);
        string model = _folder.File("models--org--small");
        Assert.Equal(Path.Combine(model, "snapshots", Commit), snapshot);
        Assert.Equal(Commit, File.ReadAllText(Path.Combine(model, "refs", "main")));
        Assert.Equal(
            ["config.json", "model.safetensors", "sub/vocab.txt"],
            Directory.EnumerateFiles(snapshot, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(snapshot, f).Replace('\\', '/')).Order());
        foreach ((string name, byte[] content) in _files.Where(f => f.Key != "pytorch_model.bin"))
        {
            var file = new FileInfo(Path.Combine(snapshot, name));
            Assert.Equal(content, File.ReadAllBytes(file.FullName));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(Path.Combine(model, "blobs", Hash(name)), Path.GetFullPath(file.LinkTarget!, file.DirectoryName!));
        }
        var names = new RecipeNames(new Dictionary<string, string>(), variable => variable == "HF_HUB_CACHE" ? _folder.Path : null);
        List<string> faults = [];
        Assert.Equal((snapshot, 0), (names.Model("org/small", "main", faults), faults.Count));
        // The token goes to the hub, and not where it sends one for large files.
        Assert.All(_asked.Where(a => a.Contains("127.0.0.1", StringComparison.Ordinal)), a => Assert.EndsWith(" Bearer secret", a, StringComparison.Ordinal));
        Assert.EndsWith(" ", Assert.Single(_asked, a => a.Contains("localhost", StringComparison.Ordinal)), StringComparison.Ordinal);

        _asked.Clear();
        Assert.Equal(snapshot, await AlignmentRecipes.DownloadAsync("org/small", Options));
        Assert.DoesNotContain(_asked, a => a.StartsWith("GET", StringComparison.Ordinal) && a.Contains("/resolve/", StringComparison.Ordinal)); // all is there
    }

    [Fact]
    public async Task A_connection_that_is_cut_goes_on_where_it_was()
    {
        int cuts = 2;
        List<long> from = [];
        _first = context =>
        {
            if (context.Request.HttpMethod != "GET" || !context.Request.Url!.AbsolutePath.Contains("cdn", StringComparison.Ordinal)) return false;
            from.Add(From(context.Request));
            if (cuts-- <= 0) return false;
            byte[] content = _files["model.safetensors"];
            int start = (int)From(context.Request);
            (context.Response.StatusCode, context.Response.ContentLength64) = (start > 0 ? 206 : 200, content.Length - start);
            context.Response.OutputStream.Write(content, start, 100_000);
            context.Response.OutputStream.Flush();
            Thread.Sleep(50); // what was sent arrives before the connection is reset
            context.Response.Abort();
            return true;
        };
        string snapshot = await AlignmentRecipes.DownloadAsync("org/small", Options);
        Assert.Equal(_files["model.safetensors"], File.ReadAllBytes(Path.Combine(snapshot, "model.safetensors")));
        Assert.Equal(3, from.Count);
        Assert.True(from[0] == 0 && from[1] > 0 && from[2] > from[1], string.Join(' ', from));
    }

    [Fact]
    public async Task What_has_another_hash_is_not_kept()
    {
        _first = context =>
        {
            if (!context.Request.Url!.AbsolutePath.Contains("cdn", StringComparison.Ordinal)) return false;
            Send(context, Bytes(300_000, seed: 2));
            return true;
        };
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(() => AlignmentRecipes.DownloadAsync("org/small", Options));
        Assert.StartsWith($"What the hub says of 'org/small' is wrong: 'model.safetensors' should have the hash {Hash("model.safetensors")}, but has ",
            fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories), f => f.Contains(Hash("model.safetensors") + ".inc",
            StringComparison.Ordinal) || f.EndsWith("blobs/" + Hash("model.safetensors"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401, "The hub does not give 'org/small' to this token (401). Set HF_TOKEN to one that may read it, and accept its conditions there.")]
    [InlineData(404, "The hub has no 'org/small' at the revision 'main' (404).")]
    [InlineData(418, "The hub answered 418 for 'org/small'.")]
    [InlineData(429, "The hub turned 'org/small' away 4 times for too many requests (429). Wait, and download it again: it goes on where it was.")]
    public async Task What_the_hub_refuses_is_said(int status, string message)
    {
        int tries = 0;
        _first = context =>
        {
            tries++;
            context.Response.StatusCode = status;
            context.Response.Close();
            return true;
        };
        IOException fault = await Assert.ThrowsAsync<IOException>(() => AlignmentRecipes.DownloadAsync("org/small", Options));
        Assert.Equal((message, status == 429 ? 4 : 1), (fault.Message, tries));
    }

    [Fact]
    public async Task A_hub_that_is_busy_for_a_while_is_asked_again()
    {
        int busy = 3;
        _first = context =>
        {
            if (busy-- <= 0) return false;
            context.Response.StatusCode = busy == 2 ? 503 : 429;
            context.Response.AddHeader("Retry-After", "0");
            context.Response.Close();
            return true;
        };
        Assert.True(File.Exists(Path.Combine(await AlignmentRecipes.DownloadAsync("org/small", Options), "config.json")));
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\..\\b")]
    public async Task A_name_that_leads_out_of_the_folder_is_refused(string name)
    {
        _listed = ["config.json", name];
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(() => AlignmentRecipes.DownloadAsync("org/small", Options));
        Assert.Equal($"What the hub says of 'org/small' is wrong: '{name}' is not the name of a file in it.", fault.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task What_is_no_name_and_a_machine_that_is_to_stay_offline_are_said()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => AlignmentRecipes.DownloadAsync("../x", Options));
        using var client = new HubClient("org/small", Options, variable => variable == "HF_HUB_OFFLINE" ? "1" : null);
        InvalidOperationException offline = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.DownloadAsync(new HubCache(_folder.Path, "org/small", isDataset: false), CancellationToken.None));
        Assert.Equal("'org/small' is not downloaded, for HF_HUB_OFFLINE is 1. Unset it, or map the name to a folder.", offline.Message);
        Assert.Empty(_asked);
    }

    private static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static long From(HttpListenerRequest request) =>
        request.Headers["Range"] is { } range ? long.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static void Send(HttpListenerContext context, byte[] content)
    {
        int from = (int)From(context.Request);
        if (from > 0) context.Response.StatusCode = 206;
        context.Response.ContentLength64 = content.Length - from;
        context.Response.OutputStream.Write(content, from, content.Length - from);
        context.Response.Close();
    }

    /// <summary>The large file by its SHA-256, others by git's hash.</summary>
    private string Hash(string name) => name == "model.safetensors"
        ? Convert.ToHexStringLower(SHA256.HashData(_files[name]))
#pragma warning disable CA5350
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {_files[name].Length}\0"), .. _files[name]]));
#pragma warning restore CA5350

    private void Serve()
    {
        while (_server.IsListening)
        {
            try
            {
                Answer(_server.GetContext());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // The test is over, or the other side has gone.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        Uri url = context.Request.Url!;
        _asked.Add($"{context.Request.HttpMethod} {url} {context.Request.Headers["Authorization"]}");
        if (_first(context)) return;
        if (url.AbsolutePath.StartsWith("/api/models/org/small/revision/main", StringComparison.Ordinal))
        {
            var files = (_listed ?? [.. _files.Keys]).Select(f => new { rfilename = f });
            Send(context, JsonSerializer.SerializeToUtf8Bytes(new { sha = Commit, siblings = files }));
            return;
        }
        string name = Uri.UnescapeDataString(url.AbsolutePath).Split($"{Commit}/")[^1];
        if (name == "/cdn/model.safetensors")
        {
            Send(context, _files["model.safetensors"]);
            return;
        }
        bool isLarge = name == "model.safetensors";
        context.Response.AddHeader(isLarge ? "X-Linked-Etag" : "ETag", $"\"{Hash(name)}\"");
        if (isLarge)
        {
            context.Response.AddHeader("X-Linked-Size", $"{_files[name].Length}");
            context.Response.Redirect($"http://localhost:{_port}/cdn/model.safetensors");
            context.Response.Close();
        }
        else if (context.Request.HttpMethod == "HEAD") context.Response.Close();
        else Send(context, _files[name]);
    }
}
