using System.Diagnostics.Metrics;

namespace Ale.Kernel;

/// <summary>What stands at a value now, asked when somebody looks. One for each silo; it ends with it.</summary>
internal sealed class KernelGauges : IDisposable
{
    private readonly Meter _meter = new(KernelMetrics.Meter.Name);

    public KernelGauges(JournalWriter writer, LocalReaders readers, JournalClock clock)
    {
        _meter.CreateObservableGauge("ale.journal.waiting", () => writer.WaitingEvents, "events",
            "Decided here and not yet durable");
        _meter.CreateObservableGauge("ale.reader.lag", () => Each(loop => loop.BehindSince is { } since
            ? Math.Max(0, clock.GetUtcNow().ToUnixTimeMilliseconds() - since) : 0), "ms",
            "Age of the oldest event that was read and has not taken effect; told by the silo that the reader runs on");
        _meter.CreateObservableGauge("ale.reader.listed", () => Each(loop => loop.ListedStreams), "streams",
            "Streams that wait in the list of parked and retried events; told by the silo that the reaction runs on");

        IEnumerable<Measurement<long>> Each(Func<ReaderLoop, long> value) => readers.All.Select(loop =>
            new Measurement<long>(value(loop), new KeyValuePair<string, object?>("reader", loop.Name)));
    }

    public void Dispose() => _meter.Dispose();
}
