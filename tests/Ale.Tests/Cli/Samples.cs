using Xunit;

namespace Ale.Cli;

/// <summary>Recorded files: in ALE_SAMPLES, else beside the checkout. Absent, the test is skipped.</summary>
internal static class Samples
{
    public static string Path(string name)
    {
        var folder = Environment.GetEnvironmentVariable("ALE_SAMPLES") ?? Repository.At("..", "shared", "data");
        var path = System.IO.Path.Combine(folder, name);
        Assert.SkipUnless(File.Exists(path), "no samples");
        return path;
    }
}
