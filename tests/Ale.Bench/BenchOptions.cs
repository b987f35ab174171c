using System.Globalization;

namespace Ale.Bench;

/// <summary>How long to measure, what, and where the figures go.</summary>
internal sealed record BenchOptions(int Seconds = 8, int WarmupSeconds = 10, bool Report = false)
{
    /// <summary>Only paths whose name begins with this.</summary>
    public string Only { get; init; } = "";

    /// <summary>Requests in flight, each a figure.</summary>
    public IReadOnlyList<int> InFlight { get; init; } = [1, 16, 64, 256, 1024];

    /// <summary>Also tell which types are allocated.</summary>
    public bool Types { get; init; }

    public bool Wants(string path) => path.StartsWith(Only, StringComparison.OrdinalIgnoreCase);

    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--quick" => options with { Seconds = 2, WarmupSeconds = 3 },
                "--report" => options with { Report = true },
                "--seconds" => options with { Seconds = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                "--types" => options with { Types = true },
                "--only" => options with { Only = args[++i] },
                "--inflight" => options with
                {
                    InFlight = [.. args[++i].Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))],
                },
                "--warmup" => options with { WarmupSeconds = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"unknown option {args[i]}"),
            };
        }

        return options;
    }
}
