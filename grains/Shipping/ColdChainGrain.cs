using Ale.Kernel;
using Ale.Policy;
using Ale.Sessions;

namespace Ale.Shipping;

[GrainType("coldchain")]
internal sealed class ColdChainGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<ColdChain, ColdChainEvent>(kernel), IColdChainGrain
{
    private string SessionId => Key[..Key.IndexOf('/', StringComparison.Ordinal)];

    private string Sku => Key[(Key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public async Task<Outcome<ColdChainView>> Price(string by, CancellationToken ct)
    {
        if (State.Pricing is not null) return await Answer(State.View(Key), ct);
        var (forecast, refusal) = await GrainFactory.Forecast(SessionId).Ask(Sku, ct);
        if (refusal is not null) return await Commit<ColdChainView>(refusal, ct);
        var (policy, unknown) = await Policy(ct);
        if (unknown is not null) return await Commit<ColdChainView>(unknown, ct);
        var priced = await Commit(State.DecidePrice(forecast!.Units, forecast.Since, policy!, by, Key, Now), ct);
        if (priced.Refusal is not null) return priced;
        // What moved before this was priced, but after it was asked for, told a grain that did not know yet.
        var (again, failed) = await GrainFactory.Forecast(SessionId).Ask(Sku, ct);
        if (failed is not null) return failed.Kind == RefusalKind.Busy ? failed : await Answer(State.View(Key), ct);
        return await Commit(again!.Since is { } since
            ? State.DecideFollow(again.Units, since, policy!.ColdChain, Key, Now) : State.View(Key), ct);
    }

    public Task<Outcome<ColdChainView>> Get(CancellationToken ct) =>
        Commit<ColdChainView>(State.Pricing is null ? ColdChainRefusals.Unknown : State.View(Key), ct);

    public async Task<Outcome<ColdChainView>> Follow(long? units, DateTimeOffset since, CancellationToken ct)
    {
        if (State.Pricing is null) return await Commit<ColdChainView>(ColdChainRefusals.Unknown, ct);
        var (policy, refusal) = await Policy(ct);
        if (refusal is not null) return await Commit<ColdChainView>(refusal, ct);
        return await Commit(State.DecideFollow(units, since, policy!.ColdChain, Key, Now), ct);
    }

    private async Task<Outcome<PolicySet>> Policy(CancellationToken ct)
    {
        var (session, refusal) = await GrainFactory.Session(SessionId).Get(ct);
        if (refusal is not null) return refusal;
        return policies.For(policies.Knows(session!.Terms.Market) ? session.Terms.Market : null, Now);
    }
}
