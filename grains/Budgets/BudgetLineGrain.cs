using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Policy;

namespace Ale.Budgets;

[GrainType("budget")]
internal sealed class BudgetLineGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<BudgetLine, BudgetLineEvent>(kernel), IBudgetLineGrain
{
    private readonly SingleFlight<Task> _telling = new();

    private BudgetPolicy Policy => policies.For(null, Now).Budgets;

    private Market Market => markets.For(null, Now);

    protected override SnapshotCodec<BudgetLine> Snapshots => BudgetLineSnapshot.Codec;

    public async Task<Outcome<BudgetLineInfo>> Plan(PlanLine command, CancellationToken ct)
    {
        var (isStartUp, why) = await IsStartUp(!State.Waiting.IsEmpty, ct);
        if (why is not null) return why;
        var open = State.Ask is AskState.Asked or AskState.Open ? BudgetLineMark.ApprovalOf(Key, State.Asks) : null;
        var planned = await Commit(State.Decide(command, Key, Policy, Market, Now, isStartUp), ct);
        // What is within the plan now need not be decided.
        if (open is not null && planned.Refusal is null && State.Ask == AskState.None)
            await GrainFactory.Approval(open).Withdraw("The plan was raised.", CancellationToken.None);
        if (State.Ask == AskState.Asked) await Tell();
        return planned;
    }

    public Task<Outcome<BudgetLineInfo>> Get(CancellationToken ct) => Commit<BudgetLineInfo>(
        State.Terms is null ? BudgetRefusals.Unknown : State.Info(Key, Policy, Market, Now), ct);

    public async Task<Outcome<SpendInfo>> Spend(PostSpend command, CancellationToken ct)
    {
        var (isStartUp, why) = await IsStartUp(State.TakenMinor + command.AmountMinor > State.OwnMinor, ct);
        if (why is not null) return why;
        var spent = await Commit(State.Decide(command, Key, Policy, Market, Now, isStartUp), ct);
        if (State.Ask == AskState.Asked) await Tell();
        return spent;
    }

    public Task<Outcome<SpendInfo>> Release(string id, CancellationToken ct) =>
        Commit(State.DecideRelease(id, Key, Policy, Market, Now), ct);

    public Task<Outcome<SpendInfo>> Flag(FlagSpend command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Policy, Market, Now), ct);

    public Task<Outcome<SpendInfo>> Check(CheckSpend command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Policy, Market, Now), ct);

    public Task<Outcome<SpendInfo>> GetSpend(string id, CancellationToken ct) => Commit<SpendInfo>(
        State.Terms is null ? BudgetRefusals.Unknown
        : State.Spends.ContainsKey(id) ? State.Spend(id, Key, Policy, Market, Now) : BudgetRefusals.UnknownSpend, ct);

    /// <summary>Who has a spend waiting asks, too, whoever crossed the mark.</summary>
    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        State.Waiting.Any(s => s.By == command.By)
            ? Commit<ApprovalInfo>(ApprovalRefusals.Own.With("detail", $"A spend of {command.By} waits for it."), ct)
            : GrainFactory.DecideAndSettle(command, Settle, ct);

    public async Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct)
    {
        var (isStartUp, why) = await IsStartUp(!State.Waiting.IsEmpty, ct);
        return why ?? await Commit(State.DecideSettled(
            ApprovalIds.CountOf(approval.Id), approval.State, Key, Policy, Market, Now, isStartUp), ct);
    }

    protected override Task OnDue() => Tell();

    /// <summary>Asked before a turn, and only where it matters to a band.</summary>
    private async Task<(bool IsStartUp, Refusal? Why)> IsStartUp(bool matters, CancellationToken ct)
    {
        if (!matters || !State.HasBand()) return (false, null);
        var (at, refusal) = await GrainFactory.Phases().InForce(null, ct);
        return (at?.Phase == PhaseRules.StartUp, refusal);
    }

    private Task Tell() => _telling.Run(TellOnce);

    private async Task TellOnce()
    {
        if (State.Ask != AskState.Asked || State.AskedAt is not { } at) return;
        var (number, policy) = (State.Asks, policies.For(null, at).Budgets);
        var asked = await GrainFactory.Approval(BudgetLineMark.ApprovalOf(Key, number)).Ask(
            Question(number, policy));
        // Another form of the same question stands there when the figures moved between two tries.
        if (asked.Refusal is { } refusal && refusal.Code != ApprovalRefusals.Changed.Code)
            throw new OutcomeUnknownException($"{Key}: {refusal.Code}"); // what is due asks again
        await Commit(State.DecideTold(number, Now));
    }

    private AskApproval Question(int number, BudgetPolicy policy)
    {
        ApprovalLine[] sums =
        [
            ApprovalLines.Sum("planned", State.OwnMinor), ApprovalLines.Sum("actual", State.ActualMinor),
            ApprovalLines.Sum("committed", State.CommittedMinor),
            ApprovalLines.Sum("waiting", State.Waiting.Sum(s => s.AmountMinor),
                State.Waiting.Count.ToString(CultureInfo.InvariantCulture)),
        ];
        return new($"Budget {Key} is over its plan by more than {policy.OverPercent} %", $"budget/{Key}",
            [.. sums, .. State.Largest.Select(s => new ApprovalLine(s.Id, s.AmountMinor, NoteOf(s.Tags)))],
            State.AskedBy ?? "budgets", policy.ApproverRole, policy.OverQuorum)
        { Currency = State.Terms!.Currency };
    }

    /// <summary>What a spend was for, in one line.</summary>
    private static string? NoteOf(SpendTags t)
    {
        (string Name, string? Value)[] tags =
        [
            ("class", t.Class?.ToString().ToLowerInvariant()), ("session", t.SessionId), ("host", t.HostId),
            ("category", t.Category), ("step", t.Step), ("campaign", t.CampaignId), ("placement", t.PlacementId),
        ];
        var text = string.Join(", ", tags.Where(tag => tag.Value is not null).Select(tag => $"{tag.Name} {tag.Value}"));
        return text.Length == 0 ? null : ApprovalLines.Note(text);
    }
}
