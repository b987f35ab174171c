using Xunit;

namespace Ale;

/// <summary>A file of the checkout that says what others rely on, compared with what the code makes.</summary>
internal static class Golden
{
    /// <summary>Set to 1, the files are written anew instead of compared.</summary>
    public const string Update = "ALE_GOLDEN_UPDATE";

    /// <param name="file">From the root of the checkout.</param>
    /// <param name="onlyAdded">True: a line of the file may not go, even when it is written anew.</param>
    public static void Check(string file, string made, bool onlyAdded = false)
    {
        var path = Repository.At(file.Split('/'));
        var kept = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        made = made.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (onlyAdded)
        {
            var lines = made.Split('\n').ToHashSet(StringComparer.Ordinal);
            var gone = kept.Split('\n').Where(line => !lines.Contains(line)).ToArray();
            Assert.True(gone.Length == 0, $"{file}: these may not go or change:\n{string.Join('\n', gone)}");
        }
        if (kept == made) return;
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(path, made);
        else
        {
            var (was, now) = (kept.Split('\n'), made.Split('\n'));
            Assert.Fail($"{file} differs; look at the change, then {Update}=1 ./test writes it anew.\n"
                + string.Join('\n', was.Except(now).Take(20).Select(line => "- " + line)) + "\n"
                + string.Join('\n', now.Except(was).Take(20).Select(line => "+ " + line)));
        }
    }
}
