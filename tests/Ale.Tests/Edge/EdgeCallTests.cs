using System.Globalization;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Xunit;

namespace Ale.Edge;

[Trait("needs", "server")]
public sealed class EdgeCallTests
{
    public sealed record Stock(string Sku, int OnHand);

    private static Task<EdgeHost> Answering(Func<CancellationToken, Task<Outcome<Stock>>> call) => EdgeHost.Start(api =>
        api.MapPut("/call", (EdgeCall edge) => edge.Run(call)).Allow(Permission.StockWrite));

    [Fact]
    public async Task A_value_is_200_json_with_its_place_in_the_journal()
    {
        await using var host = await Answering(_ => Task.FromResult(
            new Outcome<Stock>(new("K3", 7), null) { At = new(71, 1203) }));
        var answer = await host.Put("/api/call", "");
        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"sku":"K3","onHand":7}""", answer.Text);
        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal("71-1203", answer.Headers["Ale-At"]);
    }

    [Theory]
    [InlineData(RefusalKind.Invalid, 400)]
    [InlineData(RefusalKind.Forbidden, 403)]
    [InlineData(RefusalKind.NotFound, 404)]
    [InlineData(RefusalKind.Conflict, 409)]
    [InlineData(RefusalKind.Gone, 410)]
    [InlineData(RefusalKind.TooMany, 429)]
    [InlineData(RefusalKind.Busy, 503)]
    public async Task A_refusal_is_a_problem_with_its_code_and_details(RefusalKind kind, int status)
    {
        var calls = 0;
        await using var host = await Answering(_ =>
        {
            calls++;
            return Task.FromResult<Outcome<Stock>>(new Refusal(kind, "stock.sold_out").With("sku", "K3")
                .With("missing[]", "roster").With("field", "quantity").With("status", "0"));
        });
        var answer = await host.Put("/api/call", "");
        answer.IsProblem(status, "stock.sold_out");
        Assert.Equal("K3", (string?)answer.Json["sku"]);
        Assert.Equal("""["roster"]""", answer.Json["missing"]!.ToJsonString());
        Assert.Equal(1, calls);
        if (status == 400) Assert.Equal("quantity", Assert.Single(answer.Errors).Field);
    }

    public static TheoryData<string> Unknowns => ["unknown", "timeout", "silo", "rejected"];

    private static Exception Fault(string name) => name switch
    {
        "unknown" => new OutcomeUnknownException("append lost"),
        "timeout" => new TimeoutException("no answer"),
        "silo" => new SiloUnavailableException("gone"),
        "rejected" => (Exception)Activator.CreateInstance(typeof(OrleansMessageRejectionException),
            BindingFlags.Instance | BindingFlags.NonPublic, null, ["overloaded"], CultureInfo.InvariantCulture)!,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    [Theory, MemberData(nameof(Unknowns))]
    public async Task An_unknown_outcome_is_asked_again_one_at_a_time_and_marked(string fault)
    {
        List<bool> marks = [];
        var (running, most) = (0, 0);
        using var repeats = new Measured("ale.edge.repeats");
        await using var host = await Answering(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            marks.Add(CallMark.IsRepeat);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return marks.Count < 3 ? throw Fault(fault) : new Stock("K3", 1);
        });
        var answer = await Advancing(host, host.Put("/api/call", ""));
        Assert.Equal(200, answer.Status);
        Assert.Equal([false, true, true], marks);
        Assert.Equal(2, repeats.Sum("why", Fault(fault).GetType().Name));
        Assert.Equal(1, most);
        marks.Clear();
        await Advancing(host, host.Put("/api/call", ""));
        Assert.False(marks[0]);
    }

    [Fact]
    public async Task After_ten_seconds_of_unknown_outcomes_the_reply_is_request_unknown()
    {
        var calls = 0;
        await using var host = await Answering(_ =>
        {
            calls++;
            throw new OutcomeUnknownException("append lost");
        });
        var began = host.Time.GetUtcNow();
        var answer = await Advancing(host, host.Put("/api/call", ""));
        answer.IsProblem(503, "request.unknown");
        Assert.InRange((host.Time.GetUtcNow() - began).TotalSeconds, 10, 11);
        Assert.InRange(calls, 5, 50);
    }

    [Fact]
    public async Task A_call_that_never_answers_ends_after_ten_seconds_too()
    {
        var calls = 0;
        await using var host = await Answering(_ =>
        {
            calls++;
            return new TaskCompletionSource<Outcome<Stock>>().Task;
        });
        (await Advancing(host, host.Put("/api/call", ""))).IsProblem(503, "request.unknown");
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Any_other_exception_is_not_repeated_and_is_500_without_a_stack_trace()
    {
        var calls = 0;
        await using var host = await Answering(_ =>
        {
            calls++;
            throw new InvalidOperationException("secret words");
        });
        var answer = await host.Put("/api/call", "");
        answer.IsProblem(500, "request.failed");
        Assert.Equal(1, calls);
        Assert.DoesNotContain("secret", answer.Text);
        var trace = (string?)answer.Json["traceId"];
        Assert.False(string.IsNullOrEmpty(trace));
        Assert.Contains(host.Log.From(LogLevel.Error), line => line.Text.Contains(trace));
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_the_call_and_logs_no_error()
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await Answering(async ct =>
        {
            called.SetResult();
            ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, ct);
            return new Stock("K3", 1);
        });
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(host.Address.Host, host.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"PUT /api/call HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {host.Token()}\r\n"
                + "Content-Length: 0\r\n\r\n"));
            await called.Task;
        }
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await host.App.StopAsync();
        Assert.DoesNotContain(host.Log.From(LogLevel.Warning), line => !line.Text.Contains("DataProtection"));
    }

    [Fact]
    public async Task A_reply_is_mapped_at_once_or_by_asking()
    {
        await using var host = await EdgeHost.Start(api =>
        {
            api.MapGet("/plain", (EdgeCall edge) => edge.Run(Get, stock => new { stock.OnHand }))
                .Allow(Permission.StockRead);
            api.MapGet("/asked", (EdgeCall edge) => edge.Run(Get, async stock =>
            {
                await Task.Yield();
                return new { Twice = stock.OnHand * 2 };
            })).Allow(Permission.StockRead);
        });
        Assert.Equal("""{"onHand":7}""", (await host.Get("/api/plain")).Text);
        Assert.Equal("""{"twice":14}""", (await host.Get("/api/asked")).Text);

        static Task<Outcome<Stock>> Get(CancellationToken ct) => Task.FromResult<Outcome<Stock>>(new Stock("K3", 7));
    }

    [Theory]
    [InlineData(5, 200)]
    [InlineData(0, 202)]
    public async Task What_waits_is_202(int onHand, int status)
    {
        await using var host = await EdgeHost.Start(api => api.MapPut("/spend", (EdgeCall edge) =>
            edge.Run(_ => Task.FromResult<Outcome<Stock>>(new Stock("K3", onHand)))
                .AcceptedWhen(stock => stock.OnHand == 0)).Allow(Permission.StockWrite));
        Assert.Equal(status, (await host.Put("/api/spend", "")).Status);
    }

    // Moves the clock on, a little at a time, until the reply is there.
    private static async Task<Answer> Advancing(EdgeHost host, Task<Answer> reply)
    {
        while (await Task.WhenAny(reply, Task.Delay(20)) != reply) host.Time.Advance(TimeSpan.FromMilliseconds(200));
        return await reply;
    }
}
