using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ale.Edge;

[Trait("needs", "server")]
public sealed class EdgeLimitTests
{
    private static Task<EdgeHost> Start(RequestDelegate? slow = null, params (string Name, string Value)[] settings) =>
        EdgeHost.Start(api =>
        {
            api.MapGet("/stock", () => "ok").Allow(Permission.StockRead);
            api.MapPost("/rooms/beat", () => "ok").Allow(Permission.RoomTake);
            api.MapGet("/slow", slow ?? (_ => Task.CompletedTask)).Allow(Permission.StockRead);
            api.MapGet("/events", slow ?? (_ => Task.CompletedTask)).Allow(Permission.StockRead).LongLived();
        }, settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));

    [Theory]
    [InlineData("user", "/api/stock", "GET")]
    [InlineData("viewer", "/api/rooms/beat", "POST")]
    public async Task A_person_has_fifty_requests_a_second_and_others_are_not_touched(
        string role, string path, string method)
    {
        await using var host = await Start();
        Task<Answer> Ask(string subject, string who) => host.Send(new(method), path, role: who, subject: subject);
        for (var i = 0; i < 50; i++) Assert.Equal(200, (await Ask("u1", role)).Status);
        for (var i = 0; i < 3; i++) (await Ask("u1", role)).IsProblem(429, "request.too_many");
        Assert.Equal(200, (await Ask("u2", role)).Status);
        host.Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(200, (await Ask("u1", role)).Status);
        (await Ask("u1", role)).IsProblem(429, "request.too_many");
        host.Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 50; i++) Assert.Equal(200, (await Ask("u1", role)).Status);
    }

    [Fact]
    public async Task A_backend_has_no_pace()
    {
        await using var host = await Start();
        for (var i = 0; i < 120; i++) Assert.Equal(200, (await host.Get("/api/stock")).Status);
    }

    [Fact]
    public void A_pace_is_kept_exactly_when_many_ask_at_once()
    {
        var time = new FakeTimeProvider();
        var rate = new PersonRate(Options.Create(new EdgeLimits()), time);
        var taken = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (rate.Takes("u1")) Interlocked.Increment(ref taken);
        });
        Assert.Equal(50, taken);
        for (var second = 0; second < 10; second++)
        {
            taken = 0;
            for (var i = 0; i < 1_000; i++)
            {
                time.Advance(TimeSpan.FromMilliseconds(1));
                if (rate.Takes("u1")) taken++;
            }
            Assert.Equal(50, taken);
        }
    }

    [Fact]
    public void A_map_that_forgets_never_holds_more_than_its_bound()
    {
        var time = new FakeTimeProvider();
        var map = new RecentCache<int, int>(1_000, TimeSpan.FromSeconds(60), time);
        for (var i = 0; i < 10_000; i++)
        {
            map.Set(i, i);
            Assert.True(map.TryGet(i, out var value) && value == i);
            Assert.InRange(map.Count, 1, 1_000);
        }
        for (var i = 0; i < 10_000; i++) map.Update(i, 1, (one, before) => before + one);
        Assert.InRange(map.Count, 1, 1_000);
        time.Advance(TimeSpan.FromSeconds(60));
        map.Set(-1, 0);
        time.Advance(TimeSpan.FromSeconds(60));
        map.Set(-2, 0);
        Assert.Equal(1, map.Count);
        Assert.True(map.TryGet(-2, out _));
    }

    [Fact]
    public async Task A_full_node_says_busy_and_still_answers_health_and_open_streams()
    {
        var (inside, go) = (new SemaphoreSlim(0), new TaskCompletionSource());
        await using var host = await Start(async http =>
        {
            inside.Release();
            await go.Task;
            await http.Response.WriteAsync("done");
        }, ("Ale:Limits:InProgressMax", "2"));
        Task<Answer>[] slow = [host.Get("/api/slow"), host.Get("/api/slow"), host.Get("/api/events")];
        for (var i = 0; i < slow.Length; i++) await inside.WaitAsync();
        (await host.Get("/api/stock")).IsProblem(503, "request.busy");
        Assert.Equal(200, (await host.Get("/health/live", role: null)).Status);
        go.SetResult();
        Assert.All(await Task.WhenAll(slow), answer => Assert.Equal("done", answer.Text));
        Assert.Equal(200, (await host.Get("/api/stock")).Status);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_unknown()
    {
        var inside = new TaskCompletionSource();
        await using var host = await Start(async http =>
        {
            inside.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        var reply = host.Get("/api/slow");
        await inside.Task;
        host.Time.Advance(TimeSpan.FromSeconds(30));
        (await reply).IsProblem(503, "request.unknown");
    }

    [Fact]
    public async Task Health_tells_ready_from_live()
    {
        var (ready, fails) = (false, false);
        await using var host = await EdgeHost.Start(_ => { }, hooks: hooks => hooks.Ready = _ => fails
            ? throw new InvalidOperationException("secret")
            : Task.FromResult(new Readiness(ready,
                new Dictionary<string, string> { ["storage"] = ready ? "ok" : "away" })));
        Assert.Equal("""{"status":"live"}""", (await host.Get("/health/live", role: null)).Text);
        var answer = await host.Get("/health/ready", role: null);
        Assert.Equal((503, """{"status":"not_ready","checks":{"storage":"away"}}"""), (answer.Status, answer.Text));
        ready = true;
        answer = await host.Get("/health/ready", role: null);
        Assert.Equal((200, """{"status":"ready","checks":{"storage":"ok"}}"""), (answer.Status, answer.Text));
        fails = true;
        answer = await host.Get("/health/ready", role: null);
        Assert.Equal(503, answer.Status);
        Assert.DoesNotContain("secret", answer.Text);
    }

    [Fact]
    public async Task A_readiness_check_that_hangs_is_not_ready_after_two_seconds()
    {
        var asked = new TaskCompletionSource();
        await using var host = await EdgeHost.Start(_ => { }, hooks: hooks => hooks.Ready = _ =>
        {
            asked.SetResult();
            return new TaskCompletionSource<Readiness>().Task;
        });
        var reply = host.Get("/health/ready", role: null);
        await asked.Task;
        while (!reply.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(reply, Task.Delay(20));
        }
        Assert.Equal(503, (await reply).Status);
    }

    [Fact]
    public async Task The_host_maps_more_under_the_same_rules()
    {
        await using var host = await EdgeHost.Start(_ => { }, hooks: hooks => hooks.MapMore = app =>
        {
            app.MapGet("/metrics", () => "ale_up 1").Open();
            app.MapGet("/dashboard", () => "page").Allow(Permission.DashboardRead);
        });
        Assert.Equal("ale_up 1", (await host.Get("/metrics", role: null)).Text);
        (await host.Get("/dashboard", role: "service")).IsProblem(403, "auth.forbidden");
        Assert.Equal("page", (await host.Get("/dashboard", role: "ops")).Text);
    }
}
