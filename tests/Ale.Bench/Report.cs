using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ale.Bench;

/// <summary>Writes what was measured beside what it was measured on.</summary>
internal static class Report
{
    public static async Task Write(IReadOnlyList<Figure> figures, IReadOnlyList<string> notes, BenchOptions options,
        bool valid)
    {
        var path = Path.Combine(await Shell("git", "rev-parse --show-toplevel"), "tests", "Ale.Bench", "HOT.md");
        var cpu = (await File.ReadAllLinesAsync("/proc/cpuinfo"))
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        var commit = await Shell("git", "rev-parse --short HEAD");
        var text = new StringBuilder();
        text.AppendLine("# hot: the last run").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture,
                $"{cpu?.Split(':')[1].Trim()}, {Environment.ProcessorCount} processors, .NET {Environment.Version}, ")
            .AppendLine(CultureInfo.InvariantCulture,
                $"commit {commit}, {options.Seconds} s a figure. {(valid ? "Valid" : "NOT VALID")}.")
            .AppendLine().AppendLine("| path | in flight | a second | p50 ms | p99 ms | CPU µs | bytes |")
                .AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var f in figures)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {f.Path} | {f.InFlight} | {f.PerSecond:N0} | {f.P50Ms:F2} | {Number(f.P99Ms, "F2")} | {Number(f.CpuMicros, "F1")} | {Number(f.Bytes, "F0")} |");
        }

        text.AppendLine();
        foreach (var note in notes) text.AppendLine(CultureInfo.InvariantCulture, $"- {note}");
        await File.WriteAllTextAsync(path, text.ToString());
        Console.WriteLine($"written to {path}");
    }

    private static string Number(double value, string format) =>
        double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);

    private static async Task<string> Shell(string command, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Trim();
    }
}
