using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed class GrainTests : IAsyncLifetime
{
    private KernelCluster _cluster = null!;

    public async ValueTask InitializeAsync() =>
        _cluster = await KernelCluster.Start(2, new() { WaitingEventsMax = 1_000, RetryFor = TimeSpan.FromSeconds(1) });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private Task<Outcome<long>> Add(string key, string id, long amount = 1) => _cluster.Tally(key)
        .Add(id, amount, default);

    private Task<Outcome<long>> Sum(string key) => _cluster.Tally(key).Sum(default);

    /// <summary>The next append waits until the task is completed; the other task tells that it does.</summary>
    private (TaskCompletionSource Gate, Task Reached) Hold(Action? after = null)
    {
        var (gate, reached) = (new TaskCompletionSource(), new TaskCompletionSource());
        _cluster.Journal.Before.Enqueue(async _ =>
        {
            reached.SetResult();
            await gate.Task;
            after?.Invoke();
        });
        return (gate, reached.Task);
    }

    private async Task<string[]> Stored(string key) =>
        (await _cluster.Stores.Journal.LoadOne($"tally/{key}")).Tail.Ids();

    [Fact]
    public async Task One_batch_answers_many_callers()
    {
        await Sum("a");
        var (gate, reached) = Hold();
        var first = Add("a", "first");
        await reached;
        var calls = Enumerable.Range(0, 100).Select(i => Add("a", $"{i}")).ToList();
        var version = 0L;
        while (version < 101) version = await Handed("a");
        Assert.False(first.IsCompleted || calls.Exists(c => c.IsCompleted));
        gate.SetResult();
        var answers = await Task.WhenAll(calls.Prepend(first));

        Assert.Equal(2, _cluster.Journal.Appends);
        Assert.Equal(Enumerable.Range(1, 101).Select(i => (long)i), answers.Select(a => a.Value).Order());
        Assert.Equal(101, (await Stored("a")).Length);
        Assert.Equal(await _cluster.Stores.Journal.End(default), answers.Max(a => a.At));
    }

    /// <summary>How many events are decided: waiting ones of both silos and stored ones.</summary>
    private async Task<long> Handed(string key)
    {
        await Task.Delay(10);
        return _cluster.Service<JournalWriter>(0).WaitingEvents + _cluster.Service<JournalWriter>(1).WaitingEvents
            + (await Stored(key)).Length;
    }

    [Fact]
    public async Task A_repeat_writes_nothing_and_tells_the_state_as_it_is_now()
    {
        await Add("a", "1", 5);
        Assert.Equal(12, (await Add("a", "2", 7)).Value);
        var appends = _cluster.Journal.Appends;
        var repeat = await Add("a", "1", 5);
        Assert.Equal((12, appends), (repeat.Value, _cluster.Journal.Appends));
        Assert.Equal(await _cluster.Stores.Journal.End(default), repeat.At);
    }

    [Fact]
    public async Task Reads_refusals_and_repeats_wait_for_what_they_saw()
    {
        await Sum("a");
        var (gate, reached) = Hold();
        var add = Add("a", "1");
        await reached;
        Task<Outcome<long>>[] others = [Sum("a"), _cluster.Tally("a").Refuse(default), Add("a", "1")];
        await Task.Delay(100);
        Assert.DoesNotContain(others, o => o.IsCompleted);
        gate.SetResult();
        await Task.WhenAll(others);
        Assert.Equal((1, "test.no", 1), ((await others[0]).Value, (await others[1]).Refusal!.Code, (await others[2])
            .Value));
        Assert.All(others, o => Assert.Equal(add.Result.At, o.Result.At));
    }

    [Fact]
    public async Task A_failed_append_faults_all_waiters_and_the_next_call_reads_the_truth()
    {
        await Add("a", "0");
        var before = await _cluster.Tally("a").Activation();
        var (gate, reached) = Hold(() => throw new InvalidDataException("refused"));
        var first = Add("a", "1");
        await reached;
        Task[] waiters = [first, Add("a", "2"), Sum("a"), Add("a", "1"), _cluster.Tally("a").Refuse(default)];
        await Task.Delay(100);
        gate.SetResult();
        foreach (var waiter in waiters) await Assert.ThrowsAsync<OutcomeUnknownException>(() => waiter);

        Assert.Equal(1, (await Sum("a")).Value);
        Assert.NotEqual(before, await _cluster.Tally("a").Activation());
        Assert.Equal(2, (await Add("a", "1")).Value); // the same id again: it had not happened
        Assert.Equal(["0", "1"], await Stored("a"));
    }

    [Fact]
    public async Task An_append_of_unknown_outcome_that_took_effect_is_found_by_the_repeat()
    {
        _cluster.Journal.After.Enqueue(_ => throw new InvalidDataException("answer lost for good"));
        _cluster.Journal.Always = _ => _cluster.Journal.After.IsEmpty
            ? throw new StoreLostException("away") : Task.CompletedTask;
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => Add("a", "1"));
        _cluster.Journal.Always = null;
        Assert.Equal(1, (await Add("a", "1")).Value);
        Assert.Equal(["1"], await Stored("a"));
    }

    [Fact]
    public async Task Cancellation_stops_a_command_before_it_is_decided_and_never_after()
    {
        using var early = new CancellationTokenSource();
        await early.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _cluster.Tally("a").Add("early", 1, early.Token));
        await Sum("a");

        var (gate, reached) = Hold();
        using var late = new CancellationTokenSource();
        var decided = _cluster.Tally("a").Add("late", 1, late.Token);
        await reached;
        await late.CancelAsync();
        gate.SetResult();
        try { await decided; }
        catch (OperationCanceledException) { } // the caller may have gone; the command has not
        Assert.Equal(1, (await Sum("a")).Value);
        Assert.Equal(["late"], await Stored("a"));
    }

    [Fact]
    public async Task An_apply_that_throws_ends_the_activation_with_nothing_handed_over()
    {
        await Add("a", "1");
        var before = await _cluster.Tally("a").Activation();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _cluster.Tally("a").Poison("2"));
        Assert.Equal(1, (await Sum("a")).Value); // the first event of the decision was in memory only
        Assert.NotEqual(before, await _cluster.Tally("a").Activation());
        Assert.Equal(["1"], await Stored("a"));
        Assert.Equal(2, (await Add("a", "3")).Value);
    }

    [Fact]
    public async Task An_event_that_cannot_be_written_ends_the_activation_too()
    {
        await Add("a", "1");
        await Assert.ThrowsAnyAsync<Exception>(() => _cluster.Tally("a").Unwritable("2"));
        Assert.Equal(2, (await Add("a", "3").WaitAsync(TimeSpan.FromSeconds(10))).Value);
        Assert.Equal(["1", "3"], await Stored("a"));
    }

    [Fact]
    public async Task Beyond_the_bound_of_waiting_events_commands_hear_busy_and_nothing_is_decided()
    {
        await Task.WhenAll(Sum("a"), Sum("full"));
        var (gate, reached) = Hold();
        var first = Add("full", "0");
        await reached;
        var calls = Enumerable.Range(1, 1_500).Select(i => Add("full", $"{i}")).ToList();
        while (calls.Count(c => c.IsCompleted) < 501) await Task.Delay(10);
        gate.SetResult();
        var answers = await Task.WhenAll(calls);
        await first;
        Assert.Equal(501, answers.Count(a => a.Refusal?.Code == "request.busy"));
        Assert.Equal(1_000, (await Stored("full")).Length);
        Assert.Equal(1_000, (await Sum("full")).Value);
    }

    [Fact]
    public async Task A_stale_activation_finds_out_when_idle_and_answers_with_the_truth_next_time()
    {
        await Add("a", "1");
        var loaded = await _cluster.Stores.Journal.LoadOne("tally/a");
        await _cluster.Stores.Journal.Append([Row("tally/a", 1, loaded.Hash, Added("theirs", 10))], default);
        Assert.Equal(1, (await Sum("a")).Value); // young: as good as the activation
        await Task.Delay(1_100);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => Sum("a"));
        Assert.Equal(11, (await Sum("a")).Value);
    }

    [Fact]
    public async Task A_stale_activation_that_writes_loses_its_fence_and_the_repeat_succeeds()
    {
        await Add("a", "1");
        var loaded = await _cluster.Stores.Journal.LoadOne("tally/a");
        await _cluster.Stores.Journal.Append([Row("tally/a", 1, loaded.Hash, Added("theirs", 10))], default);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => Add("a", "2"));
        Assert.Equal(12, (await Add("a", "2")).Value);
        Assert.Equal(["1", "theirs", "2"], await Stored("a"));
    }

    [Fact]
    public async Task A_broken_stream_is_told_as_a_fault_of_the_target_and_lost_storage_as_unknown()
    {
        await _cluster.Stores.Journal.Append([Row("tally/gap", 3, [1], Added("1"))], default);
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => Sum("gap"));
        Assert.IsType<InvalidDataException>(fault);

        _cluster.Journal.OnLoad = () => throw new StoreLostException("away");
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => Sum("away"));
        _cluster.Journal.OnLoad = null;
        Assert.Equal(0, (await Sum("away")).Value);
    }

    [Fact]
    public async Task Deactivation_during_a_burst_loses_nothing_acknowledged()
    {
        var burst = Burst("a", TimeSpan.FromSeconds(2));
        for (var i = 0; i < 8; i++)
        {
            await Task.Delay(200);
            await _cluster.Tally("a").Leave();
        }

        var acknowledged = await burst;
        var stored = await Stored("a");
        Assert.True(acknowledged.Count > 20, $"only {acknowledged.Count}");
        Assert.Empty(acknowledged.Except(stored));
        Assert.Equal(stored.Length, stored.Distinct().Count());
        Assert.Equal(stored.Length, (await Sum("a")).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silo_that_stops_or_dies_in_a_burst_loses_nothing_acknowledged(bool dies)
    {
        var keys = Enumerable.Range(0, 10).Select(i => $"k{i}").ToArray();
        var bursts = keys.Select(k => Burst(k, TimeSpan.FromSeconds(3))).ToArray();
        await Task.Delay(1_000);
        var silo = _cluster.Cluster.Silos[1];
        await (dies ? _cluster.Cluster.KillSiloAsync(silo) : _cluster.Cluster.StopSiloAsync(silo));
        foreach (var (key, acknowledged) in keys.Zip(await Task.WhenAll(bursts)))
        {
            var stored = await Stored(key);
            Assert.Empty(acknowledged.Except(stored));
            Assert.Equal(stored.Length, stored.Distinct().Count());
            var sum = default(Outcome<long>);
            for (var i = 0; i < 100 && sum.Value == 0; i++)
            {
                try { sum = await Sum(key); }
                catch (Exception) { await Task.Delay(100); } // the cluster finds itself again
            }

            Assert.Equal(stored.Length, sum.Value);
        }
    }

    /// <summary>Adds as fast as it can, each id again until it is acknowledged, as the edge does.</summary>
    private async Task<List<string>> Burst(string key, TimeSpan span)
    {
        var started = TimeProvider.System.GetTimestamp();
        async Task<List<string>> One(int lane)
        {
            var done = new List<string>();
            for (var n = 0; TimeProvider.System.GetElapsedTime(started) < span; n++)
            {
                try
                {
                    if ((await Add(key, $"{lane}-{n}").WaitAsync(TimeSpan.FromSeconds(5)))
                        .Refusal is null) done.Add($"{lane}-{n}");
                }
                catch (Exception)
                {
                    n--;
                    await Task.Delay(20);
                }
            }

            return done;
        }

        return [.. (await Task.WhenAll(Enumerable.Range(0, 4).Select(One))).SelectMany(d => d)];
    }
}
