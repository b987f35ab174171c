using System.Diagnostics;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed partial class WriterTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KernelStores _stores = null!;
    private UnreliableJournal _journal = null!;
    private JournalWriter _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _stores = await KernelStores.Sqlite();
        _journal = new(_stores.Journal, isShared: true);
        _writer = _journal.Writer(new() { RetryFor = TimeSpan.FromSeconds(2), WaitingEventsMax = 10 });
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        await _writer.DisposeAsync();
        await _stores.DisposeAsync();
    }

    /// <summary>The next append waits until the gate opens.</summary>
    private void HoldNext() => _journal.Before.Enqueue(_ =>
    {
        _reached.TrySetResult();
        return _gate.Task;
    });

    [Fact]
    public async Task An_idle_writer_flushes_at_once_and_gathers_while_one_is_on_its_way()
    {
        HoldNext();
        var (a, b) = (await _writer.Open("tally/a"), await _writer.Open("tally/b"));
        var first = a.Hand(Added("1"));
        await _reached.Task;
        var (second, other) = (a.Hand(Added("2")), b.Hand(Added("b1")));
        Assert.Same(second, a.Hand(Added("3")));
        Assert.Same(second, a.LastPending);
        Assert.Equal(1, _journal.Appends);
        _gate.SetResult();
        await Task.WhenAll(first.Done, second.Done, other.Done);

        Assert.Equal(2, _journal.Appends);
        Assert.Equal(["1", "2", "3"], (await _journal.LoadOne("tally/a")).Tail.Ids());
        Assert.Equal([1, 2], _journal.Flushes.Select(f => f.Length)); // the second: one row of each stream
        Assert.Equal((3L, 0, (PendingRow?)null), (a.Next, _writer.WaitingEvents, a.LastPending));
        Assert.Equal(await second.Done, a.At);
    }

    [Fact]
    public async Task A_flush_holds_one_row_of_a_handle_and_its_streams_in_order()
    {
        HoldNext();
        var handles = new List<StreamHandle>();
        foreach (var name in new[] { "z", "c", "a", "b" }) handles.Add(await _writer.Open($"tally/{name}"));
        var rows = new List<PendingRow> { handles[0].Hand(Added("1")) };
        await _reached.Task;
        for (var i = 0; i < 2; i++) rows.AddRange(handles.Select(h => h.Hand(Added("2"))));
        _gate.SetResult();
        await Task.WhenAll(rows.Select(r => r.Done));
        Assert.All(_journal.Flushes, flush => Assert.Equal(
            flush.Select(r => r.Handle.StreamName).Distinct()
                .Order(StringComparer.Ordinal), flush.Select(r => r.Handle.StreamName)));
    }

    [Theory]
    [InlineData(2, 1_000_000)]
    [InlineData(100, 1)]
    public async Task A_flush_is_bounded_by_rows_and_by_bytes(int rowsMax, int bytesMax)
    {
        await using var writer = _journal.Writer(new() { FlushRowsMax = rowsMax, FlushBytesMax = bytesMax });
        HoldNext();
        var rows = new List<PendingRow>();
        for (var i = 0; i < 6; i++) rows.Add((await writer.Open($"tally/{i}")).Hand(Added("x")));
        _gate.SetResult();
        await Task.WhenAll(rows.Select(r => r.Done));
        Assert.All(_journal.Flushes, f => Assert.True(f.Length <= (bytesMax == 1 ? 1 : 2)));
        Assert.Equal(6, (await _journal.All()).Count);
    }

    [Fact]
    public async Task The_loser_of_a_fence_loses_also_what_gathered_behind_it()
    {
        var rival = _stores.Again().Writer();
        HoldNext();
        var handle = await _writer.Open("tally/a");
        var lost = handle.Hand(Added("lost"));
        await _reached.Task;
        var behind = handle.Hand(Added("behind"));
        await (await rival.Open("tally/a")).Hand(Added("won")).Done;
        _gate.SetResult();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => lost.Done);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => behind.Done);
        Assert.True(handle.IsClosed);
        Assert.Throws<OutcomeUnknownException>(() => handle.Hand(Added("after")));
        Assert.Throws<OutcomeUnknownException>(handle.ThrowIfClosed);

        await (await _writer.Open("tally/b")).Hand(Added("b")).Done; // whatever was to be sent has been sent
        Assert.Equal(["won", "b"], (await _journal.All()).Ids());
        Assert.Equal(0, _writer.WaitingEvents);
        await rival.DisposeAsync();
    }

    [Fact]
    public async Task Streams_that_begin_with_equal_events_have_different_hashes()
    {
        var (a, b) = (await _writer.Open("tally/a"), await _writer.Open("tally/b"));
        var rows = new[] { a.Hand(Added("same")), b.Hand(Added("same")) };
        await Task.WhenAll(rows.Select(r => r.Done));
        Assert.NotEqual(rows[0].Hash, rows[1].Hash);
    }

    [Theory]
    [InlineData(1, 0)] // the answer was lost
    [InlineData(0, 1)] // the server was away
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    public async Task A_flush_of_unknown_outcome_is_sent_again_and_known_by_its_hash(int after, int before)
    {
        for (var i = 0; i < before; i++) _journal.Before.Enqueue(_ => throw new StoreLostException("away"));
        for (var i = 0; i < after; i++) _journal.After.Enqueue(_ => throw new StoreLostException("lost answer"));
        var handle = await _writer.Open("tally/a");
        var place = await handle.Hand(Added("1")).Done;
        Assert.Equal(1 + after + before, _journal.Appends);
        Assert.Equal(await _journal.End(default), place);
        await handle.Hand(Added("2")).Done;
        Assert.Equal(["1", "2"], (await _journal.All()).Ids());
    }

    [Fact]
    public async Task An_unknown_flush_whose_version_another_took_meanwhile_is_lost()
    {
        var rival = _stores.Again();
        _journal.Before.Enqueue(async _ =>
        {
            await rival.Append([Row("tally/a", 0, null, Added("won"))], default);
            throw new StoreLostException("away");
        });
        var (a, b) = (await _writer.Open("tally/a"), await _writer.Open("tally/b"));
        var (lost, kept) = (a.Hand(Added("lost")), b.Hand(Added("kept")));
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => lost.Done);
        await kept.Done;
        Assert.Equal(["won", "kept"], (await _journal.All()).Ids());
    }

    [Fact]
    public async Task When_storage_is_away_too_long_waiters_hear_that_nobody_knows()
    {
        await using var writer = _journal.Writer(new() { RetryFor = TimeSpan.FromMilliseconds(200) });
        var handle = await writer.Open("tally/a");
        _journal.Always = _ => throw new StoreLostException("away");
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => handle.Hand(Added("1")).Done);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 200, 5_000);
        Assert.True(handle.IsClosed);
        _journal.Always = null;
        await (await writer.Open("tally/a")).Hand(Added("2")).Done;
        Assert.Equal(["2"], (await _journal.All()).Ids());
        Assert.Equal(0, writer.WaitingEvents);
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_takes_no_other_with_it()
    {
        HoldNext();
        _journal.Always = rows => rows.Any(r => r.Handle.StreamName == "tally/bad")
            ? throw new InvalidDataException("no such row") : Task.CompletedTask;
        var handles = new List<StreamHandle>();
        foreach (var name in new[] { "a", "bad", "c" }) handles.Add(await _writer.Open($"tally/{name}"));
        var first = handles[0].Hand(Added("1"));
        await _reached.Task;
        var rows = handles.ConvertAll(h => h.Hand(Added(h.StreamName)));
        _gate.SetResult();
        await Task.WhenAll(first.Done, rows[0].Done, rows[2].Done);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => rows[1].Done);
        Assert.Equal([false, true, false], handles.Select(h => h.IsClosed));
        Assert.Equal(["1", "tally/a", "tally/c"], (await _journal.All()).Ids());
        Assert.Equal(0, _writer.WaitingEvents);
    }

    [Fact]
    public async Task A_listener_that_fails_harms_no_handle()
    {
        _writer.Flushed += _ => throw new InvalidOperationException("listener");
        var (a, b) = (await _writer.Open("tally/a"), await _writer.Open("tally/b"));
        await Task.WhenAll(a.Hand(Added("1")).Done, b.Hand(Added("1")).Done);
        await a.Hand(Added("2")).Done.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((false, false, 0), (a.IsClosed, b.IsClosed, _writer.WaitingEvents));
    }

    [Fact]
    public async Task An_event_that_cannot_be_written_is_handed_over_by_nobody()
    {
        var handle = await _writer.Open("tally/a");
        Assert.ThrowsAny<Exception>(() => handle.Hand(Added("1"), new TallyEvent.Unwritable("2")));
        Assert.True(handle.IsClosed);
        var again = await _writer.Open("tally/a");
        await again.Hand(Added("3")).Done.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["3"], (await _journal.All()).Ids());
        Assert.Equal(0, _writer.WaitingEvents);
    }

    [Fact]
    public async Task There_is_room_until_the_bound_of_waiting_events()
    {
        HoldNext();
        var handle = await _writer.Open("tally/a");
        var row = handle.Hand(Enumerable.Range(0, 9).Select(i => (TallyEvent)Added($"{i}")).ToArray());
        Assert.True(_writer.HasRoom);
        await _reached.Task;
        var more = handle.Hand(Added("9"));
        Assert.False(_writer.HasRoom);
        _gate.SetResult();
        await Task.WhenAll(row.Done, more.Done);
        Assert.True(_writer.HasRoom);
    }

    [Fact]
    public async Task A_second_open_waits_for_the_firsts_batches_then_closes_it()
    {
        HoldNext();
        var first = await _writer.Open("tally/a");
        var sent = first.Hand(Added("1"));
        await _reached.Task;
        var gathered = first.Hand(Added("2"));
        var opening = _writer.Open("tally/a", "tally", "");
        while (true) // it takes nothing more, so that opening ends although its activation goes on
        {
            try { first.ThrowIfClosed(); }
            catch (OutcomeUnknownException) { break; }
            await Task.Delay(5);
        }

        Assert.Throws<OutcomeUnknownException>(() => first.Hand(Added("late")));
        Assert.False(opening.IsCompleted);
        _gate.SetResult();
        var (second, loaded) = await opening;
        await Task.WhenAll(sent.Done, gathered.Done);
        Assert.Equal(["1", "2"], loaded.Tail.Ids());
        Assert.True(first.IsClosed);
        await second.Hand(Added("3")).Done;
        _writer.Release(first); // the older one's end does not end the newer
        await second.Hand(Added("4")).Done;
        Assert.Equal(["1", "2", "3", "4"], (await _journal.All()).Ids());
    }

    [Fact]
    public async Task A_load_that_is_lost_is_unknown_to_the_caller_and_leaves_the_stream_free()
    {
        _journal.OnLoad = () => throw new StoreLostException("away");
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => _writer.Open("tally/a"));
        _journal.OnLoad = null;
        await (await _writer.Open("tally/a")).Hand(Added("1")).Done;
    }

    [Fact]
    public async Task The_due_instant_and_the_hops_of_a_batch_are_stored_and_a_cleared_one_is_told_once()
    {
        var handle = await _writer.Open("tally/a");
        await handle.Hand(null, 0, Added("1")).Done;
        await handle.Hand(7_000, 3, Added("2")).Done;
        await handle.Hand(null, 0, Added("3")).Done;
        await handle.Hand(null, 0, Added("4")).Done;
        var rows = await _journal.All();
        Assert.Equal([null, 7_000, 0, null], rows.Select(r => r.Due));
        Assert.Equal([0, 3, 0, 0], rows.Select(r => r.Hops));
    }
}
