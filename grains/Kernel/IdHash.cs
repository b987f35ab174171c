namespace Ale.Kernel;

/// <summary>How ids are remembered: by a 64-bit hash, the same on every machine and for ever.</summary>
internal static class IdHash
{
    /// <summary>FNV-1a over the text's characters; it stands in snapshots, so it never changes.</summary>
    public static long Of(string text)
    {
        var hash = 14695981039346656037UL;
        unchecked
        {
            foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
            return (long)hash;
        }
    }

    /// <summary>Both halves of it folded: enough to tell a repeat from other content under the same id.</summary>
    public static int Short(string text)
    {
        var hash = Of(text);
        return unchecked((int)(hash ^ (hash >> 32)));
    }
}
