using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Downloads from a hub that speaks as Hugging Face's does. What was begun goes on, and what arrives is what was promised, or it is not kept.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const string Home = "https://huggingface.co";
    private const int MostListBytes = 1 << 26, MostFiles = 100_000, MostHops = 10;

    private readonly string _id;
    private readonly HubDownloadOptions _options;
    private readonly Func<string, string?> _environment;
    private readonly Uri _endpoint;
    private readonly HttpClient _http;

    public HubClient(string id, HubDownloadOptions options, Func<string, string?> environment)
    {
        (_id, _options, _environment) = (id, options, environment);
        _endpoint = options.Endpoint ?? new Uri(environment("HF_ENDPOINT") is { Length: > 0 } set ? set : Home);
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private string Kind => _options.IsDataset ? "datasets/" : "";

    public void Dispose() => _http.Dispose();

    /// <returns>The folder of the snapshot.</returns>
    public async Task<string> DownloadAsync(HubCache cache, CancellationToken cancellationToken)
    {
        if (_environment("HF_HUB_OFFLINE") is { Length: > 0 } offline && offline != "0")
            throw new InvalidOperationException($"'{_id}' is not downloaded, for HF_HUB_OFFLINE is {offline}. Unset it, or map the name to a folder.");
        (string commit, string[] files) = await ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (string file in files.Where(f => !_options.Ignore.Any(p => Matches(p, f))))
        {
            long bytes = await DownloadAsync(cache, commit, file, cancellationToken).ConfigureAwait(false);
            _options.Progress?.Report((file, bytes));
        }
        cache.Refer(_options.Revision, commit);
        return cache.Snapshot(commit);
    }

    private async Task<(string Commit, string[] Files)> ListAsync(CancellationToken cancellationToken)
    {
        string address = $"api/{(_options.IsDataset ? "datasets" : "models")}/{_id}/revision/{Uri.EscapeDataString(_options.Revision)}";
        using HttpResponseMessage response = await SendAsync(address, HttpMethod.Get, 0, cancellationToken).ConfigureAwait(false);
        using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using JsonDocument json = JsonDocument.Parse(await ReadAsync(content, cancellationToken).ConfigureAwait(false));
        try
        {
            string commit = json.RootElement.GetProperty("sha").GetString() ?? "";
            string[] files =
                [.. json.RootElement.GetProperty("siblings").EnumerateArray().Take(MostFiles).Select(s => s.GetProperty("rfilename").GetString() ?? "")];
            if (!IsPart(commit)) throw Wrong($"its commit is '{commit}'");
            if (files.FirstOrDefault(f => !f.Split('/').All(IsPart)) is { } bad) throw Wrong($"'{bad}' is not the name of a file in it");
            return (commit, files);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw Wrong(e.Message);
        }
    }

    private async Task<long> DownloadAsync(HubCache cache, string commit, string file, CancellationToken cancellationToken)
    {
        string address = $"{Kind}{_id}/resolve/{commit}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}";
        (string hash, long? size) = await HeadAsync(address, file, cancellationToken).ConfigureAwait(false);
        string blob = cache.Blob(hash);
        using (await cache.LockAsync(hash, cancellationToken).ConfigureAwait(false))
        {
            if (!File.Exists(blob)) await FetchAsync(address, file, blob, hash, size, cancellationToken).ConfigureAwait(false);
        }
        cache.Name(commit, file, hash);
        return new FileInfo(blob).Length;
    }

    private async Task<(string Hash, long? Size)> HeadAsync(string address, string file, CancellationToken cancellationToken)
    {
        using HttpResponseMessage head = await SendAsync(address, HttpMethod.Head, 0, cancellationToken).ConfigureAwait(false);
        string? Header(string name) => head.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
        string hash = (Header("X-Linked-Etag") ?? head.Headers.ETag?.Tag ?? "").Replace("W/", "", StringComparison.Ordinal).Trim('"');
        if (hash.Length is not (40 or 64) || !hash.All(char.IsAsciiHexDigit)) throw Wrong($"'{file}' has no hash, but '{hash}'");
        string? size = Header("X-Linked-Size") ?? head.Content.Headers.ContentLength?.ToString(CultureInfo.InvariantCulture);
        return (hash.ToLowerInvariant(), long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null);
    }

    private async Task FetchAsync(string address, string file, string blob, string hash, long? size, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        string part = $"{blob}.incomplete";
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await AppendAsync(address, part, cancellationToken).ConfigureAwait(false);
                if (size is not { } whole || new FileInfo(part).Length >= whole) break;
                throw new IOException($"The connection was cut after {new FileInfo(part).Length} of {whole} bytes.");
            }
            catch (Exception e) when (e is IOException or HttpRequestException && attempt < _options.Retries && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(_options.RetryDelay * Math.Pow(2, attempt), cancellationToken).ConfigureAwait(false);
            }
        }
        string found = await HashAsync(part, hash.Length == 64, cancellationToken).ConfigureAwait(false);
        if (found == hash)
        {
            File.Move(part, blob, overwrite: true);
            return;
        }
        File.Delete(part);
        throw Wrong($"'{file}' should have the hash {hash}, but has {found}. It was not kept; download it again");
    }

    /// <summary>Goes on where the file ends.</summary>
    private async Task AppendAsync(string address, string part, CancellationToken cancellationToken)
    {
        long done = File.Exists(part) ? new FileInfo(part).Length : 0;
        using HttpResponseMessage response = await SendAsync(address, HttpMethod.Get, done, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return; // all of it is there
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent;
        using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var target = new FileStream(part, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
        await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A content's SHA-256 where it lies in large file storage, else that of git.</summary>
    private static async Task<string> HashAsync(string path, bool isLarge, CancellationToken cancellationToken)
    {
        using Stream stream = RegularFile.OpenRead(path);
        if (isLarge) return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
#pragma warning disable CA5350 // git's own name of a content
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {stream.Length}\0")));
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Follows redirections, and waits where it is told to; the token goes to the hub alone.</summary>
    private async Task<HttpResponseMessage> SendAsync(string address, HttpMethod method, long from, CancellationToken cancellationToken)
    {
        var target = new Uri(_endpoint, address);
        for (int attempt = 0, hops = 0; ;)
        {
            using var request = new HttpRequestMessage(method, target);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("simpo", "1"));
            if (Token is { Length: > 0 } token && target.Authority == _endpoint.Authority)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            bool isAnswer = method == HttpMethod.Head && response.Headers.Contains("X-Linked-Etag"); // where it leads to is another's business
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location && !isAnswer && hops++ < MostHops)
            {
                target = new Uri(target, location);
                response.Dispose();
                continue;
            }
            bool isBusy = response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
            if (isBusy && attempt++ < _options.Retries)
            {
                TimeSpan wait = response.Headers.RetryAfter?.Delta ?? (_options.RetryDelay * Math.Pow(2, attempt - 1));
                response.Dispose();
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
                continue;
            }
            Check(response, isAnswer);
            return response;
        }
    }

    private void Check(HttpResponseMessage response, bool mayLead)
    {
        int status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode || status == 416 || (mayLead && status < 400)) return;
        response.Dispose();
        throw new IOException(status switch
        {
            401 or 403 => $"The hub does not give '{_id}' to {(Token is { Length: > 0 } ? "this token" : "strangers")} ({status}). Set HF_TOKEN to one that "
                + "may read it, and accept its conditions there.",
            404 => $"The hub has no '{_id}' at the revision '{_options.Revision}' (404).",
            429 => $"The hub turned '{_id}' away {_options.Retries + 1} times for too many requests (429). Wait, and download it again: it goes on where it "
                + "was.",
            _ => FormattableString.Invariant($"The hub answered {status} for '{_id}'."),
        });
    }

    private string? Token => _options.Token ?? _environment("HF_TOKEN");

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var read = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0 && read.Length < MostListBytes;)
            read.Write(buffer, 0, count);
        return read.ToArray();
    }

    private InvalidDataException Wrong(string what) => new($"What the hub says of '{_id}' is wrong: {what}.");

    /// <summary>Nothing that leads out of the folder.</summary>
    private static bool IsPart(string part) =>
        part.Length is > 0 and <= 255 && part is not ("." or "..") && !part.Any(c => c is '\\' or ':' || char.IsControl(c));

    private static bool Matches(string pattern, string file) => Regex.IsMatch(
        file, $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
