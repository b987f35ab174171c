using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Ale.Edge;

/// <summary>
/// One call from an endpoint to the grains, bound as a parameter:
/// <code>sku.MapPut("/receipts/{id}", (SkuCode sku, Id id, Receipt body, IGrainFactory grains, EdgeCall edge) =>
///     edge.Run(ct => grains.Sku(sku).Receive(new(id, body.Quantity), ct)));</code>
/// A call whose outcome is unknown is made again with the same arguments, marked as a repeat, one at a time, for 10 s
/// in all; then the reply is 503 <c>request.unknown</c>. A refusal, and any other exception, ends it at once.
/// </summary>
internal sealed partial class EdgeCall(HttpContext http)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>The reply when nobody knows whether the command happened.</summary>
    public static readonly Problem Unknown = new(503, "request.unknown",
        "It is not known whether this happened; ask again with the same id.");

    /// <summary>Binds to the request.</summary>
    public static ValueTask<EdgeCall> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(new EdgeCall(context));

    /// <summary>Answers with what the grain says.</summary>
    /// <param name="call">May be called more than once; takes everything that varies from outside.</param>
    public Task<EdgeReply<T>> Run<T>(Func<CancellationToken, Task<Outcome<T>>> call) =>
        Run(call, static value => value);

    /// <summary>Answers with <paramref name="map"/> of what the grain says.</summary>
    public Task<EdgeReply<TReply>> Run<T, TReply>(
        Func<CancellationToken, Task<Outcome<T>>> call, Func<T, TReply> map) =>
        Run(call, value => Task.FromResult(map(value)));

    /// <summary>
    /// Answers with <paramref name="map"/> of what the grain says; it may ask grains itself (a person's external id),
    /// and is part of the attempt.
    /// </summary>
    public async Task<EdgeReply<TReply>> Run<T, TReply>(
        Func<CancellationToken, Task<Outcome<T>>> call, Func<T, Task<TReply>> map)
    {
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        var limits = http.RequestServices.GetRequiredService<IOptions<EdgeLimits>>().Value;
        var client = http.RequestAborted;
        using var clock = new CancellationTokenSource(TimeSpan.FromSeconds(limits.RepeatSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(client, clock.Token);
        var pause = FirstPause;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    if (attempt > 1) CallMark.SetRepeat();
                    var outcome = await call(both.Token).WaitAsync(both.Token);
                    return outcome.Refusal is { } refusal
                        ? new(default, Problem.Of(refusal), outcome.At)
                        : new(await map(outcome.Value!).WaitAsync(both.Token), null, outcome.At);
                }
                catch (Exception fault) when (IsUnknown(fault))
                {
                    EdgeMetrics.Repeated(fault.GetType().Name);
                    Repeats(Log, http.GetEndpoint()?.DisplayName, attempt, fault.GetType().Name);
                }
                await Task.Delay(pause, time, both.Token);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !client.IsCancellationRequested)
        {
            EdgeMetrics.GaveUp();
            return new(default, Unknown, default);
        }
        finally
        {
            CallMark.Clear();
        }
    }

    private ILogger Log => http.RequestServices.GetRequiredService<ILogger<EdgeCall>>();

    /// <summary>True when <paramref name="fault"/> leaves open whether the command happened; nothing else is
    /// repeated.</summary>
    internal static bool IsUnknown(Exception fault) => fault is OutcomeUnknownException or TimeoutException
        or OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException;

    [LoggerMessage(LogLevel.Information, "{Endpoint}: outcome of attempt {Attempt} is unknown ({Fault}); asking again")]
    private static partial void Repeats(ILogger log, string? endpoint, int attempt, string fault);
}

/// <summary>What an endpoint adds to its reply.</summary>
internal static class EdgeReplyTask
{
    /// <summary>202 instead of 200 when <paramref name="waits"/>: recorded, and waiting for something.</summary>
    public static async Task<EdgeReply<T>> AcceptedWhen<T>(this Task<EdgeReply<T>> reply, Func<T, bool> waits)
    {
        var ready = await reply;
        return ready.Problem is null && waits(ready.Value!) ? ready with { Accepted = true } : ready;
    }
}

/// <summary>
/// What an endpoint answers: 200 (202 when <see cref="Accepted"/> says so) with JSON, or a problem. Carries
/// <c>Ale-At: tx-position</c>; a <see cref="Page{T}"/> is written as CSV when the caller accepts that.
/// </summary>
internal sealed record EdgeReply<T>(T? Value, Problem? Problem, JournalPlace At) : IResult, IEndpointMetadataProvider
{
    /// <summary>True: recorded and waiting, 202.</summary>
    public bool Accepted { get; init; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (At != default) response.Headers[AleAt.Header] = AleAt.Write(At);
        if (Problem is not null) return Problem.Write(httpContext);
        response.StatusCode = Accepted ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        if (Value is IPage page && Csv.IsWanted(httpContext.Request)) return Csv.Write(httpContext, page);
        return response.WriteAsJsonAsync(Value, EdgeJson.Options, httpContext.RequestAborted);
    }

    /// <summary>Tells the API document of the reply's shape.</summary>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(200, typeof(T), ["application/json"]));
}
