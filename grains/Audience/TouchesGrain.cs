using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Audience;

[GrainType("touches")]
internal sealed class TouchesGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Touches, TouchEvent>(kernel), ITouchesGrain
{
    protected override SnapshotCodec<Touches> Snapshots => Touches.Snapshots;

    /// <summary>In which market he will buy is not known: the longest window counts.</summary>
    private TimeSpan Window => TimeSpan.FromDays(policies.Markets.Max(m => policies.For(m, Now).Orders.TouchDays));

    public Task<Outcome<ImmutableArray<LastTouch>>> See(SeeTouch command, CancellationToken ct) =>
        Commit(State.Decide(command, Window, Now), ct);

    public Task<Outcome<TouchSources>> Last(DateTimeOffset from, DateTimeOffset to, CancellationToken ct) =>
        Answer(State.Last(from, to), ct);
}
