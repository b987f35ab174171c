using Ale.Kernel;

namespace Ale.Audience;

[GrainType("identity")]
internal sealed class IdentityGrain(SiloKernel kernel)
    : EventSourcedGrain<Identity, IdentityEvent>(kernel), IIdentityGrain
{
    public Task<Outcome<IdentityInfo>> See(SeeIdentity command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<IdentityInfo>> Link(LinkIdentity command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<IdentityInfo>> Unlink(string by, CancellationToken ct) =>
        Commit(State.DecideUnlink(by, Now), ct);

    public Task<Outcome<IdentityInfo>> Get(CancellationToken ct) => Commit<IdentityInfo>(
        State.Known is { } known ? known : IdentityRefusals.Unknown, ct);
}
