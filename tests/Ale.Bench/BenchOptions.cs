using System.Globalization;

namespace Ale.Bench;

/// <summary>How long to measure, and what.</summary>
internal sealed record BenchOptions(int Seconds = 8, int WarmupSeconds = 10)
{
    /// <summary>Only paths whose name begins with this.</summary>
    public string Only { get; init; } = "";

    /// <summary>Requests in flight, each a figure of <c>hot</c>.</summary>
    public IReadOnlyList<int> InFlight { get; init; } = [1, 16, 64, 256, 1024];

    /// <summary>Pairs of a contest.</summary>
    public int Pairs { get; init; } = 5;

    /// <summary>Seconds of each run that looks for a side's best number of clients.</summary>
    public int SweepSeconds { get; init; } = 3;

    /// <summary>Also tell which types are allocated.</summary>
    public bool Types { get; init; }

    public bool Wants(string path) => path.StartsWith(Only, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether one of the paths may be wanted whose names begin with this.</summary>
    public bool WantsAnyOf(string group) => Wants(group) || Only.StartsWith(group, StringComparison.OrdinalIgnoreCase);

    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--quick" => options with { Seconds = 2, WarmupSeconds = 3, SweepSeconds = 1, Pairs = 2 },
                "--seconds" => options with { Seconds = Number(args[++i]) },
                "--warmup" => options with { WarmupSeconds = Number(args[++i]) },
                "--pairs" => options with { Pairs = Number(args[++i]) },
                "--only" => options with { Only = args[++i] },
                "--inflight" => options with { InFlight = [.. args[++i].Split(',').Select(Number)] },
                "--types" => options with { Types = true },
                _ => throw new ArgumentException($"unknown option {args[i]}"),
            };
        }

        return options;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
