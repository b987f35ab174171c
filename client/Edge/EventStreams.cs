using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Ale.Feed;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Ale.Edge;

/// <summary>
/// The id of the last event that a client has seen (<c>Last-Event-ID</c>): he goes on from there with greater ones, and
/// first gets every value as it is now, so that he has missed nothing that still matters.
/// </summary>
internal readonly record struct LastEventId(long Value) : IEndpointParameterMetadataProvider
{
    public const string Header = "Last-Event-ID";
    private const long Max = 1L << 52; // also a number in a browser, with room for what follows

    /// <summary>Binds the header; absent: 0.</summary>
    public static ValueTask<LastEventId> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var header = context.Request.Headers[Header];
        if (header.Count == 0) return new(default(LastEventId));
        if (header.Count == 1 && long.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && id <= Max) return new(new LastEventId(id));
        throw new ProblemException(Problem.Invalid(Header, "Must be the id of an event that was sent."));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(
        new HeaderTaken(Header, false, "The last event seen: ids go on from it, and all values are sent as they are."));
}

/// <summary>
/// Live values as server-sent events. A value's JSON is written once for all its watchers on the node. Invariants: at
/// most <see cref="EdgeLimits.StreamsMax"/> streams are open on the node, and <see cref="EdgeLimits.PersonStreamsMax"/>
/// of one <c>user</c> or <c>viewer</c>; one value a topic waits for a slow reader.
/// </summary>
internal sealed class EventStreams(IOptions<EdgeLimits> limits, IHostApplicationLifetime lifetime)
{
    private static readonly byte[] Heartbeat = ":\n\n"u8.ToArray();

    private readonly ConcurrentDictionary<string, int> _ofPerson = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<FeedValue, byte[]> _frames = [];
    private int _open;

    /// <summary>Streams that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Sends what changes, until the client goes or the node stops.</summary>
    public async Task<IResult> Serve(
        HttpContext http, EdgeCall edge, IReadOnlyList<FeedSubject> subjects, LastEventId last)
    {
        var caller = Caller.Of(http.User);
        var person = caller.IsBackend || !caller.Roles.Any(role => role is Roles.User or Roles.Viewer)
            ? null : caller.Subject;
        if (Enter(person) is { } full) return new Refused(full);
        try
        {
            var (watch, busy) = http.RequestServices.GetRequiredService<IFeed>().Watch(subjects);
            if (busy is not null) return new Refused(Problem.Of(busy));
            using var watching = watch!;
            var begun = await edge.Run(ct => watching.Begin(ct));
            if (begun.Problem is { } problem) return new Refused(problem);
            await Send(http, watching, last.Value);
            return Results.Empty;
        }
        finally
        {
            Leave(person);
        }
    }

    private async Task Send(HttpContext http, IFeedWatch watch, long id)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, lifetime.ApplicationStopping);
        var (response, every) = (http.Response, TimeSpan.FromSeconds(limits.Value.HeartbeatSeconds));
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us must not gather events
        try
        {
            await response.StartAsync(end.Token);
            while (true)
            {
                if (await watch.Wait(every, end.Token))
                {
                    while (watch.Take() is { } value)
                    {
                        var head = string.Create(CultureInfo.InvariantCulture, $"id: {++id}\n");
                        await response.WriteAsync(head, end.Token);
                        await response.Body.WriteAsync(_frames.GetValue(value, Frame), end.Token);
                    }
                }
                else await response.Body.WriteAsync(Heartbeat, end.Token);
                await response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client went, or the node stops: the answer ends here, whole.
        }
    }

    private Problem? Enter(string? person)
    {
        if (Interlocked.Increment(ref _open) > limits.Value.StreamsMax)
        {
            Interlocked.Decrement(ref _open);
            return Problem.OfStatus(503);
        }

        if (person is null || _ofPerson.AddOrUpdate(person, 1, (_, n) => n + 1) <= limits.Value.PersonStreamsMax)
            return null;
        Leave(person);
        return Problem.OfStatus(429);
    }

    private void Leave(string? person)
    {
        Interlocked.Decrement(ref _open);
        if (person is null) return;
        var left = _ofPerson.AddOrUpdate(person, 0, (_, n) => n - 1);
        if (left <= 0) _ofPerson.TryRemove(new(person, left));
    }

    private static byte[] Frame(FeedValue value)
    {
        var frame = new MemoryStream();
        frame.Write(Encoding.UTF8.GetBytes($"event: {value.Topic.Kind}\ndata: "));
        JsonSerializer.Serialize(frame, value.Body, value.Body.GetType(), EdgeJson.Options);
        frame.Write("\n\n"u8);
        return frame.ToArray();
    }

    private sealed class Refused(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => problem.Write(httpContext);
    }
}

/// <summary>Tells the API document that an endpoint answers with events.</summary>
internal static class EventStreamBuilder
{
    public static RouteHandlerBuilder SendsEvents(this RouteHandlerBuilder builder) => builder.LongLived()
        .WithMetadata(new ProducesResponseTypeMetadata(200, typeof(string), ["text/event-stream"]));
}
