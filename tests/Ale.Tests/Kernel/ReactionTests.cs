using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

/// <summary>Keeps what it was told, and answers as asked.</summary>
internal sealed class TellingReaction() : Reaction<TallyEvent>("telling", "tally", TallyJson.Default.TallyEvent)
{
    internal sealed record Told(string Key, string Id, string EventId, bool IsRepeat, int Hops);

    public ConcurrentQueue<Told> All { get; } = new();

    /// <summary>For each event before it takes effect: a refusal, an exception, or null.</summary>
    public Func<string, string, Task<Refusal?>> Answer { get; set; } = (_, _) => Task.FromResult<Refusal?>(null);

    public string[] Done(string key) => [.. All.Where(t => t.Key == key).Select(t => t.Id)];

    protected override async Task<Refusal?> React(string key, TallyEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not TallyEvent.Added e) return null;
        if (await Answer(key, e.Id) is { } refusal) return refusal;
        All.Enqueue(new(key, e.Id, eventId, CallMark.IsRepeat, CallMark.Hops));
        return null;
    }
}

public sealed class SqliteReactionTests : ReactionTests
{
    private protected override Task<KernelStores> Open() => KernelStores.Sqlite();
}

[Trait("needs", "server")]
public sealed class PostgresReactionTests : ReactionTests
{
    private protected override Task<KernelStores> Open() => KernelStores.Postgres();
}

/// <summary>How reactions are carried out; the same on every store.</summary>
public abstract partial class ReactionTests : IAsyncLifetime
{
    private static readonly Refusal No = new(RefusalKind.Conflict, "test.no");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly TellingReaction _reaction = new();
    private readonly List<ReactionReader> _readers = [];
    private KernelStores _stores = null!;
    private JournalWriter _writer = null!;
    private ParkedEvents _list = null!;

    private protected abstract Task<KernelStores> Open();

    public async ValueTask InitializeAsync()
    {
        _stores = await Open();
        _writer = _stores.Journal.Writer();
        _list = new(_stores.Views, _time);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers) await reader.DisposeAsync();
        await _writer.DisposeAsync();
        await _stores.DisposeAsync();
    }

    private ReactionReader Start(Reaction? reaction = null)
    {
        var reader = new ReactionReader(reaction ?? _reaction, _stores.Journal, _stores.Views, null!, _time,
            NullLogger.Instance);
        _readers.Add(reader);
        reader.Start();
        return reader;
    }

    private ValueTask End(ReactionReader reader)
    {
        _readers.Remove(reader);
        return reader.DisposeAsync();
    }

    private async Task<JournalPlace> Append(string key, string id, int hops = 0) =>
        await (await _writer.Open($"tally/{key}")).Hand(null, hops, Added(id)).Done;

    private static Task Reached(ReactionReader reader, JournalPlace at) => Until(async () =>
        await reader.Reached(at, TimeSpan.FromMilliseconds(50)));

    private static async Task Until(Func<Task<bool>> met)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await met())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "not met in 20 s");
            await Task.Delay(10);
        }
    }

    /// <summary>As <see cref="Until(Func{Task{bool}})"/>, while the readers' time runs fast.</summary>
    private Task Until(Func<bool> met, double secondsEach = 0.3) => Until(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(secondsEach));
        return Task.FromResult(met());
    });

    private Task UntilCounts(long parked, long retrying) => Until(async () =>
    {
        _time.Advance(TimeSpan.FromSeconds(0.3));
        return await _list.Counts(default) == (parked, retrying);
    });

    [Fact]
    public async Task Each_streams_events_take_effect_in_order_and_streams_go_side_by_side()
    {
        var both = new TaskCompletionSource();
        var waiting = 0;
        _reaction.Answer = async (_, id) =>
        {
            if (id == "0" && Interlocked.Increment(ref waiting) == 5) both.SetResult();
            await both.Task.WaitAsync(TimeSpan.FromSeconds(10)); // five streams must be under way at once
            return null;
        };
        var last = default(JournalPlace);
        for (var i = 0; i < 20; i++)
            for (var s = 0; s < 5; s++) last = await Append($"s{s}", $"{i}");
        await Reached(Start(), last);
        for (var s = 0; s < 5; s++) Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), _reaction.Done($"s{s}"));
        Assert.Equal((0, 0), await _list.Counts(default));
        Assert.Equal(["tally/s0@0", "tally/s0@1"], _reaction.All.Where(t => t.Key == "s0").Take(2)
            .Select(t => t.EventId));
    }

    [Fact]
    public async Task What_lay_in_the_journal_before_its_start_is_marked_as_a_repeat_and_what_comes_later_is_not()
    {
        await Append("a", "old", hops: 2);
        var reader = Start();
        await Until(() => Task.FromResult(_reaction.All.Count == 1));
        await Reached(reader, await Append("a", "new"));
        Assert.Equal([("old", true, 3), ("new", false, 1)], _reaction.All.Select(t => (t.Id, t.IsRepeat, t.Hops)));
    }

    [Fact]
    public async Task The_eighth_reaction_in_a_row_is_parked()
    {
        var reader = Start();
        await Append("a", "seventh", hops: 6);
        await Reached(reader, await Append("b", "eighth", hops: 7));
        Assert.Equal([("seventh", 7)], _reaction.All.Select(t => (t.Id, t.Hops)));
        var entry = Assert.Single(await _list.Firsts("telling", ParkedEvents.Parked, 10, default));
        Assert.Equal("tally/b", entry.Stream);
    }

    [Fact]
    public async Task A_refusal_parks_the_stream_its_later_events_wait_and_others_go_on()
    {
        _reaction.Answer = (key, id) => Task.FromResult(key == "a" && id == "2" ? No : null);
        var reader = Start();
        await Append("a", "1");
        await Append("a", "2");
        await Append("a", "3");
        await Append("b", "1");
        await Reached(reader, await Append("a", "4")); // the place does not wait for the parked stream
        Assert.Equal(["1"], _reaction.Done("a"));
        Assert.Equal(["1"], _reaction.Done("b"));
        var entry = Assert.Single(await _list.Firsts(null, null, 10, default));
        Assert.Equal(("telling", "tally/a", 1L, "parked", "test.no"),
            (entry.Reaction, entry.Stream, entry.Version, entry.Mark, entry.Error));
        await Task.Delay(600);
        _time.Advance(TimeSpan.FromMinutes(10)); // nobody tries it by itself
        await Task.Delay(300);
        Assert.Equal((1, 0), await _list.Counts(default));
        Assert.Equal(["1"], _reaction.Done("a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_replays_or_drops_the_first_and_those_behind_it_follow_in_order(bool replay)
    {
        _reaction.Answer = (_, id) => Task.FromResult(id == "2" ? No : null);
        var reader = Start();
        foreach (var id in new[] { "1", "2", "3", "4" }) await Append("a", id);
        await Reached(reader, await Append("a", "5"));
        Assert.False(await _list.Drop("telling", "tally/a", 2, default)); // not the first
        Assert.False(await _list.Replay("telling", "tally/other", default));
        if (replay)
        {
            Assert.True(await _list.Replay("telling", "tally/a", default));
            await UntilCounts(1, 0); // still refused: parked again, and nothing overtook it
            Assert.Equal(["1"], _reaction.Done("a"));
            _reaction.Answer = (_, _) => Task.FromResult<Refusal?>(null);
            Assert.True(await _list.Replay("telling", "tally/a", default));
            Assert.False(await _list.Drop("telling", "tally/a", 1, default)); // it is under way
        }
        else
        {
            Assert.True(await _list.Drop("telling", "tally/a", 1, default));
        }

        await UntilCounts(0, 0);
        await Reached(reader, await Append("a", "6"));
        await UntilCounts(0, 0);
        Assert.Equal(replay ? ["1", "2", "3", "4", "5", "6"] : ["1", "3", "4", "5", "6"], _reaction.Done("a"));
        Assert.All(_reaction.All.Where(t => t.Id is "2" or "3" or "4" or "5"), t => Assert.True(t.IsRepeat));
    }

    [Fact]
    public async Task Five_faults_that_the_target_answers_park_the_stream_and_fewer_do_not()
    {
        var faults = new ConcurrentDictionary<string, int>();
        _reaction.Answer = (key, _) => faults.AddOrUpdate(key, 1, (_, n) => n + 1) <= (key == "four" ? 4 : 99)
            ? throw new InvalidDataException("broken") : Task.FromResult<Refusal?>(null);
        var reader = Start();
        await Append("four", "1");
        await Reached(reader, await Append("always", "1"));
        Assert.Equal(["1"], _reaction.Done("four"));
        Assert.Equal(5, faults["always"]);
        Assert.Contains("broken", Assert.Single(await _list.Firsts("telling", "parked", 9, default))
            .Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_fault_is_retried_and_after_30_s_the_stream_is_listed_and_finished_from_there()
    {
        var away = true;
        var attempts = 0;
        _reaction.Answer = (key, id) =>
        {
            if (key != "a" || !away) return Task.FromResult<Refusal?>(null);
            return (Interlocked.Increment(ref attempts) % 3) switch
            {
                0 => throw new OutcomeUnknownException("unknown"),
                1 => throw new TimeoutException("late"),
                _ => Task.FromResult<Refusal?>(KernelRefusals.Busy),
            };
        };
        var reader = Start();
        await Append("a", "1");
        await Append("a", "2");
        var last = await Append("b", "1");
        await Until(() => Task.FromResult(_reaction.Done("b").Length == 1
            && attempts > 6)); // more than five are no matter
        Assert.Equal((0, 0), await _list.Counts(default));
        Assert.False(await reader.Reached(last, TimeSpan.FromMilliseconds(100))); // the place waits for the oldest
        _time.Advance(TimeSpan.FromSeconds(31));
        await Reached(reader, last); // but not longer
        Assert.Equal((0, 1), await _list.Counts(default));
        var listed = attempts;
        await Until(() => attempts > listed + 7);
        Assert.Equal((0, 1), await _list.Counts(default)); // for as long as it lasts
        away = false;
        await Append("a", "3");
        await Until(() => _reaction.Done("a").Length == 3, 5);
        await UntilCounts(0, 0);
        Assert.Equal(["1", "2", "3"], _reaction.Done("a"));
    }

    [Fact]
    public async Task Faults_are_counted_also_from_the_list_and_those_behind_keep_their_own_count()
    {
        var (away, broken) = (true, true);
        var attempts = 0;
        _reaction.Answer = (_, id) => Interlocked.Increment(ref attempts) > 0 && away
            ? throw new TimeoutException("late")
            : broken && id == "1" ? throw new InvalidDataException("broken") : Task.FromResult<Refusal?>(null);
        var reader = Start();
        await Append("a", "1");
        await Until(() => Task.FromResult(attempts > 0));
        _time.Advance(TimeSpan.FromSeconds(31));
        await Reached(reader, await Append("a", "2"));
        Assert.Equal((0, 1), await _list.Counts(default));
        away = false;
        await UntilCounts(1, 0);
        broken = false;
        Assert.True(await _list.Drop("telling", "tally/a", 0, default));
        await UntilCounts(0, 0);
        Assert.Equal(["2"], _reaction.Done("a"));
    }
}
