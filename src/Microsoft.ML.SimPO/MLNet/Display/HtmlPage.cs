using System.Text;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A page of its own around what a notebook would show.</summary>
internal static class HtmlPage
{
    /// <param name="path">The file; replaced, when all of it is written, if it exists. Its folder must exist.</param>
    /// <exception cref="IOException">It cannot be written; what was there is as before.</exception>
    public static void Write(string path, string title, string content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes($$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>{{HtmlTable.Encode(title)}}</title>
            <style>
            body { font-family: sans-serif }
            table { border-collapse: collapse; margin: 1em 0 }
            th, td { border: 1px solid #ccc; padding: 2px 8px }
            </style>
            </head>
            <body>
            <h1>{{HtmlTable.Encode(title)}}</h1>
            {{content}}
            </body>
            </html>

            """));
    }
}
