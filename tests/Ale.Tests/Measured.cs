using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Ale;

/// <summary>Hears what one instrument of the meter <c>Ale</c> tells, from now on.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(double Value, Dictionary<string, string> Tags)> _heard = new();

    public Measured(string name)
    {
        _listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == "Ale" && instrument.Name == name) all.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Hear(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => Hear(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Hear(value, tags));
        _listener.Start();
    }

    /// <summary>What was counted under this tag.</summary>
    public double Sum(string tag, string value) => _heard.Where(h => Is(h.Tags, tag, value)).Sum(h => h.Value);

    /// <summary>What a gauge shows now under this tag; several silos of this process may tell theirs.</summary>
    public double[] Now(string? tag = null, string value = "")
    {
        _heard.Clear();
        _listener.RecordObservableInstruments();
        return [.. _heard.Where(h => tag is null || Is(h.Tags, tag, value)).Select(h => h.Value)];
    }

    public void Dispose() => _listener.Dispose();

    private static bool Is(Dictionary<string, string> tags, string tag, string value) =>
        tags.TryGetValue(tag, out var found) && found == value;

    private void Hear(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, tagged) in tags) kept[name] = tagged?.ToString() ?? "";
        _heard.Enqueue((value, kept));
    }
}
