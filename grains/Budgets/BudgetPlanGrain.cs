using System.Globalization;
using Ale.Approvals;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Policy;

namespace Ale.Budgets;

[GrainType("budgetplan")]
internal sealed class BudgetPlanGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<BudgetPlan, BudgetPlanEvent>(kernel), IBudgetPlanGrain
{
    private Task? _spreading, _moving;

    private BudgetPolicy Policy => policies.For(null, Now).Budgets;

    private Market Market => markets.For(null, Now);

    private int Year => int.Parse(Key, CultureInfo.InvariantCulture);

    public Task<Outcome<BudgetLineInfo>> Put(PutBudgetLine command, CancellationToken ct) =>
        Entered(command.Place, (plan, phase, drawn) => plan.Decide(command, phase, Now, drawn), ct);

    public Task<Outcome<BudgetLineInfo>> Change(ChangeBudgetLine command, CancellationToken ct) =>
        Entered(command.Place, (plan, phase, drawn) => plan.Decide(command, phase, Now, drawn), ct);

    /// <summary>Decided twice: which reserves it leaves less of, and then with what is drawn of them.</summary>
    private async Task<Outcome<BudgetLineInfo>> Entered(BudgetPlace place,
        Func<BudgetPlan, int?, Dictionary<string, long>, Decision<BudgetPlanEvent, Done>> decide, CancellationToken ct)
    {
        if (!BudgetKeys.IsLine(Year, place.Month, place.Line))
            return await Commit<BudgetLineInfo>(BudgetPlanFault.Of(Year, place)!, ct);
        var (phase, why) = await Phase(ct);
        if (why is not null) return why;
        var drawn = new Dictionary<string, long>(StringComparer.Ordinal);
        if (decide(State, phase, drawn).Events is [BudgetPlanEvent.LinePut put])
        {
            foreach (var (pot, _) in State.Lowered(put))
            {
                (drawn[pot], why) = await Drawn(pot, ct);
                if (why is not null) return why;
            }
        }

        await Quiet();
        return await Opened(decide(State, phase, drawn), place, ct);
    }

    public async Task<Outcome<BudgetLineInfo>> Carve(CarveLine command, CancellationToken ct)
    {
        var place = command.From with { Line = command.Line };
        if (!BudgetKeys.IsLine(Year, place.Month, place.Line))
            return await Commit<BudgetLineInfo>(BudgetPlanFault.Of(Year, place)!, ct);
        await Quiet();
        return await Opened(State.Decide(command, Now), place, ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Move(MoveBudget command, CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        if (why is not null) return why;
        var (free, not) = await Free(command.From, ct);
        if (not is not null) return not;
        var policy = await Numbers(ct);
        await Quiet();
        var begun = await Commit(State.Decide(command, Key, free, phase, policy, Market, Now), ct);
        if (begun.Refusal is not null) return begun;
        await Quiet(); // begun is begun: nobody stops it half way
        if (State.Keys.Find(command.Key, Now) is null)
            return await Commit<BudgetPlanInfo>(BudgetLineFault.Say(BudgetRefusals.Spent, "amountMinor",
                $"The money of {command.From.Month}/{command.From.Line} was spent, held or drawn meanwhile."),
                CancellationToken.None);
        await Spread();
        return await Commit<BudgetPlanInfo>(State.Info(Key, phase, policy), CancellationToken.None);
    }

    public async Task<Outcome<BudgetPlanInfo>> Submit(SubmitBudget command, CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        var policy = await Numbers(ct);
        if (State.State == BudgetPlanState.Draft) why ??= await Overdrawn(policy, ct);
        await Quiet();
        return why ?? await Changed(State.Decide(command, Key, phase, policy, Now), ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Revise(ReviseBudget command, CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        var policy = await Numbers(ct);
        await Quiet();
        return why ?? await Changed(State.Decide(command, Key, phase, policy, Now), ct);
    }

    public async Task<Outcome<BudgetPlanInfo>> Get(CancellationToken ct)
    {
        var (phase, why) = await Phase(ct);
        var policy = await Numbers(ct);
        return why ?? await Commit<BudgetPlanInfo>(
            State.Lines.IsEmpty ? BudgetRefusals.Unknown : State.Info(Key, phase, policy), ct);
    }

    public async Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct)
    {
        // What was drawn while it was discussed stays drawn: a plan with less for it does not come into force.
        if (command.Decision == ApprovalDecision.Approve && State.State == BudgetPlanState.Submitted
            && await Overdrawn(await Numbers(ct), ct) is { } overdrawn) return overdrawn;
        return await GrainFactory.DecideAndSettle(command, Settle, ct);
    }

    public async Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct)
    {
        await Quiet();
        var settled = await Commit(
            State.DecideSettled(ApprovalIds.CountOf(approval.Id), approval.State, Policy, Now), ct);
        await Spread();
        return settled;
    }

    protected override async Task OnDue()
    {
        await Quiet();
        await Spread();
    }

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

    /// <summary>The numbers in force. Return is evaluated where the policy says so and the job that does it is not
    /// paused (BUD-07, CAM-03).</summary>
    private async Task<BudgetPolicy> Numbers(CancellationToken ct)
    {
        const string returns = "placement-returns"; // of a slice to the right, by its code
        if (!Policy.IsRoiOn) return Policy;
        var (job, _) = await GrainFactory.Job(returns).Get(ct);
        return Policy with { IsRoiOn = job is not { IsPaused: true } };
    }

    /// <summary>What of a line's own money is neither spent nor committed, and not drawn or held where it is a
    /// pot's.</summary>
    private async Task<(long Minor, Refusal? Why)> Free(BudgetPlace from, CancellationToken ct)
    {
        if (State.Lines.GetValueOrDefault(BudgetPlan.KeyOf(from)) is not { } planned) return (0, null);
        var (line, unknown) = await GrainFactory.BudgetLine(KeyOf(from)).Get(ct);
        if (unknown is not null) return (0, unknown);
        var taken = line!.CommittedMinor + line.ActualMinor;
        if (!BudgetPlanTree.IsPot(planned)) return (line.OwnMinor - taken, null);
        var (drawn, why) = await Drawn(from.Line, ct);
        return (State.Pots().First(p => p.Pot == from.Line).AmountMinor - drawn - taken, why);
    }

    /// <summary>What is drawn and held of a pot; 0: there is none yet.</summary>
    private async Task<(long Minor, Refusal? Why)> Drawn(string pot, CancellationToken ct)
    {
        var (info, refusal) = await GrainFactory.Reserve($"{Key}-{pot}").Get(ct);
        if (refusal is not null) return (0, refusal.Code == ReserveRefusals.Unknown.Code ? null : refusal);
        return (info!.HeldMinor + info.DrawnMinor, null);
    }

    /// <summary>A reserve of which more is drawn or held than the plan has for it; null: there is none.</summary>
    private async Task<Refusal?> Overdrawn(BudgetPolicy policy, CancellationToken ct)
    {
        foreach (var (pot, has) in State.Pots().ToArray())
        {
            var amount = pot == ReserveKeys.Emergency ? PhaseRules.Emergency(State, policy) : has;
            var (drawn, why) = await Drawn(pot, ct);
            if (why is not null) return why;
            if (drawn > amount) return BudgetPlanFault.OfDrawn(pot, drawn);
        }

        return null;
    }

    /// <summary>A move that is under way ends first: until then nothing else is decided of the plan.</summary>
    private async Task Quiet()
    {
        while (State.Moving is not null)
        {
            if (_moving is not { IsCompleted: false }) _moving = EndMove();
            await _moving;
        }
    }

    /// <summary>The line, or the pot, gives the money in a turn of its own, or has not got it any more; asked again it
    /// knows.</summary>
    private async Task EndMove()
    {
        if (State.Moving is not { } moving) return;
        Sure((await Answer(default(Done))).Refusal); // it is asked for when it stands in the journal
        var (plan, after, take) = (State, State.After(moving), State.Take(moving));
        Refusal? refusal;
        if (BudgetPlanTree.IsPot(plan.Lines[BudgetPlan.KeyOf(moving.From)]))
        {
            var pot = moving.From.Line;
            refusal = (await GrainFactory.Reserve($"{Key}-{pot}").Set(
                new(take.Version, after.PotInForce(pot), plan.Currency!) { IsTake = true })).Refusal;
        }
        else
        {
            refusal = (await GrainFactory.BudgetLine(KeyOf(moving.From)).Plan(take)).Refusal;
        }

        if (refusal?.Code != BudgetRefusals.Spent.Code && refusal?.Code != ReserveRefusals.Empty.Code) Sure(refusal);
        Sure((await Commit(State.DecideTaken(moving, refusal is null, Now))).Refusal);
    }

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
            Sure((await GrainFactory.BudgetLine(KeyOf(line.Place)).Plan(plan.Tell(line.Place))).Refusal)));
        if (plan.State == BudgetPlanState.Submitted) Sure(await Ask(plan));
        if (plan.State == BudgetPlanState.InForce)
            foreach (var (pot, amount) in plan.Pots())
                Sure((await GrainFactory.Reserve($"{Key}-{pot}").Set(
                    new(plan.Version, amount, plan.Currency!))).Refusal);
        Sure((await Commit(State.DecideSpread(plan.Version, Now))).Refusal);
    }

    private async Task<Refusal?> Ask(BudgetPlan plan)
    {
        var info = plan.Info(Key, null, Policy);
        ApprovalLine[] lines =
        [
            ApprovalLines.Sum("total", info.TotalMinor),
            .. info.Shares.Select(s => ApprovalLines.Sum($"{s.Kind}".ToLowerInvariant(), s.PlannedMinor,
                string.Create(CultureInfo.InvariantCulture, $"{s.Percent} %"))),
            .. plan.Overrides.Take(20).Select(o => new ApprovalLine(
                $"not followed: {o.Rule}", null, ApprovalLines.Note(o.Reason))),
        ];
        var refusal = (await GrainFactory.Approval(BudgetPlanDecide.ApprovalOf(Key, plan.Number)).Ask(new(
            $"Budget of {Key}", $"budget/{Key}", [.. lines], plan.SubmittedBy, Policy.ApproverRole,
            Policy.PlanQuorum)
        { Currency = plan.Currency })).Refusal;
        // The same question in other words: it stands there since a try that was cut off.
        return refusal?.Code == ApprovalRefusals.Changed.Code ? null : refusal;
    }

    private void Sure(Refusal? refusal)
    {
        if (refusal is not null) throw new OutcomeUnknownException($"{Key}: {refusal.Code}"); // what is due does it
    }
}
