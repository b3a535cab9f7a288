using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Fields that hold what is no text: a row that has an image is none of a model that reads text alone.</summary>
internal static class MediaFields
{
    private static readonly (string Name, string What)[] Known =
    [
        ("images", "an image"), ("image", "an image"), ("imagepath", "an image"), ("imageurl", "an image"), ("rejectedimages", "an image"),
        ("videos", "a video"), ("video", "a video"), ("audios", "a sound"), ("audio", "a sound"),
    ];

    private static readonly string[] Endings =
        [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".mp4", ".mov", ".webm", ".avi", ".mkv", ".wav", ".mp3", ".flac", ".ogg"];

    public static string[] Find(FieldLookup fields) => [.. Known.Select(known => fields.Find(known.Name)).OfType<string>()];

    /// <summary>The fault of a row in which one of the fields holds something; null for none.</summary>
    public static RowFault? Check(FieldRecord row, IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            if (!Holds(row[name])) continue;
            string what = Array.Find(Known, known => known.Name == FieldNames.Normalize(name)).What;
            return RowFault.Malformed($"`{name}` holds {what}, but a pair is read as text alone, and its answers may be about what is seen or heard.");
        }
        return null;
    }

    private static bool Holds(FieldValue value) => value.Kind switch
    {
        FieldKind.List => Array.Exists(value.Items, Holds),
        FieldKind.Record => value.Record.Values.Any(part => !part.IsNull),
        FieldKind.Text => value.Text.StartsWith("data:", StringComparison.Ordinal)
            || Endings.Any(end => Path(value.Text).EndsWith(end, StringComparison.OrdinalIgnoreCase)),
        FieldKind.Other => true,
        _ => false,
    };

    /// <summary>An address without what is asked of it.</summary>
    private static string Path(string text) => text.Split('?')[0].TrimEnd();
}
