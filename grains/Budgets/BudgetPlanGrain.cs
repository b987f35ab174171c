using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Phases;
using Ale.Policy;

namespace Ale.Budgets;

[GrainType("budgetplan")]
internal sealed class BudgetPlanGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<BudgetPlan, BudgetPlanEvent>(kernel), IBudgetPlanGrain
{
    private Task? _spreading;

    private BudgetPolicy Policy => policies.For(null, Now).Budgets;

    private int Year => int.Parse(Key, CultureInfo.InvariantCulture);

    public async Task<Outcome<BudgetLineInfo>> Put(PutBudgetLine command, CancellationToken ct)
    {
        if (!BudgetKeys.IsLine(Year, command.Place.Month, command.Place.Line))
            return await Commit<BudgetLineInfo>(BudgetRefusals.BadTerms, ct);
        return await Opened(State.Decide(command, Now), command.Place, ct);
    }

    public async Task<Outcome<BudgetLineInfo>> Carve(CarveLine command, CancellationToken ct)
    {
        var place = command.From with { Line = command.Line };
        if (!BudgetKeys.IsLine(Year, place.Month, place.Line))
            return await Commit<BudgetLineInfo>(BudgetRefusals.BadTerms, ct);
        return await Opened(State.Decide(command, Now), place, ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Move(MoveBudget command, CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        if (why is not null) return why;
        var free = 0L;
        if (State.Lines.ContainsKey(BudgetPlan.KeyOf(command.From)))
        {
            var (line, unknown) = await GrainFactory.BudgetLine(KeyOf(command.From)).Get(ct);
            if (unknown is not null) return unknown;
            free = line!.Terms.PlannedMinor - line.CommittedMinor - line.ActualMinor;
        }

        return await Changed(State.Decide(command, Key, free, phase, Policy, Now), ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Submit(SubmitBudget command, CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        return why ?? await Changed(State.Decide(command, Key, phase, Policy, Now), ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Revise(ReviseBudget command, CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        return why ?? await Changed(State.Decide(command, Key, phase, Policy, Now), ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Get(CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        return why ?? await Commit<BudgetPlanInfo>(
            State.Lines.IsEmpty ? BudgetRefusals.Unknown : State.Info(Key, phase, Policy), ct);
    }

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        GrainFactory.DecideAndSettle(command, Settle, ct);

    public async Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct)
    {
        var settled = await Commit(
            State.DecideSettled(ApprovalIds.CountOf(approval.Id), approval.State, Policy, Now), ct);
        await Spread();
        return settled;
    }

    protected override Task OnDue() => Spread();

    private async Task<Outcome<BudgetLineInfo>> Opened(
        Decision<BudgetPlanEvent, Done> decision, BudgetPlace place, CancellationToken ct)
    {
        var put = await Commit(decision, ct);
        if (put.Refusal is { } refusal) return refusal;
        await Spread();
        return await GrainFactory.BudgetLine(KeyOf(place)).Get(ct);
    }

    private async Task<Outcome<BudgetPlanInfo>> Changed(
        Decision<BudgetPlanEvent, BudgetPlanInfo> decision, CancellationToken ct)
    {
        var changed = await Commit(decision, ct);
        if (changed.Refusal is null) await Spread();
        return changed;
    }

    private async Task<(int? Phase, Refusal? Why)> Phase(CancellationToken ct)
    {
        var (at, refusal) = await GrainFactory.Phases().InForce(null, ct);
        return (at?.Phase, refusal);
    }

    private string KeyOf(BudgetPlace place) => BudgetKeys.KeyOf(Year, place.Month, place.Line);

    /// <summary>One at a time; who comes meanwhile waits for it, and goes on when it left something.</summary>
    private async Task Spread()
    {
        while (State.SpreadVersion < State.Version)
        {
            if (_spreading is not { IsCompleted: false }) _spreading = SpreadOnce();
            await _spreading;
        }
    }

    /// <summary>Tells lines, reserves and who decides what they have not heard; all of it may come twice.</summary>
    private async Task SpreadOnce()
    {
        var (plan, known) = (State, State.SpreadVersion);
        await Task.WhenAll(plan.Lines.Values.Where(l => l.Version > known).Select(async line =>
            Sure((await GrainFactory.BudgetLine(KeyOf(line.Place)).Plan(new(line.Version, line.Terms))).Refusal)));
        if (plan.State == BudgetPlanState.Submitted) Sure(await Ask(plan));
        if (plan.State == BudgetPlanState.InForce)
            foreach (var (pot, amount) in Pots(plan))
                Sure((await GrainFactory.Reserve($"{Key}-{pot}").Set(new(plan.Version, amount, plan.Currency!))).Refusal);
        Sure((await Commit(State.DecideSpread(plan.Version, Now))).Refusal);
    }

    /// <summary>What is set aside: the emergency reserve, and the lines of kind reserve, over all months.</summary>
    private static IEnumerable<(string Pot, long AmountMinor)> Pots(BudgetPlan plan) =>
        plan.Top().Where(l => l.Terms.Kind == BudgetKind.Reserve && l.Place.Line != ReserveKeys.Emergency)
            .GroupBy(l => l.Place.Line).Select(pot => (pot.Key, pot.Sum(l => l.Terms.PlannedMinor)))
            .Append((ReserveKeys.Emergency, plan.EmergencyMinor));

    private async Task<Refusal?> Ask(BudgetPlan plan)
    {
        var info = plan.Info(Key, null, Policy);
        ApprovalLine[] lines =
        [
            new("total", info.TotalMinor, null),
            .. info.Shares.Select(s => new ApprovalLine($"{s.Kind}".ToLowerInvariant(), s.PlannedMinor,
                string.Create(CultureInfo.InvariantCulture, $"{s.Percent} %"))),
            .. plan.Overrides.Take(20).Select(o => new ApprovalLine($"not followed: {o.Rule}", null,
                o.Reason.Length > ApprovalLine.TextLengthMax ? o.Reason[..ApprovalLine.TextLengthMax] : o.Reason)),
        ];
        return (await GrainFactory.Approval(BudgetPlanDecide.ApprovalOf(Key, plan.Number)).Ask(new(
            $"Budget of {Key}", $"budget/{Key}", [.. lines], plan.SubmittedBy, Policy.ApproverRole,
            Policy.PlanQuorum)
        { Currency = plan.Currency })).Refusal;
    }

    private void Sure(Refusal? refusal)
    {
        if (refusal is not null) throw new OutcomeUnknownException($"{Key}: {refusal.Code}"); // what is due does it
    }
}
