using System.Diagnostics;
using Ale.Edge;
using Ale.Feed;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

/// <summary>Live stock in whole silos.</summary>
[Trait("needs", "server")]
public sealed class StockFeedTests
{
    private const int Rounds = 12;
    private static readonly TimeSpan Following = TimeSpan.FromMilliseconds(250);

    [Fact]
    public async Task ORD_01_A_watcher_sees_every_sku_as_it_is_and_then_each_change()
    {
        var http = (await TestSilo.Sqlite).Http;
        await Sku(http, "LIVE-A", 100);
        await Sku(http, "LIVE-B", 5);
        await using var events = await EventReader.Open(http, "/api/skus/events?skus=live-a,LIVE-B,LIVE-A");

        var first = new[] { await events.Next(), await events.Next() };
        Assert.Equal([("LIVE-A", 100), ("LIVE-B", 5)],
            first.Select(e => ((string)e.Data["sku"]!, (int)e.Data["available"]!)).Order());
        Assert.Equal([1, 2], first.Select(e => e.Id));
        Assert.All(first, e => Assert.Equal("stock", e.Name));

        (await http.Put("/api/skus/LIVE-A/reservations/r1", """{"quantity":3}""")).Ok();
        var changed = await events.Until(e => (int)e["available"]! == 97);
        Assert.Equal(3, changed.Id);
        Assert.Equal((await http.Get("/api/skus/LIVE-A/stock")).Ok().Text, changed.Data.ToJsonString());
        (await http.Post("/api/skus/LIVE-A/reservations/r1/release")).Ok();
        Assert.Equal(4, (await events.Until(e => (int)e["available"]! == 100)).Id);
    }

    [Fact]
    public async Task STK_06_A_watcher_sees_live_selling_pause_and_go_on()
    {
        var http = (await TestSilo.Sqlite).Http;
        (await http.Put("/api/skus/PAUSE", """
            {"title":"T","priceMinor":100,"currency":"GBP","market":"gb",
             "levels":{"safety":500,"warning":200,"minimum":50}}
            """)).Ok();
        (await http.Put("/api/skus/PAUSE/receipts/in", """{"quantity":50}""")).Ok();
        await using var events = await EventReader.Open(http, "/api/skus/events?skus=PAUSE");
        Assert.True((bool)(await events.Next()).Data["liveSelling"]!);
        (await http.Put("/api/skus/PAUSE/reservations/r1", """{"quantity":1,"sessionId":"s"}""")).Ok();
        var paused = await events.Until(e => !(bool)e["liveSelling"]!);
        Assert.Equal(("minimum", 49), ((string)paused.Data["level"]!, (int)paused.Data["available"]!));
        (await http.Put("/api/skus/PAUSE/reservations/r2", """{"quantity":1,"sessionId":"s"}"""))
            .IsProblem(409, "stock.paused");
        (await http.Put("/api/skus/PAUSE/reservations/r3", """{"quantity":1}""")).Ok();
        (await http.Put("/api/skus/PAUSE/receipts/in2", """{"quantity":300}""")).Ok();
        await events.Until(e => (bool)e["liveSelling"]!);
        (await http.Put("/api/skus/PAUSE/reservations/r2", """{"quantity":1,"sessionId":"s"}""")).Ok();
    }

    [Fact]
    public async Task A_watcher_who_comes_back_goes_on_with_greater_ids_from_all_values_as_they_are()
    {
        var http = (await TestSilo.Sqlite).Http;
        await Sku(http, "BACK", 10);
        long last;
        await using (var before = await EventReader.Open(http, "/api/skus/events?skus=BACK", last: 41))
            last = (await before.Next()).Id;
        Assert.Equal(42, last);
        (await http.Put("/api/skus/BACK/reservations/r1", """{"quantity":4}""")).Ok(); // nobody looks
        await using var after = await EventReader.Open(http, "/api/skus/events?skus=BACK", last);
        var now = await after.Next();
        Assert.Equal((43, 6), (now.Id, (int)now.Data["available"]!));
    }

    [Fact]
    public async Task Without_skus_a_page_of_all_is_watched()
    {
        await using var silo = await TestSilo.Start();
        for (var i = 0; i < 3; i++) await Sku(silo.Http, $"P{i}", i + 1);
        var listed = () => silo.Http.Get("/api/skus");
        await listed.Until(a => a.Json["items"]!.AsArray().Count == 3);
        await using var events = await EventReader.Open(silo.Http, "/api/skus/events?limit=2");
        Assert.Equal(["P0", "P1"],
            new[] { (string)(await events.Next()).Data["sku"]!, (string)(await events.Next()).Data["sku"]! }.Order());
        (await silo.Http.Put("/api/skus/P1/receipts/r2", """{"quantity":5}""")).Ok();
        Assert.Equal("P1", (string)(await events.Next()).Data["sku"]!);
    }

    [Fact]
    public async Task What_cannot_be_watched_is_refused_before_anything_is_sent()
    {
        var http = (await TestSilo.Sqlite).Http;
        await Sku(http, "KNOWN", 1);
        (await http.Get("/api/skus/events?skus=KNOWN,UNKNOWN-1")).IsProblem(404, "stock.unknown_sku");
        (await http.Get("/api/skus/events?skus=")).IsProblem(400, "request.invalid");
        (await http.Get("/api/skus/events?skus=a%20b")).IsProblem(400, "request.invalid");
        var many = string.Join(',', Enumerable.Range(0, FeedLimits.TopicsOfWatchMax + 1).Select(i => $"K{i}"));
        (await http.Get($"/api/skus/events?skus={many}")).IsProblem(400, "request.invalid");
        (await http.Get("/api/skus/events?skus=KNOWN", "finance")).IsProblem(403, "auth.forbidden");
        (await http.Get("/api/skus/events?skus=KNOWN", "service", "b", (LastEventId.Header, "-1")))
            .IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task Streams_beyond_the_limits_are_refused_and_an_ended_one_makes_room()
    {
        await using var silo = await TestSilo.Start(
            settings: ["--Ale:Limits:StreamsMax=3", "--Ale:Limits:PersonStreamsMax=1"]);
        await Sku(silo.Http, "FEW", 1);
        const string path = "/api/skus/events?skus=FEW";
        await using (var own = await EventReader.Open(silo.Http, path, role: "user", subject: "u1"))
        {
            await own.Next();
            Assert.Equal(429, await EventReader.Status(silo.Http, path, "user", "u1"));
            await using var two = await EventReader.Open(silo.Http, path);
            await using var three = await EventReader.Open(silo.Http, path);
            Assert.Equal(503, await EventReader.Status(silo.Http, path, "service", "backend"));
        }

        var streams = silo.Services.GetRequiredService<EventStreams>();
        Assert.Equal(0, await new Func<Task<int>>(() => Task.FromResult(streams.Open)).Until(n => n == 0, 30));
        Assert.Equal(0, silo.Services.GetRequiredService<FeedHub>().Topics);
        await using var again = await EventReader.Open(silo.Http, path, role: "user", subject: "u1");
        await again.Next();
    }

    [Fact]
    public async Task A_silent_stream_sends_comments_and_ends_whole_when_the_node_stops()
    {
        var silo = await TestSilo.Start(settings: ["--Ale:Limits:HeartbeatSeconds=1"]);
        await Sku(silo.Http, "QUIET", 1);
        await using var events = await EventReader.Open(silo.Http, "/api/skus/events?skus=QUIET");
        await events.Next();
        Assert.Equal(":", await events.Line());
        var stopping = Stopwatch.StartNew();
        await silo.DisposeAsync();
        while (await events.Line() is not null) { } // a cut answer would throw here
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(15), $"{stopping.Elapsed}");
    }

    [Fact]
    public async Task ORD_01_Another_node_follows_within_a_quarter_of_a_second()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var seller = await TestSilo.Start(database);
        await Sku(seller.Http, "FAR", 1_000); // the grain lives there: there is no other node yet
        await using var viewer = await TestSilo.Start(database);
        await using var events = await EventReader.Open(viewer.Http, "/api/skus/events?skus=FAR");
        Assert.Equal(1_000, (int)(await events.Next()).Data["available"]!);

        var took = new List<TimeSpan>();
        for (var i = 1; i <= Rounds; i++)
        {
            (await seller.Http.Put($"/api/skus/FAR/reservations/r{i}", """{"quantity":1}""")).Ok();
            var acknowledged = Stopwatch.GetTimestamp();
            await events.Until(e => (int)e["available"]! == 1_000 - i);
            took.Add(Stopwatch.GetElapsedTime(acknowledged));
        }

        // Looking again alone would need a second on the average; the machine may be busy, so half of them count.
        var usual = took.Order().ElementAt(Rounds / 2);
        Assert.True(usual <= Following, string.Join(", ", took.Select(t => $"{t.TotalMilliseconds:0} ms")));
    }

    [Fact]
    public async Task ORD_01_A_watcher_goes_on_when_the_node_with_the_sku_dies()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var first = await SiloProcess.Start(database);
        await Sku(first.Http, "MOVED", 10);
        await using var second = await TestSilo.Start(database);
        await using var events = await EventReader.Open(second.Http, "/api/skus/events?skus=MOVED");
        Assert.Equal(10, (int)(await events.Next()).Data["available"]!);
        await first.Kill();
        (await second.Http.Put("/api/skus/MOVED/reservations/r1", """{"quantity":4}""")).Ok();
        Assert.Equal(6, (int)(await events.Until(e => (int)e["available"]! == 6)).Data["available"]!);
    }

    private static async Task Sku(SiloHttp http, string sku, int units)
    {
        (await http.Put($"/api/skus/{sku}", """{"title":"T","priceMinor":100,"currency":"CNY"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/r1", $$"""{"quantity":{{units}}}""")).Ok();
    }
}
