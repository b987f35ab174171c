namespace Ale.Edge;

/// <summary>Section <c>Ale:Limits</c>: what one node takes before it says no.</summary>
internal sealed class EdgeLimits
{
    public const string Section = "Ale:Limits";

    /// <summary>Largest body, bytes. Default 1 MiB. Above: 413 <c>request.too_large</c>.</summary>
    public long BodyBytesMax { get; set; } = 1 << 20;

    /// <summary>Requests a second of one <c>user</c> or <c>viewer</c> on a node. Default 50. Above: 429.</summary>
    public int PersonRequestsPerSecond { get; set; } = 50;

    /// <summary>Requests in progress on a node. Default 4,096. Above: 503 <c>request.busy</c>.</summary>
    public int InProgressMax { get; set; } = 4_096;

    /// <summary>Longest life of a request, seconds. Default 30. Then: 503 <c>request.unknown</c>.</summary>
    public int RequestSeconds { get; set; } = 30;

    /// <summary>How long a call of unknown outcome is repeated, seconds in all. Default 10.</summary>
    public int RepeatSeconds { get; set; } = 10;

    /// <summary>Slowest body, bytes a second after the first 5 s. Default 240. Slower: 408.</summary>
    public int BodyBytesPerSecondMin { get; set; } = 240;

    /// <summary>How long the headers of a request may take, seconds. Default 10. Longer: 408.</summary>
    public int HeaderSeconds { get; set; } = 10;

    /// <summary>Event streams open on a node. Default 10,000. Above: 503 <c>request.busy</c>.</summary>
    public int StreamsMax { get; set; } = 10_000;

    /// <summary>Event streams of one <c>user</c> or <c>viewer</c> on a node. Default 8. Above: 429.</summary>
    public int PersonStreamsMax { get; set; } = 8;

    /// <summary>Longest silence of an event stream, seconds; then a comment. Default 15.</summary>
    public int HeartbeatSeconds { get; set; } = 15;

    internal string? Fault() =>
        Range(nameof(BodyBytesMax), BodyBytesMax, 1_024, 1L << 30)
        ?? Range(nameof(PersonRequestsPerSecond), PersonRequestsPerSecond, 1, 1_000_000)
        ?? Range(nameof(InProgressMax), InProgressMax, 1, 1_000_000)
        ?? Range(nameof(RequestSeconds), RequestSeconds, 1, 3_600)
        ?? Range(nameof(RepeatSeconds), RepeatSeconds, 1, RequestSeconds)
        ?? Range(nameof(BodyBytesPerSecondMin), BodyBytesPerSecondMin, 1, 1 << 30)
        ?? Range(nameof(HeaderSeconds), HeaderSeconds, 1, 600)
        ?? Range(nameof(StreamsMax), StreamsMax, 0, 1_000_000)
        ?? Range(nameof(PersonStreamsMax), PersonStreamsMax, 1, 1_000)
        ?? Range(nameof(HeartbeatSeconds), HeartbeatSeconds, 1, 600);

    private static string? Range(string name, long value, long min, long max) =>
        value >= min && value <= max ? null : $"{Section}:{name} is {value} and must be from {min} to {max}.";
}
