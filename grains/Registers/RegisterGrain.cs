using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Registers;

[GrainType("register")]
internal sealed class RegisterGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Register, RegisterEvent>(kernel), IRegisterGrain
{
    public Task<Outcome<RegisterEntry>> Enter(EnterPaper command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, policies.For(null, Now).Registers, Now), ct);

    public Task<Outcome<RegisterEntry>> Get(string id, CancellationToken ct) => Commit<RegisterEntry>(
        State.Papers.TryGetValue(id, out var paper) ? paper.Entry(Key, Now) : RegisterRefusals.Unknown, ct);

    public Task<Outcome<RegisterEntry>> Withdraw(WithdrawPaper command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<RegisterGate>> Valid(
        DateTimeOffset? at, ImmutableArray<RegisterAttribute> match, CancellationToken ct) =>
        Answer(State.Valid(at ?? Now, match, Key, Now), ct);

    protected override Task OnDue() => Commit(State.DecideDue(Now));
}
