using System.Collections.Concurrent;

namespace Ale.Kernel;

/// <summary>A small grain over <see cref="Tally"/>, with what no real grain would have.</summary>
[Alias("ale.tests.tally")]
internal interface ITallyGrain : IGrainWithStringKey
{
    [Alias("add")] Task<Outcome<long>> Add(string id, long amount, CancellationToken ct);

    [Alias("sum")] Task<Outcome<long>> Sum(CancellationToken ct);

    [Alias("refuse")] Task<Outcome<long>> Refuse(CancellationToken ct);

    [Alias("due")] Task<Outcome<long>> SetDue(DateTimeOffset? at);

    [Alias("poison")] Task<Outcome<long>> Poison(string id);

    [Alias("unwritable")] Task<Outcome<long>> Unwritable(string id);

    [Alias("activation")] Task<string> Activation();

    [Alias("leave")] Task Leave();
}

/// <summary>What the grains of one cluster tell the test beside their journal.</summary>
internal sealed class TallyWatch
{
    public static readonly Refusal No = new(RefusalKind.Conflict, "test.no");

    public ConcurrentQueue<string> Woken { get; } = new();

    /// <summary>Keys whose due instant changes nothing.</summary>
    public ConcurrentDictionary<string, bool> Idle { get; } = new();
}

[GrainType("tally")]
internal sealed class TallyGrain(SiloKernel kernel, TallyWatch watch)
    : EventSourcedGrain<Tally, TallyEvent>(kernel), ITallyGrain
{
    private readonly string _activation = Guid.NewGuid().ToString("N");

    protected override SnapshotCodec<Tally> Snapshots => Tally.Snapshots;

    public Task<Outcome<long>> Add(string id, long amount, CancellationToken ct) => Commit(
        State.Knows(id)
            ? new Decision<TallyEvent, long>(State.Sum, [])
            : new(State.Sum + amount, new TallyEvent.Added(id, amount)), ct);

    public Task<Outcome<long>> Sum(CancellationToken ct) => Answer(State.Sum, ct);

    public Task<Outcome<long>> Refuse(CancellationToken ct) => Commit<long>(TallyWatch.No, ct);

    public Task<Outcome<long>> SetDue(DateTimeOffset? at) => Commit<long>(new(State.Sum, new TallyEvent.DueSet(at)));

    public Task<Outcome<long>> Poison(string id) =>
        Commit<long>(new(0, new TallyEvent.Added(id, 1), new TallyEvent.Poisoned(id)));

    public Task<Outcome<long>> Unwritable(string id) => Commit<long>(new(0, new TallyEvent.Unwritable(id)));

    public Task<string> Activation() => Task.FromResult(_activation);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    protected override Task OnDue()
    {
        watch.Woken.Enqueue(Key);
        if (watch.Idle.ContainsKey(Key)) return Task.CompletedTask;
        return Commit<long>(new(0, new TallyEvent.Added($"due-{Version}", 1), new TallyEvent.DueSet(null)));
    }
}
