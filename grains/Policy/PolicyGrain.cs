using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Policy;

[GrainType("policy"), StatelessWorker]
internal sealed class PolicyGrain(PolicyBook book, JournalClock clock) : Grain, IPolicyGrain
{
    public Task<Outcome<PolicyValue>> Get(string key, string? market, DateTimeOffset? at, CancellationToken ct) =>
        Task.FromResult(Find(key, market ?? book.DefaultMarket, at ?? clock.GetUtcNow()));

    public Task<Outcome<ImmutableArray<PolicyValue>>> List(string? market, DateTimeOffset? at, CancellationToken ct)
    {
        var (code, instant) = (market ?? book.DefaultMarket, at ?? clock.GetUtcNow());
        Outcome<ImmutableArray<PolicyValue>> outcome = book.Knows(code)
            ? book.Keys.Select(key => Find(key, code, instant).Value).OfType<PolicyValue>().ToImmutableArray()
            : PolicyRefusals.UnknownMarket;
        return Task.FromResult(outcome);
    }

    private Outcome<PolicyValue> Find(string key, string market, DateTimeOffset at)
    {
        if (!PolicyKeys.All.ContainsKey(key)) return PolicyRefusals.Unknown;
        if (!book.Knows(market)) return PolicyRefusals.UnknownMarket;
        if (book.Find(key, at) is not { } entry) return PolicyRefusals.NotInForce;
        return new PolicyValue(key, market, entry.For(market)!.Value.GetRawText(), entry.Key.Unit, entry.Section,
            entry.Owner, entry.EffectiveAt, entry.Note)
        { IsOfHouse = entry.Key.IsOfHouse };
    }
}
