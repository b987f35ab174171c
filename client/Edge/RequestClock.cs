using Microsoft.Extensions.Options;

namespace Ale.Edge;

/// <summary>
/// Counts the requests in progress and ends one that takes too long. Health is answered even when the node is full;
/// what stays open for long (events, sockets) is neither counted nor ended.
/// </summary>
internal sealed class RequestClock(RequestDelegate next, IOptions<EdgeLimits> limits, TimeProvider time)
{
    private int inProgress;

    public async Task Invoke(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<LongLivedEndpoint>() is not null
            || http.WebSockets.IsWebSocketRequest)
        {
            await next(http);
            return;
        }
        var client = http.RequestAborted;
        if (Interlocked.Increment(ref inProgress) > limits.Value.InProgressMax)
        {
            Interlocked.Decrement(ref inProgress);
            await Problem.OfStatus(503)!.Write(http);
            return;
        }
        using var clock = new CancellationTokenSource(TimeSpan.FromSeconds(limits.Value.RequestSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(client, clock.Token);
        http.Features.Set(new Mark(client, clock.Token));
        http.RequestAborted = both.Token;
        try
        {
            await next(http);
        }
        finally
        {
            http.RequestAborted = client;
            Interlocked.Decrement(ref inProgress);
        }
    }

    /// <summary>True when the server's own limit, not the client, ended the request.</summary>
    public static bool HasRunOut(HttpContext http) =>
        http.Features.Get<Mark>() is { } mark && mark.Clock.IsCancellationRequested
            && !mark.Client.IsCancellationRequested;

    /// <summary>True when the client is gone.</summary>
    public static bool ClientGone(HttpContext http) =>
        (http.Features.Get<Mark>()?.Client ?? http.RequestAborted).IsCancellationRequested;

    private sealed record Mark(CancellationToken Client, CancellationToken Clock);
}
