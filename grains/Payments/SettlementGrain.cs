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
        if (State.WhyNotCompared(lines, Key, Today) is { } not) return await Commit<SettlementInfo>(not, ct);
        var (day, stood) = (SettlementKeys.DayOf(Key), State.Lines);
        var (told, refusal) = await lookup.Told(
            day, stood.Values.Select(l => l.EventId).ToHashSet(StringComparer.Ordinal), ct);
        if (refusal is not null) return refusal;
        var elsewhere = new Dictionary<MoneyClaim, string>();
        // Another statement by mistake claims nothing.
        if (State.DecideCompared(lines, told, elsewhere, Key, Today, Now).Reply.Refusal is { } wrong)
            return await Commit<SettlementInfo>(wrong, ct);
        foreach (var others in SettlementDecide.ClaimsOf(stood.Values, told, day).GroupBy(c => c.Day, c => c.Claim))
        {
            foreach (var claims in others.Chunk(ISettlementGrain.BatchMax))
            {
                var (held, why) = await GrainFactory.Settlement(others.Key).Claim(
                    [.. claims], Key, CancellationToken.None);
                if (why is not null) return why;
                foreach (var claim in held) elsewhere[claim.Claim] = claim.Day;
            }
        }

        return await Commit(State.DecideCompared(lines, told, elsewhere, Key, Today, Now), ct);
    }

    public Task<Outcome<SettlementInfo>> Explain(ExplainDifference command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ImmutableArray<HeldClaim>>> Claim(
        ImmutableArray<MoneyClaim> claims, string day, CancellationToken ct) =>
        Commit(State.DecideClaimed(claims, day, Key, Now), ct);

    public Task<Outcome<ImmutableArray<Difference>>> Differences(DifferencesWanted wanted, CancellationToken ct) =>
        Commit<ImmutableArray<Difference>>(State.Page(wanted), ct);

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
        public long HasOrder { get; init; }
    }

    // An event of an order that was never placed is parked with it: there is a row, and nothing was placed.
    private const string Select = """
        select p.id, p.type, p.order_id as OrderId, p.amount_minor as AmountMinor, p.currency,
               p.happened_at as HappenedAt,
               cast(case when o.placed_at is null then 0 else 1 end as bigint) as HasOrder
        from {payment_event} p left join {sales_order} o on o.id = p.order_id
        """;

    /// <summary>All money of a business day, and the events that lines name, whatever their day.</summary>
    public async Task<Outcome<ImmutableArray<ToldMoney>>> Told(
        DateOnly day, IReadOnlySet<string> events, CancellationToken ct)
    {
        var market = markets.For(null, clock.GetUtcNow());
        var (rows, refusal) = await views.List<Row>($$"""
            {{Select}} where p.happened_at >= @from and p.happened_at < @to and p.type <> 'failed'
            """, new
        {
            from = market.StartOf(day).ToUnixTimeMilliseconds(),
            to = market.StartOf(day.AddDays(1)).ToUnixTimeMilliseconds(),
        }, default, ct);
        if (refusal is not null) return refusal;
        var told = rows!.ToDictionary(r => r.Id, StringComparer.Ordinal);
        foreach (var ids in events.Where(id => !told.ContainsKey(id)).ToArray().Chunk(ChunkMax))
        {
            var more = await views.Query<Row>(
                $"{Select} where {views.In("p.id", "@ids")} and p.type <> 'failed'", new { ids }, ct);
            foreach (var row in more) told.TryAdd(row.Id, row);
        }

        return ImmutableArray.CreateRange(told.Values.Select(r => new ToldMoney(r.Id,
            r.Type == "captured" ? StatementType.Captured : StatementType.Refunded, r.OrderId, r.AmountMinor,
            r.Currency, market.BusinessDay(Instants.Of(r.HappenedAt)), r.HasOrder == 1)));
    }
}
