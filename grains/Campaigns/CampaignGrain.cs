using Ale.Budgets;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Campaigns;

[GrainType("campaign")]
internal sealed class CampaignGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Campaign, CampaignEvent>(kernel), ICampaignGrain
{
    private readonly SingleFlight<Task> _telling = new();

    public async Task<Outcome<CampaignInfo>> Put(PutCampaign command, CancellationToken ct)
    {
        var put = await Commit(State.Decide(command, Key, Now), ct);
        if (put.Refusal is not null) return put;
        if (State.DueAt <= Now) await OnDue(); // it has begun already
        return await Get(ct); // its own timer may have come first
    }

    public Task<Outcome<CampaignInfo>> Change(ChangeCampaign command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<CampaignInfo>> Get(CancellationToken ct) => Commit<CampaignInfo>(
        State.Terms is null ? CampaignRefusals.Unknown : State.Info(Key), ct);

    public Task<Outcome<CampaignInfo>> Join(string placement, SpendClass spendClass, CancellationToken ct) =>
        Commit(State.DecideJoin(placement, spendClass, Key, Now), ct);

    public Task<Outcome<CampaignInfo>> Measure(BrandEffect effect, CancellationToken ct) =>
        Commit(State.Decide(effect, Key), ct);

    protected override async Task OnDue()
    {
        await Commit(State.DecideDue(policies.For(null, Now).Campaigns.Role, Now), CancellationToken.None);
        await Tell();
    }

    private Task Tell() => _telling.Run(TellAll);

    /// <summary>Tells the placements whether they may spend; they know an older word by its step.</summary>
    private async Task TellAll()
    {
        while (State.Told < State.Taken.Length)
        {
            var (steps, isLive) = (State.Taken.Length, State.IsLive);
            await Task.WhenAll(State.Placements.Select(async placement =>
            {
                var told = await GrainFactory.Placement(placement).Live(isLive, steps);
                if (told.Refusal is { } refusal) throw new OutcomeUnknownException($"{placement}: {refusal.Code}");
            }));
            await Commit(State.DecideTold(steps, Now));
        }
    }
}
