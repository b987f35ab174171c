using Dapper;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>Keeps when each stream is due next; read from the rows of all kinds that ever were due.</summary>
internal sealed class DueProjection() : Projection(ReaderName, 1, [], Due)
{
    public const string ReaderName = "due";

    public static readonly Table Due = new("due", [Column.TextKey("stream"), Column.Number("at")], "at");

    public override JournalFilter Filter { get; } = new([], DueOnly: true);

    public override void Project(JournalRow row, ViewBatch views) => views.Row(Due, row.Stream).Set("at", row.Due);
}

/// <summary>
/// Wakes what is due, each second, so that a deadline is kept although no activation remembers it. A stream that was
/// woken and wrote nothing is left in peace for twice as long each time, up to a minute.
/// </summary>
internal sealed partial class DueReader(
    DueProjection projection, IJournalStore journal, IViewStore views, IGrainFactory grains, TimeProvider time,
        ILogger log)
    : ProjectionReader(projection, journal, views, time, log)
{
    private const int AtOnceMax = 1_000;
    private readonly Dictionary<string, (long DueAt, int Times, long Again)> _woken = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time;
    private readonly IViewStore _views = views;
    private long _looked;

    protected override async Task<bool> Step(CancellationToken ct)
    {
        var more = await base.Step(ct);
        if (more || _time.GetElapsedTime(_looked) < TimeSpan.FromSeconds(1)) return more;
        _looked = _time.GetTimestamp();
        await WakeDue(ct);
        return false;
    }

    private async Task WakeDue(CancellationToken ct)
    {
        if (ActiveGeneration is not { } generation) return;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var connection = await _views.Open(ct);
        var due = (await connection.QueryAsync<(string Stream, long At)>(
            $"select stream, at from {DueProjection.Due.NameOf(generation)} where at > 0 and at <= @now order by at limit @limit",
            new { now, limit = AtOnceMax + _woken.Count })).AsList(); // those left in peace keep no place from others

        foreach (var gone in _woken.Keys.Except(due.Select(d => d.Stream)).ToList()) _woken.Remove(gone);
        foreach (var (stream, at) in due)
        {
            var (dueAt, times, again) = _woken.GetValueOrDefault(stream);
            if (dueAt != at) (times, again) = (0, 0);
            if (again > now) continue;
            _woken[stream] = (at, times + 1, now + Math.Min(60_000, 1_000L << Math.Min(times, 6)));
            _ = Wake(stream); // side by side: one that hangs keeps nobody waiting
        }
    }

    private async Task Wake(string stream)
    {
        try
        {
            await grains.GetGrain<IWakeable>(GrainId.Parse(stream, null)).Wake();
        }
        catch (Exception e) // it stays due and is woken again
        {
            LogWake(Log, stream, e);
        }
    }

    [LoggerMessage(45, LogLevel.Warning, "{Stream} is due and could not be woken")]
    private static partial void LogWake(ILogger log, string stream, Exception e);
}
