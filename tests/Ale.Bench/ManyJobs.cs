using System.Globalization;
using Ale.Jobs;

namespace Ale.Bench;

/// <summary>Whether jobs that are all due in one minute all start in it, each once (TEC-05).</summary>
internal static class ManyJobs
{
    private const int Count = 10_000;
    private static readonly TimeSpan Wanted = TimeSpan.FromSeconds(60);

    public static async Task Measure(PostgresServer server, Results results)
    {
        // The minute after the next but one: by then all of them have taken their schedule up.
        var due = TimeProvider.System.GetUtcNow().AddMinutes(3);
        due = due.AddTicks(-(due.Ticks % TimeSpan.TicksPerMinute));
        var ran = 0;
        await using var silo = await BenchSilo.Start(server, readers: true, ports: services =>
        {
            for (var i = 0; i < Count; i++)
            {
                services.AddJob(new(Code(i), "Bench", p => Cron(due, p.Market.TimeZone), null, (_, _) =>
                {
                    Interlocked.Increment(ref ran);
                    return Task.FromResult(JobResult.Done("ok"));
                }));
            }
        });
        while (await Events(silo, "job.scheduled") < Count)
        {
            if (TimeProvider.System.GetUtcNow() >= due)
                throw new InvalidOperationException("Not every job had taken its schedule up when they were due.");
            await Task.Delay(500);
        }

        while (await Events(silo, "job.done") < Count && TimeProvider.System.GetUtcNow() < due + (2 * Wanted))
            await Task.Delay(500);
        var ended = (TimeProvider.System.GetUtcNow() - due).TotalSeconds; // all of it on disk

        var (started, done) = (await Events(silo, "job.started"), await Events(silo, "job.done"));
        var once = started == Count && Volatile.Read(ref ran) == Count;
        results.Check("jobs", once && done == Count ? null : $"{started} starts, {ran} runs and {done} ends of {Count}");
        var (half, last) = (await Late(silo, 0.5), await Late(silo, 1));
        results.Take(new("jobs: 10,000 due in the same minute, until each has started, once", "≤ 60 s", string.Create(
            CultureInfo.InvariantCulture, $"half after {half / 1_000.0:F1} s, the last after {last / 1_000.0:F1} s; all done after {ended:F1} s"),
            once && last <= Wanted.TotalMilliseconds));
    }

    private static string Code(int i) => string.Create(CultureInfo.InvariantCulture, $"bench-{i:D5}");

    private static string Cron(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return string.Create(CultureInfo.InvariantCulture,
            $"{local.Minute} {local.Hour} {local.Day} {local.Month} *");
    }

    private static Task<long> Events(BenchSilo silo, string type) => silo.Count("""
        select count(*) from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
        where j.stream like 'job/bench-%' and e.event ->> '$type' = $1
        """, type);

    /// <summary>Milliseconds from when they were due until such a part of them had started.</summary>
    private static Task<long> Late(BenchSilo silo, double part) => silo.Count("""
        select cast(percentile_disc($1) within group (order by extract(epoch from
            (e.event ->> 'at')::timestamptz - (e.event ->> 'dueAt')::timestamptz) * 1000) as bigint)
        from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
        where j.stream like 'job/bench-%' and e.event ->> '$type' = 'job.started'
        """, part);
}
