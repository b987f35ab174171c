using System.Globalization;

namespace Ale.Bench;

/// <summary>How long to measure, and where the figures go.</summary>
internal sealed record BenchOptions(int Seconds = 8, int WarmupSeconds = 10, bool Report = false)
{
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
                "--warmup" => options with { WarmupSeconds = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"unknown option {args[i]}"),
            };
        }

        return options;
    }
}
