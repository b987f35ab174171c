using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using Ale.Edge;
using Ale.Runs;
using Xunit;

namespace Ale.Platforms;

/// <summary>A platform in a process of its own that errs in every way, on both stores.</summary>
[Trait("needs", "server")]
public sealed class PlatformServerTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task TEC_10_A_platform_that_answers_429_is_left_alone_and_caught_up_with_without_a_gap(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        using var process = OtherProcess.Client("platform", "--listen", "http://127.0.0.1:0");
        var address = await process.Address();
        using var platform = new HttpClient { BaseAddress = address };
        await Err(platform, new(Repeat: 0.2, Gap: 0.5, Busy: 0.3, Seed: 11));
        (await http.Put("/api/platforms/quick", Body(address), "ops")).Ok();
        for (var i = 0; i < 6; i++) await Happen(platform, Views(i * 250, 250));
        await Happen(platform, Views(0, 20)); // ids that were there, under new numbers
        var state = await State(http, "quick",
            s => (long)s["seq"]! == 1_520 && (string)s["state"]! == "in_step", 60);
        Assert.Equal((1_500L, 1_520L), ((long)state["taken"]!, (long)state["lastSeq"]!));
        Assert.Equal("in_step", (string)state["state"]!);

        // 429 for good: it is left alone for as long as it says, and then nothing lacks.
        await Err(platform, new(Busy: 1, RetryAfter: 3));
        await Happen(platform, Views(1_500, 10));
        var held = await State(http, "quick", s => (string)s["state"]! == "backing_off", 20);
        Assert.Contains("429", (string)held["why"]!);
        Assert.NotNull(held["pausedUntil"]);
        await State(http, "quick", s => (long)s["lagSeconds"]! >= 1, 20);
        await Err(platform, new());
        state = await State(http, "quick", s => (long)s["seq"]! == 1_530 && (string)s["state"]! == "in_step", 30);
        Assert.Equal((1_510L, "in_step"), ((long)state["taken"]!, (string)state["state"]!));

        // What stands in the list is what was taken, each id once.
        await Settled(http);
        var days = (await http.Get("/api/platforms/quick/days?kind=view", "ops")).Ok().Json["items"]!.AsArray();
        Assert.Equal(1_510, days.Sum(d => (long)d!["events"]!));
        var first = (await http.Get("/api/platforms/quick/events?limit=500", "ops")).Ok().Json;
        Assert.Equal(500, first["items"]!.AsArray().Count);
        var second = (await http.Get(
            $"/api/platforms/quick/events?limit=500&after={(string)first["next"]!}", "ops")).Ok().Json;
        Assert.Empty(Ids(first).Intersect(Ids(second)));

        // A replay takes nothing twice.
        (await http.Post("/api/platforms/quick/replay", """{"after":0}""", "ops")).Ok();
        state = await State(http, "quick", s => s["replayedTo"] is null && (long)s["repeats"]! >= 1_510, 30);
        Assert.Equal(1_510L, (long)state["taken"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task DAT_07_An_adapter_sends_300_events_with_20_repeats_and_280_are_taken(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/platforms/douyin", """{"title":"Douyin","market":"cn"}""", "ops")).Ok();
        var events = Enumerable.Range(0, 280).Concat(Enumerable.Range(100, 20)).ToArray();
        var (taken, repeats) = (0, 0);
        foreach (var part in events.Chunk(100))
        {
            var told = (await http.Post("/api/platforms/douyin/events", Told(part))).Ok().Json;
            (taken, repeats) = (taken + (int)told["taken"]!, repeats + (int)told["repeats"]!);
        }

        Assert.Equal((280, 20), (taken, repeats));
        var state = (await http.Get("/api/platforms/douyin", "ops")).Ok().Json;
        Assert.Equal((280L, 20L, "in_step", 0L), ((long)state["taken"]!, (long)state["repeats"]!,
            (string)state["state"]!, (long)state["lagSeconds"]!));
        (await http.Post("/api/platforms/douyin/replay", """{"after":0}""", "ops"))
            .IsProblem(409, "platform.not_asked");
        (await http.Post("/api/platforms/douyin/events", """{"events":[]}""")).IsProblem(400, "request.invalid");
        (await http.Post("/api/platforms/none/events", Told([1]))).IsProblem(404, "platform.unknown");
        (await http.Put("/api/platforms/other", """{"title":"T","endpoint":"file:///etc/passwd"}""", "ops"))
            .IsProblem(400, "platform.bad_terms");
        (await http.Put("/api/platforms/other", """{"title":"T","market":"xx"}""", "ops"))
            .IsProblem(400, "platform.unknown_market");
        (await http.Put("/api/platforms/other", """{"title":"T"}""", "agent")).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task TEC_10_A_folder_of_JSON_lines_is_followed_as_it_grows_and_a_killed_silo_goes_on()
    {
        var folder = Directory.CreateTempSubdirectory("ale-platforms-").FullName;
        try
        {
            var file = Path.Combine(folder, "weibo.jsonl");
            await File.WriteAllLinesAsync(file, Lines(0, 700));
            await using var silo = await SiloProcess.Start(null, $"--Ale:Platforms:Folder={folder}");
            (await silo.Http.Put("/api/platforms/weibo", """
                {"title":"Weibo","endpoint":"folder:","market":"cn"}
                """, "ops")).Ok();
            await State(silo.Http, "weibo", s => (long)s["seq"]! == 700, 30);
            await File.AppendAllTextAsync(file, Lines(700, 1)[0][..20]); // it is being written
            await State(silo.Http, "weibo", s => (string)s["state"]! == "in_step", 10);
            await silo.Kill();
            await File.AppendAllTextAsync(file, Lines(700, 1)[0][20..] + "\n");
            await File.AppendAllLinesAsync(file, Lines(600, 300)); // 100 of them are there
            await silo.Start();
            var state = await State(silo.Http, "weibo", s => (long)s["seq"]! == 1_001, 60);
            Assert.Equal((900L, 101L), ((long)state["taken"]!, (long)state["repeats"]!));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Body(Uri address) =>
        $$"""{"title":"Kuaishou","endpoint":"{{address}}","market":"cn","minuteMax":6000}""";

    private static ImmutableArray<PlatformEvent> Views(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => View(i))];

    private static PlatformEvent View(int i) =>
        new(string.Create(CultureInfo.InvariantCulture, $"v{i}"), "view", Now);

    private static string[] Lines(int from, int count) => [.. Views(from, count).Select(e =>
        System.Text.Json.JsonSerializer.Serialize(e, PlatformWireJson.Default.PlatformEvent))];

    private static string Told(IEnumerable<int> ids) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"events":[{{string.Join(',', ids.Select(i =>
            $$"""{"id":"d{{i}}","kind":"play","at":"{{Now:yyyy-MM-ddTHH:mm:ssZ}}"}"""))}}]}""");

    private static IEnumerable<string> Ids(System.Text.Json.Nodes.JsonNode page) =>
        page["items"]!.AsArray().Select(e => (string)e!["id"]!);

    private static async Task Happen(HttpClient platform, ImmutableArray<PlatformEvent> events) =>
        (await platform.PostAsJsonAsync("events", events)).EnsureSuccessStatusCode();

    private static async Task Err(HttpClient platform, PlatformFaults faults) =>
        (await platform.PutAsJsonAsync("faults", faults)).EnsureSuccessStatusCode();

    private static async Task<System.Text.Json.Nodes.JsonNode> State(
        SiloHttp http, string platform, Func<System.Text.Json.Nodes.JsonNode, bool> isSo, double seconds) =>
        (await new Func<Task<Answer>>(() => http.Get($"/api/platforms/{platform}", "ops"))
            .Until(a => a.Status == 200 && isSo(a.Json), seconds)).Json;

    private static Task Settled(SiloHttp http) => new Func<Task<Answer>>(() => http.Get("/api/settled", "ops"))
        .Until(a => a.Status == 200, 30);
}
