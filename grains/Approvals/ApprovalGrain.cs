using Ale.Kernel;
using Ale.Policy;

namespace Ale.Approvals;

[GrainType("approval")]
internal sealed class ApprovalGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Approval, ApprovalEvent>(kernel), IApprovalGrain
{
    public Task<Outcome<ApprovalInfo>> Ask(AskApproval command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, policies.For(null, Now).Approvals, Now), ct);

    public Task<Outcome<ApprovalInfo>> Get(CancellationToken ct) =>
        Commit<ApprovalInfo>(State.Asking is null ? ApprovalRefusals.Unknown : State.Info(Key), ct);

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ApprovalInfo>> Withdraw(string reason, CancellationToken ct) =>
        Commit(State.DecideWithdraw(reason, Key, Now), ct);

    protected override Task OnDue() => Commit(State.DecideDue(Now));
}
