using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Portfolio;

[GrainType("exploration")]
internal sealed class ExplorationGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<Exploration, ExplorationEvent>(kernel), IExplorationGrain
{
    private readonly SingleFlight<Task<Refusal?>> _settling = new();

    private Market Market => markets.For(null, Now);

    private IBudgetLineGrain Line => GrainFactory.BudgetLine(State.Terms!.Line);

    private string SpendId => "exploration-" + Key;

    public async Task<Outcome<ExplorationInfo>> Put(ExplorationTerms terms, string by, CancellationToken ct)
    {
        var put = await Commit(State.Decide(terms, by, Key, Market, Now), ct);
        return put.Refusal is not null ? put : await Settled(ct);
    }

    public Task<Outcome<ExplorationInfo>> Get(CancellationToken ct) => Commit<ExplorationInfo>(
        State.Terms is null ? ExplorationRefusals.Unknown : State.Info(Key), ct);

    public async Task<Outcome<ExplorationInfo>> Decide(DecideExploration command, CancellationToken ct)
    {
        var decided = await Commit(State.Decide(command, Key, Market, Now), ct);
        return decided.Refusal is not null ? decided : await Settled(ct);
    }

    protected override async Task OnDue()
    {
        await Settle();
        await Commit(State.DecideDue(policies.For(null, Now).Portfolio.Role, Now));
    }

    private async Task<Outcome<ExplorationInfo>> Settled(CancellationToken ct) =>
        await Settle() is { } refusal ? refusal : await Get(ct);

    private Task<Refusal?> Settle() => _settling.Run(SettleOnce);

    /// <summary>Money is asked for and given back under an id of its own, so that a repeat changes nothing.</summary>
    private async Task<Refusal?> SettleOnce()
    {
        if (State.AskingSince is not null)
        {
            var asked = await Line.Spend(new(SpendId, State.Terms!.AmountMinor, State.Terms.Currency,
                SpendStage.Committed, Wait: false,
                new() { Note = State.Terms.Title, Acquisition = Acquisition.Service }));
            await Commit(State.DecideAsked(asked.Refusal?.Code, Now));
            return asked.Refusal;
        }

        if (State is { State: ExplorationState.Stopped, ReturnedMinor: null })
        {
            var released = await Line.Release(SpendId);
            await Commit(State.DecideReturned(released.Refusal is null ? State.Terms!.AmountMinor : 0, Now));
        }

        return null;
    }
}
