using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Platforms;
using Ale.Policy;

namespace Ale.Campaigns;

[GrainType("placement")]
internal sealed class PlacementGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<Placement, PlacementEvent>(kernel), IPlacementGrain
{
    private Task? _posting;

    private CampaignPolicy Policy => policies.For(null, Now).Campaigns;

    protected override SnapshotCodec<Placement> Snapshots => Placement.Snapshots;

    public async Task<Outcome<PlacementInfo>> Put(PutPlacement command, CancellationToken ct)
    {
        if (State.WhyNotPut(command.Terms) is { } refusal) return await Commit<PlacementInfo>(refusal, ct);
        var campaign = GrainFactory.Campaign(command.Terms.CampaignId);
        if (State.Terms is null && await WhyNotBooked(command.Terms, campaign, ct) is { } not)
            return await Commit<PlacementInfo>(not, ct);
        var (joined, why) = await campaign.Join(Key, command.Terms.Class, ct);
        if (why is not null) return await Commit<PlacementInfo>(why, ct);
        var put = await Seen(State.Decide(command, joined!, Now), ct);
        if (put.Refusal is not null) return put;
        // The campaign may have taken a step meanwhile, and did not find the placement there.
        var (now, gone) = await campaign.Get(CancellationToken.None);
        return gone ?? await Seen(State.DecideLive(now!.IsLive, now.Taken.Length, Now), CancellationToken.None);
    }

    public Task<Outcome<PlacementInfo>> Change(ChangePlacement command, CancellationToken ct) =>
        Seen(State.Decide(command, Now), ct);

    public Task<Outcome<PlacementInfo>> Get(CancellationToken ct) => Commit<PlacementInfo>(
        State.Terms is null ? PlacementRefusals.Unknown : State.Info(Key), ct);

    public Task<Outcome<Authorisation>> Authorise(AuthoriseSpend command, CancellationToken ct) =>
        Commit(State.Decide(command, Policy, Now), ct);

    public Task<ImmutableArray<Outcome<Authorisation>>> AuthoriseEach(
        ImmutableArray<AuthoriseSpend> commands, CancellationToken ct) =>
        CommitEach(commands, command => State.Decide(command, Policy, Now), ct);

    public Task<Outcome<Authorisation>> Release(string id, CancellationToken ct) =>
        Commit(State.DecideRelease(id, Now), ct);

    public Task<Outcome<Authorisation>> GetAuthorisation(string id, CancellationToken ct) => Commit<Authorisation>(
        State.Terms is null ? PlacementRefusals.Unknown
        : State.Find(id, Now) is { } known ? known : PlacementRefusals.UnknownAuthorisation, ct);

    public Task<Outcome<PlacementInfo>> Report(ImmutableArray<SpendReport> reports, CancellationToken ct) =>
        Seen(State.Decide(reports, Policy, markets.For(null, Now), Now), ct);

    public async Task<ImmutableArray<Outcome<PlacementInfo>>> ReportEach(
        ImmutableArray<ImmutableArray<SpendReport>> commands, CancellationToken ct)
    {
        var (policy, market) = (Policy, markets.For(null, Now));
        var committing = CommitEach(commands, reports => State.Decide(reports, policy, market, Now), ct);
        var seen = State.Terms is null ? null : State.Info(Key);
        return [.. (await committing).Select(done => After(done, seen))];
    }

    public Task<Outcome<PlacementTold>> Told(ImmutableArray<PlatformSum> sums, CancellationToken ct) =>
        Commit(State.DecideTold(sums, Key, Policy, Now), ct);

    public Task<Outcome<PlacementInfo>> Revert(RevertStep command, CancellationToken ct) =>
        Seen(State.Decide(command, Now), ct);

    public Task<Outcome<Done>> Live(bool isLive, int step, CancellationToken ct) =>
        Commit(State.DecideLive(isLive, step, Now), ct);

    public Task<Outcome<PlacementInfo>> Evaluate(PlacementReturn figures, CancellationToken ct) =>
        Seen(State.Decide(figures), ct);

    public Task<Outcome<Done>> Budget(string spend, bool isBooked, CancellationToken ct) =>
        Commit(State.DecideBudget(spend, isBooked, Key, Now), ct);

    protected override async Task OnDue()
    {
        await Commit(State.DecideDue(Now), CancellationToken.None);
        if (_posting is not { IsCompleted: false }) _posting = Post();
        await _posting;
    }

    /// <summary>Why the budget would book nothing of it; where there is no line yet nobody knows.</summary>
    private async Task<Refusal?> WhyNotBooked(PlacementTerms terms, ICampaignGrain campaign, CancellationToken ct)
    {
        var (plan, unknown) = await campaign.Get(ct);
        if (unknown is not null) return unknown;
        if (plan!.Terms.BudgetLine is not { } line) return null;
        var day = markets.For(null, Now).BusinessDay(plan.Terms.StartsAt > Now ? plan.Terms.StartsAt : Now);
        var (known, _) = await GrainFactory.BudgetLine(BudgetKeys.KeyOf(day.Year, day.Month, line)).Get(ct);
        return known is null ? null : Placement.WhyNotBooked(terms, known.Terms.Currency);
    }

    /// <summary>Commits, and answers with the placement as this left it.</summary>
    private async Task<Outcome<PlacementInfo>> Seen(Decision<PlacementEvent, Done> decision, CancellationToken ct)
    {
        var committing = Commit(decision, ct); // applied when this returns; the reply waits until it is durable
        var seen = State.Terms is null ? null : State.Info(Key);
        return After(await committing, seen);
    }

    private static Outcome<PlacementInfo> After(Outcome<Done> done, PlacementInfo? seen) =>
        done.Refusal is { } refusal ? refusal : new Outcome<PlacementInfo>(seen, null) { At = done.At };

    /// <summary>Asks the budget line to book what was spent; what fails is due again.</summary>
    private async Task Post()
    {
        await Commit(State.DecidePosting(Now));
        if (State is not { InPosting: { } month, IsBudgetHeld: false, Terms: { } terms }) return;
        var number = State.Postings;
        var asked = await GrainFactory.BudgetLine($"{month.Month}-{State.BudgetLine}").Spend(new(
            Placement.SpendOf(Key, number), month.AmountMinor, terms.Currency, SpendStage.Actual, true,
            new(terms.Class, CampaignId: terms.CampaignId, PlacementId: Key)));
        await Commit(State.DecidePosted(number, asked, Policy, Now));
    }
}
