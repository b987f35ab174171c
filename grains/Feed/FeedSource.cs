using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Ale.Feed;

/// <summary>
/// A grain's side of the feed: who is to be told, and when. It lives in the grain's turns. Nothing is done for a topic
/// that nobody watches; of a watched one at most one value each <see cref="FeedLimits.Gap"/> is told, the latest then,
/// when it is durable. Invariant: at most <see cref="NodesMax"/> nodes; the others find out by looking.
/// </summary>
/// <param name="read">The value as it is now; done when it is durable.</param>
internal sealed partial class FeedSource(
    FeedPublisher publisher, TimeProvider time, Func<Task<Outcome<FeedValue>>> read, ILogger log)
{
    private const int NodesMax = 256;
    private readonly Dictionary<string, long> _askedAt = new(StringComparer.Ordinal);
    private bool _changed, _telling;

    /// <summary>The node is told for a while from now on.</summary>
    public void Watch(string node)
    {
        if (_askedAt.Count < NodesMax || _askedAt.ContainsKey(node)) _askedAt[node] = time.GetTimestamp();
    }

    /// <summary>The value has changed; called for every decision, so it costs next to nothing.</summary>
    public void Changed()
    {
        if (_changed || _askedAt.Count == 0) return;
        _changed = true;
        if (!_telling) _ = Tell();
    }

    private async Task Tell()
    {
        _telling = true;
        RequestContext.Clear(); // the marks of the command that happened to change it are not those of the news
        try
        {
            while (_changed && Nodes() is { Count: > 0 } nodes)
            {
                _changed = false;
                if ((await read()).Value is { } value) await publisher.Publish(nodes, value);
                await Task.Delay(FeedLimits.Gap);
            }
        }
        catch (Exception e) // the nodes look again by themselves
        {
            LogTell(log, e.Message);
        }
        finally
        {
            (_telling, _changed) = (false, false);
        }
    }

    private List<string> Nodes()
    {
        foreach (var (node, at) in _askedAt)
            if (time.GetElapsedTime(at) > FeedLimits.Lease) _askedAt.Remove(node);
        return [.. _askedAt.Keys];
    }

    [LoggerMessage(71, LogLevel.Information, "A change was not told to its watchers, who look by themselves: {Why}")]
    private static partial void LogTell(ILogger log, string why);
}
