using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;

namespace Ale.Payments;

[GrainType("settlement")]
internal sealed class SettlementGrain(SiloKernel kernel, MarketBook markets, SettlementLookup lookup)
    : EventSourcedGrain<Settlement, SettlementEvent>(kernel), ISettlementGrain
{
    private DateOnly Today => markets.For(null, Now).BusinessDay(Now);

    public Task<Outcome<SettlementInfo>> Take(ImmutableArray<StatementLine> lines, CancellationToken ct) =>
        Commit(State.Decide(lines, Key, Today, Now), ct);

    public async Task<Outcome<SettlementInfo>> Compare(int lines, CancellationToken ct)
    {
        var day = SettlementKeys.DayOf(Key);
        var events = State.Lines.Values.Select(l => l.EventId).ToHashSet(StringComparer.Ordinal);
        var (told, refusal) = await lookup.Told(day, events, ct);
        if (refusal is not null) return refusal;
        var compared = await Commit(State.DecideCompared(lines, told, Key, Today, Now), ct);
        if (compared.Refusal is not null) return compared;
        // What is another day's money is not missing in that day's statement.
        foreach (var other in told.Where(t => t.Day != day && t.Day < Today))
        {
            var found = await GrainFactory.Settlement(other.Day).Found(other.EventId, Key, CancellationToken.None);
            if (found.Refusal is { } why) return why;
        }

        return compared;
    }

    public Task<Outcome<SettlementInfo>> Explain(ExplainDifference command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<Done>> Found(string eventId, string day, CancellationToken ct) =>
        Commit(State.DecideFound(eventId, day, Now), ct);

    public Task<Outcome<SettlementInfo>> Get(CancellationToken ct) => Commit<SettlementInfo>(State.Info(Key), ct);
}

/// <summary>What the acquirer told us, from the slice's table.</summary>
internal sealed class SettlementLookup(Views views, MarketBook markets, JournalClock clock)
{
    private const int ChunkMax = 500; // ids of one question

    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Type { get; init; } = "";
        public string OrderId { get; init; } = "";
        public long AmountMinor { get; init; }
        public string Currency { get; init; } = "";
        public long HappenedAt { get; init; }
    }

    /// <summary>All money of a business day, and the events that lines name, whatever their day.</summary>
    public async Task<Outcome<ImmutableArray<ToldMoney>>> Told(
        DateOnly day, IReadOnlySet<string> events, CancellationToken ct)
    {
        var market = markets.For(null, clock.GetUtcNow());
        var (rows, refusal) = await views.List<Row>("""
            select id, type, order_id as OrderId, amount_minor as AmountMinor, currency, happened_at as HappenedAt
            from {payment_event} where happened_at >= @from and happened_at < @to and type <> 'failed'
            """, new
        {
            from = market.StartOf(day).ToUnixTimeMilliseconds(),
            to = market.StartOf(day.AddDays(1)).ToUnixTimeMilliseconds(),
        }, default, ct);
        if (refusal is not null) return refusal;
        var told = rows!.ToDictionary(r => r.Id, StringComparer.Ordinal);
        foreach (var ids in events.Where(id => !told.ContainsKey(id)).ToArray().Chunk(ChunkMax))
        {
            var more = await views.Query<Row>($$"""
                select id, type, order_id as OrderId, amount_minor as AmountMinor, currency, happened_at as HappenedAt
                from {payment_event} where {{views.In("id", "@ids")}} and type <> 'failed'
                """, new { ids }, ct);
            foreach (var row in more) told.TryAdd(row.Id, row);
        }

        return ImmutableArray.CreateRange(told.Values.Select(r => new ToldMoney(r.Id,
            r.Type == "captured" ? StatementType.Captured : StatementType.Refunded, r.OrderId, r.AmountMinor,
            r.Currency, market.BusinessDay(Instants.Of(r.HappenedAt)))));
    }
}
