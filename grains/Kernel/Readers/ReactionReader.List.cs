namespace Ale.Kernel;

/// <summary>The streams in the list, tried from there.</summary>
internal sealed partial class ReactionReader
{
    /// <summary>Streams in the list that are due for another try, each on its own.</summary>
    private async Task RetryListed(CancellationToken ct)
    {
        if (_listed.Count == 0) return;
        if (time.GetElapsedTime(_lookedAt) < TimeSpan.FromMilliseconds(250)) return;
        _lookedAt = time.GetTimestamp();
        foreach (var first in await _list.Firsts(Name, ParkedEvents.Retrying, 100, ct))
        {
            if (first.NextAt > Now()) continue;
            lock (_gate)
                if (!_draining.Add(first.Stream)) continue;
            _ = Task.Run(() => Drain(first), ct);
        }
    }

    /// <summary>One listed stream's events, in order, until one of them has to wait.</summary>
    private async Task Drain(ParkedEvents.Entry entry)
    {
        var stream = entry.Stream;
        try
        {
            for (var next = entry; next is { Mark: ParkedEvents.Retrying } && next.NextAt <= Now();
                next = await _list.First(Name, stream, Stopping))
            {
                Stopping.ThrowIfCancellationRequested();
                if (!await DrainFirst(next)) return;
            }
        }
        catch (OperationCanceledException) // the successor does it
        {
        }
        catch (Exception e) // the list is looked at again
        {
            LogListed(Log, Name, stream, e);
        }
        finally
        {
            lock (_gate) _draining.Remove(stream);
            Nudge();
        }
    }

    private async Task<bool> DrainFirst(ParkedEvents.Entry first)
    {
        var page = await journal.Read(reaction.Filter, new(first.Tx, first.Position - 1), 1, Stopping);
        var (kind, error) = page.Rows is [var row] && row.Stream == first.Stream
            ? await TryOnce(row, repeat: true)
            : (Result.Fault, "the event is not in the journal any more");
        if (kind == Result.Done)
        {
            await _listing.WaitAsync(Stopping);
            try
            {
                var isLast = await _list.Remove(Name, first.Stream, first.Version, default);
                lock (_gate)
                {
                    _faults.Remove(first.Stream);
                    if (isLast && !_window.Any(w => w.Row.Stream == first.Stream && w.Listing is not null))
                        _listed.Remove(first.Stream);
                }

                return true;
            }
            finally
            {
                _listing.Release();
            }
        }

        int faults;
        lock (_gate)
        {
            if (first.Attempts == 0) _faults.Remove(first.Stream); // new in the list, or replayed
            faults = _faults[first.Stream] = _faults.GetValueOrDefault(first.Stream) + (kind == Result.Fault ? 1 : 0);
        }

        var attempts = first.Attempts + 1;
        var park = kind == Result.Refused || faults >= FaultsMax;
        if (park) LogParked(Log, Name, first.Stream, error);
        await _list.Mark(first, park ? ParkedEvents.Parked : ParkedEvents.Retrying, error, attempts,
            TimeSpan.FromMilliseconds(Math.Min(60_000, 500L << (int)Math.Min(attempts, 7))), default);
        return false;
    }
}
