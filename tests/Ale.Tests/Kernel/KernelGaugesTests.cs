using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed class KernelGaugesTests : IAsyncLifetime
{
    private readonly TellingReaction _reaction = new();
    private readonly LocalReaders _readers = new();
    private KernelStores _stores = null!;
    private UnreliableJournal _journal = null!;
    private JournalWriter _writer = null!;
    private ReactionReader _reader = null!;
    private KernelGauges _gauges = null!;

    public async ValueTask InitializeAsync()
    {
        _stores = await KernelStores.Sqlite();
        _journal = new(_stores.Journal);
        _writer = _journal.Writer();
        _reader = new(_reaction, _stores.Journal, _stores.Views, null!, TimeProvider.System, NullLogger.Instance);
        _readers.Add(_reader);
        _reader.Start();
        _gauges = new(_writer, _readers, new JournalClock(TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        _gauges.Dispose();
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
        await _stores.DisposeAsync();
    }

    private static async Task Until(Func<bool> met)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!met())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "not met in 20 s");
            await Task.Delay(10);
        }
    }

    [Fact]
    public async Task Events_that_wait_for_a_flush_are_told()
    {
        using var waiting = new Measured("ale.journal.waiting");
        var flush = new TaskCompletionSource();
        _journal.Before.Enqueue(_ => flush.Task);
        var handle = await _writer.Open("tally/a");
        var row = handle.Hand([.. Enumerable.Range(0, 777).Select(i => Added($"{i}"))]);
        Assert.Contains(777, waiting.Now());
        flush.SetResult();
        await row.Done;
        await Until(() => !waiting.Now().Contains(777));
    }

    [Fact]
    public async Task A_reader_is_behind_by_its_oldest_event_without_effect_and_a_refused_stream_is_listed()
    {
        using var lag = new Measured("ale.reader.lag");
        using var listed = new Measured("ale.reader.listed");
        var answer = new TaskCompletionSource<Refusal?>();
        _reaction.Answer = (_, _) => answer.Task;
        await (await _writer.Open("tally/a")).Hand(Added("1")).Done;
        await Until(() => lag.Now("reader", "telling") is [> 0]);
        Assert.Equal([0], listed.Now("reader", "telling"));
        answer.SetResult(new(RefusalKind.Conflict, "test.no"));
        await Until(() => lag.Now("reader", "telling") is [0] && listed.Now("reader", "telling") is [1]);
    }
}
