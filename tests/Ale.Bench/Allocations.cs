using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Ale.Bench;

/// <summary>Which types are allocated, from the runtime's own samples (one each 100 KB).</summary>
internal sealed class Allocations : EventListener
{
    private const EventKeywords Gc = (EventKeywords)1;
    private const int AllocationTick = 10;
    private readonly ConcurrentDictionary<string, long> _samples = new(StringComparer.Ordinal);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, Gc);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == AllocationTick && eventData.Payload?[5] is string type)
            _samples.AddOrUpdate(type, 1, static (_, n) => n + 1);
    }

    /// <summary>The most frequent, with their share of all bytes.</summary>
    public IEnumerable<(string Type, double Share)> Top(int count)
    {
        var all = (double)_samples.Values.Sum();
        return _samples.OrderByDescending(s => s.Value).Take(count).Select(s => (s.Key, s.Value / all));
    }
}
