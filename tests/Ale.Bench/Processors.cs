using System.Globalization;

namespace Ale.Bench;

/// <summary>Processor time of the whole machine: silo, peer, database and load together.</summary>
internal static class Processors
{
    private const double MicrosATick = 10_000; // USER_HZ is 100

    /// <summary>Busy time of all processors since the start, microseconds.</summary>
    public static double BusyMicros()
    {
        // cpu user nice system idle iowait irq softirq steal
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * MicrosATick;
    }
}
