using Ale.Kernel;

namespace Ale.Sessions;

[GrainType("session")]
internal sealed class SessionGrain(SiloKernel kernel) : EventSourcedGrain<Session, SessionEvent>(kernel), ISessionGrain
{
    public Task<Outcome<SessionInfo>> Plan(SessionTerms terms, string actor, CancellationToken ct) =>
        Commit(State.Decide(terms, actor, Key, Now), ct);

    public Task<Outcome<SessionInfo>> Get(CancellationToken ct) =>
        Commit<SessionInfo>(State.Terms is null ? SessionRefusals.Unknown : State.Info(Key), ct);

    public Task<Outcome<SessionInfo>> Change(ChangeSession command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<SessionInfo>> Move(MoveSession command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);
}
