using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Runs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Ale.Platforms;

/// <summary>A platform that cannot be asked, and what of people stays when it can.</summary>
[Trait("needs", "server")]
public sealed class PlatformFaultTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Has one event more for everybody who asks.</summary>
    private sealed class EndlessPlatform : IPlatformApi
    {
        public ConcurrentQueue<long> Asked { get; } = [];

        public Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct)
        {
            Asked.Enqueue(after);
            return Task.FromResult(new PlatformPage(
                PlatformWire.Version, [View((int)after + 1) with { Seq = after + 1 }], after + 2));
        }

        public Task Set(string platform, PlatformTerms terms, PlacementSetting setting, CancellationToken ct) =>
            throw new NotSupportedException();
    }

    [Fact]
    public async Task TEC_10_It_is_asked_as_often_a_minute_as_it_grants_and_no_more()
    {
        var platform = new EndlessPlatform();
        await using var silo = await TestSilo.StartWith(s => s.AddSingleton<IPlatformApi>(platform));
        (await silo.Http.Put("/api/platforms/few", """
            {"title":"Few","endpoint":"http://127.0.0.1:9","market":"cn","minuteMax":3}
            """, "ops")).Ok();
        var state = await State(silo.Http, "few", s => (string)s["state"]! == "backing_off", 20);
        Assert.Equal((3L, 0, 4L), ((long)state["taken"]!, (int)state["requestsLeft"]!, (long)state["lastSeq"]!));
        Assert.InRange((DateTimeOffset)state["pausedUntil"]!, Now, Now.AddMinutes(1));
        Assert.Null(state["why"]); // nothing failed
        await Task.Delay(1_000, TestContext.Current.CancellationToken); // four times as long as it rests between rounds
        Assert.Equal([0L, 1L, 2L], platform.Asked);
    }

    [Fact]
    public async Task TEC_10_A_page_of_another_version_is_not_read_and_an_outage_leaves_no_gap()
    {
        var http = (await TestSilo.Sqlite).Http;
        using var process = OtherProcess.Client("platform", "--listen", "http://127.0.0.1:0");
        var address = await process.Address();
        using var platform = new HttpClient { BaseAddress = address };
        await Err(platform, new(Version: 2));
        await Happen(platform, 0, 10);
        (await http.Put("/api/platforms/versions", $$"""
            {"title":"V","endpoint":"{{address}}","market":"cn","minuteMax":6000}
            """, "ops")).Ok();
        var state = await State(http, "versions", s => s["why"] is not null, 20);
        Assert.Equal("it speaks version 2, and we 1", (string)state["why"]!);
        Assert.Equal((0L, "behind"), ((long)state["taken"]!, (string)state["state"]!));
        await Err(platform, new());
        await State(http, "versions", s => (long)s["seq"]! == 10 && s["why"] is null, 30);

        // It is away while more happens than one page holds, and when it comes back it holds some of it back.
        await Err(platform, new(Away: true));
        await Happen(platform, 10, 1_200);
        state = await State(http, "versions", s => s["why"] is not null, 30);
        Assert.Contains("503", (string)state["why"]!, StringComparison.Ordinal);
        Assert.Equal(10L, (long)state["taken"]!);
        await Err(platform, new(Gap: 0.5, Repeat: 0.1, Seed: 3));
        state = await State(http, "versions", s => (long)s["seq"]! == 1_210 && (string)s["state"]! == "in_step", 60);
        Assert.Equal((1_210L, 0L), ((long)state["taken"]!, (long)state["refused"]!));
    }

    [Fact]
    public async Task CAM_02_A_lowered_bid_reaches_the_platform_and_after_an_outage_what_came_in_it()
    {
        var http = (await TestSilo.Sqlite).Http;
        using var process = OtherProcess.Client("platform", "--listen", "http://127.0.0.1:0");
        var address = await process.Address();
        using var platform = new HttpClient { BaseAddress = address };
        (await http.Put("/api/platforms/bidden", $$"""
            {"title":"B","endpoint":"{{address}}","market":"cn","minuteMax":6000}
            """, "ops")).Ok();
        (await http.Put("/api/campaigns/bidden", $$"""
            {"title":"B","goal":"reach","startsAt":"{{Iso(Now.AddHours(-1))}}","endsAt":"{{Iso(Now.AddDays(1))}}",
             "class":"performance","budgetLine":"bidden"}
            """, "ops")).Ok();
        (await http.Put("/api/placements/bid", """
            {"campaignId":"bidden","channel":"bidden","class":"performance","capMinor":100000,"currency":"CNY",
             "bidMinor":400}
            """, "ops")).Ok();
        await Shows(s => s is { BidMinor: 400, IsPaused: false });
        (await http.Post("/api/placements/bid/reports",
            $$"""[{"eventId":"e1","spendMinor":60120,"results":120,"at":"{{Iso(Now)}}"}]""")).Ok();
        var lowered = await Shows(s => s is { BidMinor: 360, Audience: 0, IsPaused: false });

        await Err(platform, new(Away: true));
        (await http.Post("/api/placements/bid/steps/1/revert", """{"reason":"the host was ill"}""", "ops")).Ok();
        (await http.Send(HttpMethod.Patch, "/api/placements/bid", """{"isPaused":true}""", "ops",
            headers: ("If-Match", "\"1\""))).Ok();
        await Task.Delay(1_000, TestContext.Current.CancellationToken);
        Assert.Equal([lowered], await Settings());
        await Err(platform, new(Busy: 0.5, RetryAfter: 1, Seed: 5));
        var after = await Shows(s => s is { BidMinor: 400, IsPaused: true });
        Assert.True(after.Version > lowered.Version);

        // One without such a door is asked once.
        (await http.Put("/api/platforms/deaf", $$"""
            {"title":"D","endpoint":"{{address}}nowhere","market":"cn","minuteMax":6000}
            """, "ops")).Ok();
        Assert.Null((await (await TestSilo.Sqlite).Grains.Platform("deaf").Set(
            lowered, TestContext.Current.CancellationToken)).Refusal);

        async Task<PlacementSetting> Shows(Predicate<PlacementSetting> isSo) =>
            (await new Func<Task<ImmutableArray<PlacementSetting>>>(Settings).Until(
                s => s.Any(x => isSo(x)), 150))[0]; // from the list it is tried each minute

        async Task<ImmutableArray<PlacementSetting>> Settings() => await platform.GetFromJsonAsync(
            "placements", PlatformWireJson.Default.ImmutableArrayPlacementSetting);
    }

    [Fact]
    public async Task CAM_07_People_in_events_are_kept_under_an_internal_id_and_count_as_led()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var silo = await TestSilo.Start(database);
        var http = silo.Http;
        foreach (var (platform, person, hours) in new[]
        {
            ("kuaishou", "theirs-k1", -5), ("douyin", "theirs-d1", -4), ("douyin", "theirs-d1", -2),
            ("douyin", "theirs-d2", -3),
        })
        {
            (await http.Put($"/api/platforms/{platform}", $$"""{"title":"{{platform}}","market":"cn"}""", "ops")).Ok();
            (await http.Post($"/api/platforms/{platform}/events", $$"""
                {"events":[{"id":"{{person}}{{hours}}","kind":"view","personId":"{{person}}","at":"{{Iso(Now.AddHours(hours))}}"},
                 {"id":"n{{hours}}","kind":"view","at":"{{Iso(Now)}}"}]}
                """)).Ok();
        }

        await new Func<Task<Answer>>(() => http.Get("/api/identities/douyin/theirs-d1"))
            .Until(a => a.Status == 200 && (DateTimeOffset)a.Json["firstSeenAt"]! < Now.AddHours(-3), 30);
        foreach (var path in new[] { "kuaishou/theirs-k1", "douyin/theirs-d1" })
        {
            await new Func<Task<Answer>>(() => http.Get($"/api/identities/{path}")).Until(a => a.Status == 200, 30);
            (await http.Post($"/api/identities/{path}/link", """{"userId":"ann","consent":true}""")).Ok();
        }

        var days = string.Create(CultureInfo.InvariantCulture,
            $"/api/audience?from={Now.AddDays(-2):yyyy-MM-dd}&to={Now.AddDays(1):yyyy-MM-dd}");
        var pool = await new Func<Task<JsonNode>>(async () => (await http.Get(days)).Ok().Json)
            .Until(f => (int)f["identities"]! == 3 && f["driven"]!.AsArray().Count == 1, 30);
        Assert.Equal(("kuaishou", "douyin", 2), ((string)pool["driven"]![0]!["from"]!,
            (string)pool["driven"]![0]!["to"]!, (int)pool["people"]!));

        Assert.Equal(["theirs-d1", "theirs-d2"], await People());
        (await http.Post("/api/identities/douyin/theirs-d2/erase")).Ok();
        await new Func<Task<string[]>>(People).Until(p => p is ["theirs-d1"], 90); // nodes remember names for a minute
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("""
            select (select count(*) from journal where kind = 'platform'
                      and convert_from(events, 'UTF8') like '%"theirs-__"%')
                 + (select count(*) from platform_event where person_id like '%theirs%')
            """);
        Assert.Equal(0L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        async Task<string[]> People() => [.. (await http.Get("/api/platforms/douyin/events", "ops")).Ok().Json["items"]!
            .AsArray().Select(e => (string?)e!["personId"]).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    private static PlatformEvent View(int i) =>
        new(string.Create(CultureInfo.InvariantCulture, $"v{i}"), "view", Now);

    private static string Iso(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static async Task Happen(HttpClient platform, int from, int count) =>
        (await platform.PostAsJsonAsync("events", ImmutableArray.CreateRange(
            Enumerable.Range(from, count).Select(View)))).EnsureSuccessStatusCode();

    private static async Task Err(HttpClient platform, PlatformFaults faults) =>
        (await platform.PutAsJsonAsync("faults", faults)).EnsureSuccessStatusCode();

    private static async Task<JsonNode> State(
        SiloHttp http, string platform, Func<JsonNode, bool> isSo, double seconds) =>
        (await new Func<Task<Answer>>(() => http.Get($"/api/platforms/{platform}", "ops"))
            .Until(a => a.Status == 200 && isSo(a.Json), seconds)).Json;
}
