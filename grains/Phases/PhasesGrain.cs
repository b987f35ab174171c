using System.Collections.Immutable;
using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Phases;

[GrainType("phases")]
internal sealed class PhasesGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<Plan, PhaseEvent>(kernel), IPhasesGrain
{
    private readonly SingleFlight<Task> _telling = new();

    private PhasePolicy Policy => policies.For(null, Now).Phases;

    private DateOnly Today => DayOf(Now);

    public Task<Outcome<PhaseInfo>> Put(PutPhase command, CancellationToken ct) =>
        Commit(State.Decide(command, Policy, Today, Now), ct);

    public Task<Outcome<PhaseInfo>> Pass(PassGate command, CancellationToken ct) =>
        Commit(State.Decide(command, Today, Now), ct);

    public async Task<Outcome<PhaseInfo>> Begin(BeginPhase command, CancellationToken ct)
    {
        var asked = await Commit(State.Decide(command, Policy, Today, Now), ct);
        if (!State.IsTold) await Tell();
        return asked;
    }

    public Task<Outcome<PhaseInfo>> Get(int phase, CancellationToken ct) => Commit<PhaseInfo>(
        phase is < 1 or > IPhasesGrain.Last ? PhaseRefusals.Unknown : State.Info(phase, Today), ct);

    public Task<Outcome<ImmutableArray<PhaseInfo>>> List(CancellationToken ct) => Commit<ImmutableArray<PhaseInfo>>(
        Enumerable.Range(1, IPhasesGrain.Last).Select(phase => State.Info(phase, Today)).ToImmutableArray(), ct);

    public Task<Outcome<PhaseAt>> InForce(DateTimeOffset? at, CancellationToken ct) =>
        Commit<PhaseAt>(State.At(DayOf(at ?? Now)), ct);

    public Task<Outcome<PhaseAt>> Check(CancellationToken ct) => CheckAt(Now, ct);

    public Task<Outcome<PhaseAt>> CheckAt(DateTimeOffset at, CancellationToken ct) =>
        Commit(State.DecideCheck(DayOf(at), Today, Policy, Now), ct);

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        GrainFactory.DecideAndSettle(command, Settle, ct);

    public Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct) => Commit(State.DecideSettled(
        ApprovalIds.CountOf(approval.Id), approval.State, Now), ct);

    protected override Task OnDue() => Tell();

    private DateOnly DayOf(DateTimeOffset at) => markets.For(null, at).BusinessDay(at);

    private Task Tell() => _telling.Run(TellOnce);

    private async Task TellOnce()
    {
        if (State.IsTold || State.Phases.FirstOrDefault(p => p.IsAsked)?.Asking is not { } asking) return;
        var policy = policies.For(null, asking.At).Phases;
        var asked = await GrainFactory.Approval(PhaseDecide.ApprovalOf(asking.Number)).Ask(new(
            string.Create(CultureInfo.InvariantCulture, $"Phase {asking.Phase} begins on {asking.From:yyyy-MM-dd}"),
            string.Create(CultureInfo.InvariantCulture, $"phase/{asking.Phase}"),
            [new(ApprovalLines.Note(asking.Reason), null, null)],
            asking.By, policy.ApproverRole, 1));
        if (asked.Refusal is { } refusal) throw new OutcomeUnknownException($"{Key}: {refusal.Code}");
        await Commit(State.DecideTold(asking.Number, Now));
    }
}
