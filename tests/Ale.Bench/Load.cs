using System.Diagnostics;
using HdrHistogram;

namespace Ale.Bench;

/// <summary>One measured figure.</summary>
/// <param name="CpuMicros">Processor time of the whole machine for one call: silo, database and load together.</param>
/// <param name="Bytes">What this process allocated for one call; NaN: it was not this process that worked.</param>
internal sealed record Figure(
    string Path, int InFlight, double PerSecond, double P50Ms, double P99Ms, long Done, long Failed, double CpuMicros,
    double Bytes);

/// <summary>A closed loop: so many calls in flight, each followed by the next.</summary>
internal static class Load
{
    public static async Task<Figure> Run(string path, int inFlight, TimeSpan time, Func<long, Task<bool>> call)
    {
        var histogram = new LongConcurrentHistogram(1, TimeSpan.FromMinutes(1).Ticks, 3);
        var (done, failed, next) = (0L, 0L, 0L);
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var (busy, allocated) = (Processors.BusyMicros(), GC.GetTotalAllocatedBytes());
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < end)
            {
                var sent = Stopwatch.GetTimestamp();
                if (await call(Interlocked.Increment(ref next))) Interlocked.Increment(ref done);
                else Interlocked.Increment(ref failed);
                histogram.RecordValue(Math.Max(1, Stopwatch.GetElapsedTime(sent).Ticks));
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(path, inFlight, done / seconds, Ms(50), Ms(99), done, failed,
            (Processors.BusyMicros() - busy) / Math.Max(1, done),
            (GC.GetTotalAllocatedBytes() - allocated) / (double)Math.Max(1, done));

        double Ms(double percentile) =>
            histogram.GetValueAtPercentile(percentile) / (double)TimeSpan.TicksPerMillisecond;
    }
}
