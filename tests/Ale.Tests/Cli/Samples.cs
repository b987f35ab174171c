using System.Runtime.CompilerServices;
using Xunit;

namespace Ale.Cli;

/// <summary>Recorded files that tests read: in ALE_SAMPLES, else beside the checkout. Absent, the test is skipped.</summary>
internal static class Samples
{
    public static string Path(string name, [CallerFilePath] string here = "")
    {
        var folder = Environment.GetEnvironmentVariable("ALE_SAMPLES") ?? Beside(here);
        var path = folder is null ? null : System.IO.Path.Combine(folder, name);
        Assert.SkipUnless(File.Exists(path), "no samples");
        return path!;
    }

    private static string? Beside(string here)
    {
        var checkout = new DirectoryInfo(System.IO.Path.GetDirectoryName(here)!).Parent!.Parent!.Parent!;
        var folder = System.IO.Path.Combine(checkout.FullName, "..", "shared", "data");
        return Directory.Exists(folder) ? folder : null;
    }
}
