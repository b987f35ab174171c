using System.Globalization;

namespace Ale.Bench;

/// <summary>One competitor on a path.</summary>
/// <param name="InFlight">Requests in flight, or clients, of which it may choose the best.</param>
/// <param name="Run">Runs with so many in flight, for so long.</param>
internal sealed record Side(string Name, IReadOnlyList<int> InFlight, Func<int, TimeSpan, Task<Figure>> Run);

/// <summary>A path, two sides and a goal.</summary>
/// <param name="Goal">What our rate must be at least, in multiples of the peer's.</param>
internal sealed record Contest(string Path, double Goal, Side Ours, Side Peer)
{
    /// <summary>True: the goal is how many times longer than the peer's our answer may take at most.</summary>
    public bool IsLatency { get; init; }

    /// <summary>Chooses each side's best, then runs pairs in the order ABBA.</summary>
    public async Task<ContestResult> Run(BenchOptions options)
    {
        var ours = await Best(Ours, options);
        var peer = await Best(Peer, options);
        var pairs = new List<(Figure Ours, Figure Peer)>();
        for (var tries = 0; pairs.Count < options.Pairs && tries < options.Pairs * 2; tries++)
        {
            Figure a, b;
            var before = Disk.FlushMicros();
            if (pairs.Count % 2 == 0)
            {
                a = await One(Ours, ours);
                b = await One(Peer, peer);
            }
            else
            {
                b = await One(Peer, peer);
                a = await One(Ours, ours);
            }

            var after = Disk.FlushMicros();
            var isQuiet = Math.Max(before, after) <= 1.25 * Math.Min(before, after);
            var isTaken = isQuiet || options.Pairs * 2 - tries <= options.Pairs - pairs.Count; // not without end
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"   {Ratio(a, b),8:F2}  {a.PerSecond,10:N0}/s {b.PerSecond,10:N0}/s  flush {before:F0} {after:F0} µs"
                + $"{(isTaken ? "" : "  dropped")}"));
            if (isTaken) pairs.Add((a, b));
        }

        return new(this, pairs);

        Task<Figure> One(Side side, int inFlight) => side.Run(inFlight, TimeSpan.FromSeconds(options.Seconds));
    }

    /// <summary>How many times as fast as the peer; of a latency: how many times as long.</summary>
    public double Ratio(Figure ours, Figure peer) =>
        IsLatency ? peer.PerSecond / ours.PerSecond : ours.PerSecond / peer.PerSecond;

    private static async Task<int> Best(Side side, BenchOptions options)
    {
        if (side.InFlight.Count == 1) return side.InFlight[0];
        var figures = new List<Figure>();
        foreach (var inFlight in side.InFlight)
            figures.Add(await side.Run(inFlight, TimeSpan.FromSeconds(options.SweepSeconds)));
        Console.WriteLine($"   {side.Name}: " + string.Join("  ", figures.Select(f => string.Create(
            CultureInfo.InvariantCulture, $"{f.InFlight}: {f.PerSecond:N0}"))));
        return figures.MaxBy(f => f.PerSecond)!.InFlight;
    }
}

/// <summary>What the pairs of a contest came to.</summary>
internal sealed record ContestResult(Contest Contest, IReadOnlyList<(Figure Ours, Figure Peer)> Pairs)
{
    public double Median => Middle(Pairs.Select(p => Contest.Ratio(p.Ours, p.Peer)));

    public double Worst => Contest.IsLatency ? Pairs.Max(p => Contest.Ratio(p.Ours, p.Peer))
        : Pairs.Min(p => Contest.Ratio(p.Ours, p.Peer));

    /// <summary>The median passes, and no pair is worse by more than a fifth.</summary>
    public bool IsMet => Contest.IsLatency
        ? Median <= Contest.Goal && Worst <= Contest.Goal / 0.8
        : Median >= Contest.Goal && Worst >= Contest.Goal * 0.8;

    public static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
