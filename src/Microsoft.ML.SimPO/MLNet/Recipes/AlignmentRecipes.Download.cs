namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentRecipes
{
    /// <summary>
    /// Downloads a model or a data set from a hub into the cache of Hugging Face's libraries, where recipes then find it by its name. A download that was cut
    /// goes on where it was, and every content is compared with its hash. Nothing in this library ever does so by itself.
    /// </summary>
    /// <param name="id">Its name there, such as <c>org/small-model</c>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work; what arrived stays, and the next download goes on with it.</param>
    /// <returns>The folder of the snapshot.</returns>
    /// <exception cref="ArgumentException">It is no name of a hub.</exception>
    /// <exception cref="InvalidDataException">What arrived is not what the hub promised, or the hub's list is malformed.</exception>
    /// <exception cref="InvalidOperationException">Downloads are turned off: <c>HF_HUB_OFFLINE</c>.</exception>
    /// <exception cref="IOException">The hub does not have it, does not give it, or cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<string> DownloadAsync(string id, HubDownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (id is null || !RecipeNames.IsHubName(id)) throw new ArgumentException($"'{id}' is no name of a hub. Use one such as org/small-model.", nameof(id));
        options ??= new HubDownloadOptions();
        var names = new RecipeNames(new Dictionary<string, string>(), Environment.GetEnvironmentVariable);
        using var client = new HubClient(id, options, Environment.GetEnvironmentVariable);
        var cache = new HubCache(options.CachePath ?? names.HubCache, id, options.IsDataset);
        try
        {
            return await client.DownloadAsync(cache, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"The hub cannot be reached for '{id}': {e.Message}", e);
        }
    }
}
