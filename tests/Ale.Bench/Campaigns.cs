using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Platforms;

namespace Ale.Bench;

/// <summary>Money of one campaign: authorised against its cap, reported, and refused everywhere once it is gone.</summary>
internal sealed class Campaigns(BenchSilo silo)
{
    private const int BatchSize = 100;
    private const string Intake = "campaign: platform events, from intake to the placements' books";

    private readonly List<(string[] Streams, bool IsReport, Figure Figure)> _runs = [];
    private int _last;

    public static async Task Run(PostgresServer server, BenchOptions options, Results results)
    {
        if (!options.WantsAnyOf("campaign")) return;
        await using var silo = await BenchSilo.Start(server, readers: false);
        var ours = new Campaigns(silo);
        await ours.Authorisations(256).Run(256, TimeSpan.FromSeconds(options.WarmupSeconds));
        var sql = await PgBench.Create(server);
        await results.Take(options, new("campaign: authorisations", 50, ours.Authorisations(64, 256, 1024),
            sql.Side(PgBench.Spend)));
        await results.Take(options, new("campaign: spend events, one a call", 50, ours.Reports(1, 64, 256, 1024),
            sql.Side(PgBench.Spend)));
        await results.Take(options, new($"campaign: spend events, {BatchSize} a call as platforms tell them", 50,
            ours.Reports(BatchSize, 4, 16, 64), sql.Side(PgBench.Spend)));
        if (options.WantsAnyOf("campaign, against Redis"))
        {
            await using var redis = await RedisPeer.Create();
            await results.Take(options, new("campaign, against Redis: spend events, one a call", 1,
                ours.Reports(1, 64, 256, 1024), redis.Side(64, 256, 1024)));
            await results.Take(options, new($"campaign, against Redis: spend events, {BatchSize} a call", 2,
                ours.Reports(BatchSize, 4, 16, 64), redis.Side(64, 256, 1024)));
        }

        results.Check("campaign", await ours.Fault());
        if (options.Wants("campaign: crossing")) await Crossing(server, results);
        if (options.Wants(Intake)) await FromIntakeToBooks(server, options, results);
    }

    private Side Authorisations(params int[] inFlight) => new("Ale", inFlight, async (n, time) =>
    {
        var placement = await Begin("A", Limits.AmountMinorMax);
        var figure = await Load.Run("authorisations", n, time, async i => (await silo.Placements.Authorise(
            placement, new(Id("a", i), Amount(i)))).Value is { State: AuthorisationState.Held });
        _runs.Add((["placement/" + placement], false, figure));
        return figure;
    });

    /// <summary>Rates are of events, also where one call brings several.</summary>
    private Side Reports(int batch, params int[] inFlight) => new("Ale", inFlight, async (n, time) =>
    {
        // One placement remembers the ids of so many events; the next ones are another's.
        var placements = new List<string>();
        for (var k = 0; k < 8; k++) placements.Add(await Begin("R", Limits.AmountMinorMax));
        var figure = await Load.Run("reports", n, time, async i =>
        {
            var at = TimeProvider.System.GetUtcNow();
            var placement = placements[(int)(i * batch / IPlacementGrain.EventsMax)];
            var told = await silo.Placements.Report(placement, [.. Enumerable.Range(0, batch).Select(k =>
                new SpendReport(Id("e", (i * batch) + k), Amount(i), 100, at, null))]);
            return told.Refusal is null;
        });
        figure = figure with { PerSecond = figure.PerSecond * batch, Done = figure.Done * batch };
        _runs.Add(([.. placements.Select(id => "placement/" + id)], true, figure));
        return figure;
    });

    /// <summary>What was acknowledged and is not in the journal, once; null when all is.</summary>
    private async Task<string?> Fault()
    {
        foreach (var (streams, isReport, figure) in _runs)
        {
            var stored = isReport ? await silo.Count("""
                select count(*) from (
                  select distinct j.stream, r.report ->> 'eventId'
                  from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) e(event),
                    json_array_elements(e.event -> 'reports') r(report)
                  where j.stream = any($1) and e.event ->> '$type' = 'placement.reported') told
                """, (object)streams)
                : await silo.Count("""
                select count(*) from (
                  select distinct j.stream, e.event ->> 'id'
                  from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
                  where j.stream = any($1) and e.event ->> '$type' = 'placement.authorised') held
                """, (object)streams);
            if (figure.Failed > 0 || stored != figure.Done)
                return $"{streams[0]}: {figure.Done} acknowledged, {stored} in the journal, {figure.Failed} failed";
        }

        return null;
    }

    /// <summary>
    /// A report takes the last of the cap through one node, while clients of two nodes ask for more without end: how
    /// long until both have been refused.
    /// </summary>
    private static async Task Crossing(PostgresServer server, Results results)
    {
        const int rounds = 300;
        var database = await server.NewDatabase();
        await using var one = await BenchSilo.Start(server, readers: false, database);
        await using var two = await BenchSilo.Start(server, readers: false, database);
        var (ours, times) = (new Campaigns(one), new List<double>());
        for (var round = 0; round < rounds + 20; round++)
        {
            var placement = await ours.Begin("X", 1_000_000);
            var started = Stopwatch.GetTimestamp();
            var report = one.Grains.Placement(placement).Report(
                [new("cross", 1_000_000, 1_000_000, TimeProvider.System.GetUtcNow(), null)]);
            var refused = await Task.WhenAll(Ask(one, "a"), Ask(two, "b"));
            var told = await report;
            if (told.Refusal is not null) throw new InvalidOperationException(told.Refusal.Code);
            if (round >= 20) times.Add(refused.Max());

            async Task<double> Ask(BenchSilo node, string who)
            {
                for (var i = 0; ; i++)
                {
                    var asked = await node.Grains.Placement(placement).Authorise(new(Id(who, i), 1));
                    if (asked.Refusal == PlacementRefusals.Cap)
                        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                }
            }
        }

        times.Sort();
        var (middle, late) = (times[times.Count / 2], times[times.Count * 99 / 100]);
        results.Take(new("campaign: crossing report, until clients of two nodes are refused", "≤ 20 ms", string.Create(
            CultureInfo.InvariantCulture, $"median {middle:F1} ms, p99 {late:F1} ms, longest {times[^1]:F1} ms"),
            late <= 20));
    }

    /// <summary>
    /// Platforms tell of placements in full messages, all at once, with readers on: until every event is booked. A
    /// platform that is told to wait, because tables are behind, sends the same message again.
    /// </summary>
    private static async Task FromIntakeToBooks(PostgresServer server, BenchOptions options, Results results)
    {
        const int platforms = 4, placements = 32, wanted = 1_000;
        await using var silo = await BenchSilo.Start(server, readers: true);
        var ours = new Campaigns(silo);
        var books = new List<string>();
        for (var k = 0; k < placements; k++) books.Add(await ours.Begin("I", Limits.AmountMinorMax));
        for (var k = 0; k < platforms; k++)
            Sure((await silo.Grains.Platform(Id("p", k)).Connect(new(new("P", "", "cn", 0), "bench"))).Refusal);
        var (started, told) = (Stopwatch.GetTimestamp(), new long[platforms]);
        await Task.WhenAll(Enumerable.Range(0, platforms).Select(async k =>
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < options.Seconds)
            {
                var at = TimeProvider.System.GetUtcNow();
                ImmutableArray<PlatformEvent> message = [.. Enumerable.Range(0, PlatformWire.PageMax)
                    .Select(i => new PlatformEvent(Id("e", told[k] + i), i % 2 == 0 ? "spend" : "click", at)
                    {
                        PlacementId = books[i / 2 % placements],
                        AmountMinor = i % 2 == 0 ? 1 : null,
                        Currency = i % 2 == 0 ? "CNY" : null,
                    })];
                while (!await Take(Id("p", k), message)) await Task.Delay(100);
                told[k] += message.Length;
            }
        }));
        var (events, seconds) = (told.Sum(), Stopwatch.GetElapsedTime(started).TotalSeconds);
        var taking = seconds;
        for (var booked = 0L; booked < events; seconds = Stopwatch.GetElapsedTime(started).TotalSeconds)
        {
            if (seconds - taking > 120) break;
            await Task.Delay(20);
            booked = 0;
            foreach (var id in books)
            {
                var info = (await silo.Grains.Placement(id).Get()).Value!;
                booked += info.SpendMinor + info.Results;
            }

            if (booked > events) results.Check(Intake, $"{booked} of {events} events are booked");
        }

        async Task<bool> Take(string platform, ImmutableArray<PlatformEvent> message)
        {
            try
            {
                Sure((await silo.Grains.Platform(platform).Take(message)).Refusal);
                return true;
            }
            catch (OutcomeUnknownException)
            {
                return false;
            }
        }

        var (rate, lag) = (events / seconds, seconds - taking);
        if (lag > 120) results.Check(Intake, $"not all of {events} events are booked after {lag:F0} s");
        results.Take(new(Intake, $"≥ {wanted} events a second", string.Create(CultureInfo.InvariantCulture,
            $"{rate:F0} a second of {events}; taken at {events / taking:F0} a second, lag at the end {lag:F1} s"),
            rate >= wanted && lag <= 120));
    }

    /// <summary>A placement of a campaign that is on.</summary>
    private async Task<string> Begin(string prefix, long cap)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{prefix}{++_last}");
        var now = TimeProvider.System.GetUtcNow();
        Sure((await silo.Grains.Campaign(id).Put(new(new("bench", "speed", now.AddDays(-1), now.AddDays(1), null,
            SpendClass.Performance, [], [], []), "bench"))).Refusal);
        Sure((await silo.Grains.Placement(id).Put(
            new(new(id, "bench", SpendClass.Performance, "click", cap, "CNY", 100), "bench"))).Refusal);
        await silo.Checkpoint();
        return id;
    }

    private static void Sure(Refusal? refusal)
    {
        if (refusal is not null) throw new InvalidOperationException(refusal.Code);
    }

    private static long Amount(long i) => (i % 100) + 1;

    private static string Id(string prefix, long i) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}");
}
