using System.Diagnostics;

namespace Ale.Bench;

/// <summary>What a flush costs on this machine just now; all durable figures hang on it.</summary>
internal static class Disk
{
    /// <summary>Median of 60 flushes of 8 KiB, microseconds.</summary>
    public static double FlushMicros()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ale-bench-flush-{Environment.ProcessId}");
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None,
                FileOptions.None, 60 * 8_192);
            var block = new byte[8_192];
            var times = new double[60];
            for (var i = 0; i < times.Length; i++)
            {
                RandomAccess.Write(file, block, i * 8_192L);
                var started = Stopwatch.GetTimestamp();
                RandomAccess.FlushToDisk(file);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }

            return ContestResult.Middle(times);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
