using System.Globalization;
using System.Text;

namespace Ale.Bench;

/// <summary>The tables of <c>RESULTS.md</c>, between two marks; what stands around them is written by people.</summary>
internal static class ResultsFile
{
    private const string Begin = "<!-- measured: begin -->", End = "<!-- measured: end -->";

    public static async Task Write(Results results, BenchOptions options)
    {
        var root = (await Tool.Run("git", "rev-parse", "--show-toplevel")).Trim();
        var path = Path.Combine(root, "tests", "Ale.Bench", "RESULTS.md");
        var before = await File.ReadAllTextAsync(path);
        var (begin, end) = (before.IndexOf(Begin, StringComparison.Ordinal), before.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidOperationException($"{path} lacks {Begin} and {End}.");
        await File.WriteAllTextAsync(path,
            before[..(begin + Begin.Length)] + Environment.NewLine + await Tables(results, options) + before[end..]);
        Console.WriteLine($"written to {path}");
    }

    private static async Task<string> Tables(Results results, BenchOptions options)
    {
        var text = new StringBuilder();
        var cpu = (await File.ReadAllLinesAsync("/proc/cpuinfo"))
            .First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        var commit = (await Tool.Run("git", "describe", "--always", "--dirty")).Trim();
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            {cpu}, {Environment.ProcessorCount} processors, .NET {Environment.Version}, commit {commit}; {options.Pairs} pairs of {options.Seconds} s
            a side in the order ABBA after {options.WarmupSeconds} s of warming. A goal is met when the median passes and no pair
            is worse by more than a fifth. CPU is that of the whole machine: silo, database and load together.

            | path | wanted | median | worst pair | Ale a second | peer a second | CPU µs, Ale and peer | |
            |---|--:|--:|--:|--:|--:|--:|---|
            """);
        foreach (var r in results.Contests)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {r.Contest.Path} | {(r.Contest.IsLatency ? "≤" : "≥")} {r.Contest.Goal}× | {r.Median:F2}× | {r.Worst:F2}× "
                + $"| {Rate(r.Pairs.Select(p => p.Ours))} | {Rate(r.Pairs.Select(p => p.Peer))}, {r.Contest.Peer.Name} "
                + $"| {Cpu(r.Pairs.Select(p => p.Ours))}, {Cpu(r.Pairs.Select(p => p.Peer))} "
                + $"| {Results.Word(r.IsMet)} |");
        }

        text.AppendLine().AppendLine("| of its own | wanted | measured | |").AppendLine("|---|---|---|---|");
        foreach (var b in results.Bounds)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {b.Name} | {b.Goal} | {b.Measured} | {Results.Word(b.IsMet)} |");
        text.AppendLine().AppendLine(results.Faults is []
            ? "Every acknowledged reservation of every run was found in the journal, once."
            : $"**Not valid**: {string.Join("; ", results.Faults)}.").AppendLine();
        return text.ToString();
    }

    // The middle of the pairs, with the number in flight that was chosen.
    private static string Rate(IEnumerable<Figure> figures) => string.Create(CultureInfo.InvariantCulture,
        $"{ContestResult.Middle(figures.Select(f => f.PerSecond)):N0} ({figures.First().InFlight})");

    private static string Cpu(IEnumerable<Figure> figures) =>
        ContestResult.Middle(figures.Select(f => f.CpuMicros)).ToString("N0", CultureInfo.InvariantCulture);
}
