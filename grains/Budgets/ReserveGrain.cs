using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;
using Ale.Registers;

namespace Ale.Budgets;

[GrainType("reserve")]
internal sealed class ReserveGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Reserve, ReserveEvent>(kernel), IReserveGrain
{
    private readonly SingleFlight<Task> _telling = new();

    public Task<Outcome<ReserveInfo>> Set(SetReserve command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public async Task<Outcome<DrawInfo>> Draw(DrawReserve command, CancellationToken ct)
    {
        var isOpen = false;
        if (command.Incident is { } incident && Limits.IsId(incident.Kind) && Limits.IsId(incident.Id))
        {
            var (gate, refusal) = await GrainFactory.Register(
                ReserveKeys.RegisterOf(incident.Kind), incident.Id).Valid(null, [], ct);
            if (refusal is not null) return refusal;
            isOpen = gate!.IsValid;
        }

        var drawn = await Commit(State.Decide(command, isOpen, Key, Now), ct);
        if (State.Untold.Any()) await Tell();
        return drawn;
    }

    public Task<Outcome<ReserveInfo>> Get(CancellationToken ct) => Commit<ReserveInfo>(
        State.Currency is null ? ReserveRefusals.Unknown : State.Info(Key), ct);

    public Task<Outcome<DrawInfo>> GetDraw(string id, CancellationToken ct) => Commit<DrawInfo>(
        State.Draws.ContainsKey(id) ? State.DrawOf(id, Key) : ReserveRefusals.UnknownDraw, ct);

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        GrainFactory.DecideAndSettle(command, Settle, ct);

    public Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct) =>
        Commit(State.DecideSettled(approval.Id, approval.State, Key, Now), ct);

    protected override Task OnDue() => Tell();

    private Task Tell() => _telling.Run(TellAll);

    private async Task TellAll()
    {
        while (State.Untold.FirstOrDefault() is { Draw: var draw } one)
        {
            var role = policies.For(null, one.At).Budgets.ApproverRole;
            ApprovalLine[] lines =
            [
                new("draw", draw.AmountMinor, ApprovalLines.Note(draw.Reason)),
                new("left after it", State.LeftMinor, null),
                .. draw.Incident is { } i ? new[] { new ApprovalLine($"incident {i.Kind}/{i.Id}", null, null) } : [],
            ];
            var asked = await GrainFactory.Approval(Reserve.ApprovalOf(Key, one.Number)).Ask(new(
                $"Draw from {Key}", $"reserve/{Key}", [.. lines], draw.By, role, 1)
            { Currency = State.Currency });
            // The same question with other figures: it stands there since a try that was cut off.
            if (asked.Refusal is { } refusal && refusal.Code != ApprovalRefusals.Changed.Code)
                throw new OutcomeUnknownException($"{Key}: {refusal.Code}"); // what is due asks again
            await Commit(State.DecideTold(draw.Id, Now));
        }
    }
}
