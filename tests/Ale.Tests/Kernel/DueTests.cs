using Xunit;

namespace Ale.Kernel;

public sealed class DueTests : IAsyncLifetime
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);
    private KernelCluster _cluster = null!;

    private static DateTimeOffset In(double seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds);

    public async ValueTask InitializeAsync() => _cluster = await KernelCluster.Start(1);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task Until(Func<bool> met)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!met())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < WaitMax, "not met in 20 s");
            await Task.Delay(20);
        }
    }

    private async Task Forget(string key)
    {
        await _cluster.Tally(key).Leave();
        await Task.Delay(200);
        while (_cluster.Cluster.TryGetGrainContext(GrainId.Create("tally", key), out _)) await Task.Delay(20);
    }

    [Fact]
    public async Task A_stream_that_no_activation_remembers_is_woken_soon_after_its_instant_and_not_before()
    {
        var due = In(2.5);
        await _cluster.Tally("a").SetDue(due);
        await Forget("a");
        await Until(() => !_cluster.Watch.Woken.IsEmpty);
        var late = TimeProvider.System.GetUtcNow() - due;
        Assert.InRange(late.TotalSeconds, 0, 4); // about one second, on a machine that does nothing else
        Assert.Equal(1, (await _cluster.Tally("a").Sum(default)).Value);
        await Task.Delay(1_500);
        Assert.Single(_cluster.Watch.Woken); // it wrote that it is due no more
    }

    [Fact]
    public async Task One_that_is_woken_and_writes_nothing_is_left_in_peace_for_longer_each_time()
    {
        _cluster.Watch.Idle["idle"] = true;
        await _cluster.Tally("idle").SetDue(In(-1));
        await Until(() => _cluster.Watch.Woken.Count >= 2);
        await Task.Delay(6_000);
        Assert.InRange(_cluster.Watch.Woken.Count, 3, 6); // after 1, 2, 4 … s, not each second
        await _cluster.Tally("other").SetDue(In(0.2));
        await Until(() => _cluster.Watch.Woken.Contains("other"));
    }

    [Fact]
    public async Task A_cleared_instant_wakes_nobody()
    {
        await _cluster.Tally("a").SetDue(In(1));
        await _cluster.Tally("a").SetDue(null);
        await Forget("a");
        await Task.Delay(3_000);
        Assert.Empty(_cluster.Watch.Woken);
    }

    [Fact]
    public async Task The_activations_own_timer_is_punctual_and_an_instant_a_year_away_is_no_matter()
    {
        Assert.Null((await _cluster.Tally("a").SetDue(In(366 * 86_400d))).Refusal);
        await Forget("a");
        Assert.Equal(0, (await _cluster.Tally("a").Sum(default)).Value); // it can be activated again
        var due = In(0.3);
        await _cluster.Tally("a").SetDue(due);
        await Until(() => !_cluster.Watch.Woken.IsEmpty);
        Assert.InRange((TimeProvider.System.GetUtcNow() - due).TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task What_a_timer_does_bears_no_mark_of_the_call_that_armed_it()
    {
        CallMark.SetHops(3);
        await _cluster.Tally("a").SetDue(In(0.3));
        CallMark.Clear();
        await Until(() => !_cluster.Watch.Woken.IsEmpty);
        await _cluster.Tally("a").Sum(default);
        var rows = (await _cluster.Stores.Journal.LoadOne("tally/a")).Tail;
        Assert.Equal([3, 0], rows.Select(r => r.Hops));
    }
}
