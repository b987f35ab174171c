using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ale.Kernel;

/// <summary>What the kernel tells of itself. Meter <c>Ale</c>.</summary>
internal static class KernelMetrics
{
    public static readonly Meter Meter = new("Ale");

    private static readonly Histogram<double> FlushMs =
        Meter.CreateHistogram<double>("ale.journal.flush", "ms", "From sending a flush to knowing it durable");

    private static readonly Histogram<int> FlushRows =
        Meter.CreateHistogram<int>("ale.journal.flush.rows", "rows", "Rows in a flush");

    public static readonly Counter<long> FencesLost =
        Meter.CreateCounter<long>("ale.journal.fences_lost", "rows", "Rows whose version another writer had taken");

    public static readonly Counter<long> Refusals =
        Meter.CreateCounter<long>("ale.refusals", "replies", "Refusals by code");

    public static readonly Counter<long> Parked =
        Meter.CreateCounter<long>("ale.reactions.parked", "streams", "Streams that were parked");

    private static readonly Histogram<double> ReaderDelayMs = Meter.CreateHistogram<double>(
        "ale.reader.delay", "ms", "From an event's instant to its effect in a projection or reaction, once a batch");

    public static void Took(string reader, long now, JournalRow last) =>
        ReaderDelayMs.Record(Math.Max(0, now - last.At), new KeyValuePair<string, object?>("reader", reader));

    public static void Flushed(long started, int rows)
    {
        FlushMs.Record(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        FlushRows.Record(rows);
    }
}
