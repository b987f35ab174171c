using System.Diagnostics.Metrics;

namespace Ale.Edge;

/// <summary>What the edge tells of itself. Meter <c>Ale</c>.</summary>
internal static class EdgeMetrics
{
    private static readonly Meter Meter = new("Ale");

    private static readonly Counter<long> Repeats = Meter.CreateCounter<long>("ale.edge.repeats", "calls",
        "Calls made again because nobody knew what had become of them");

    private static readonly Counter<long> Unknown = Meter.CreateCounter<long>("ale.edge.unknown", "replies",
        "Requests answered with request.unknown");

    /// <param name="why">The exception's type.</param>
    public static void Repeated(string why) => Repeats.Add(1, new KeyValuePair<string, object?>("why", why));

    public static void GaveUp() => Unknown.Add(1);
}
