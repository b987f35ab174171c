using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Kernel;
using Ale.Markets;
using Ale.Platforms;
using Ale.Policy;
using Ale.Registers;
using Orleans.Concurrency;

namespace Ale.Insight;

[StatelessWorker]
internal sealed partial class CampaignResultQueries(
    Views views, PolicyBook policies, MarketBook markets, JournalClock clock) : Grain, ICampaignResults
{
    private const int EntriesMax = 1_000, EntriesPageMax = 500, SkusMax = 50, ThemeCampaignsMax = 5_000;

    private sealed class OneCampaign
    {
        public string Sessions { get; init; } = "";
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
    }

    private sealed class Sum
    {
        public string Name { get; init; } = "";
        public string Currency { get; init; } = "";
        public long Count { get; init; }
        public long AmountMinor { get; init; }
    }

    private sealed class PlannedCampaign
    {
        public string Id { get; init; } = "";
        public string Theme { get; init; } = "";
        public string State { get; init; } = "";
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
    }

    private sealed class SlotRow
    {
        public string? HostId { get; init; }
        public string? Skus { get; init; }
        public long StartsAt { get; init; }
    }

    public async Task<Outcome<CampaignResults>> Of(string campaign, JournalPlace at, CancellationToken ct)
    {
        var (found, refusal) = await views.List<OneCampaign>("""
            select sessions, starts_at as StartsAt, ends_at as EndsAt from {campaign} where id = @campaign
            """, new { campaign }, at, ct);
        if (refusal is not null) return refusal;
        if (found!.Count == 0) return CampaignRefusals.Unknown;
        var (paid, why) = await GrainFactory.CampaignQueries().Channels(campaign, at, ct);
        if (why is not null) return why;
        var direct = await views.Query<Sum>("""
            select '' as Name, currency as Currency, count(*) as Count,
                   cast(sum(amount_minor) as bigint) as AmountMinor
            from {budget_spend} where campaign_id = @campaign and placement_id = '' and state = 'actual'
            group by currency
            """, new { campaign }, ct);
        paid = paid.AddRange(direct.Select(d => new ChannelRow("", d.Currency, 0, 0, d.AmountMinor, 0, null)));
        var sessions = (found[0].Sessions ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] asked = sessions.Length == 0 ? [" "] : sessions; // no id is a space
        var seen = await views.Query<Sum>($$"""
            select platform as Name, '' as Currency, cast(sum(count) as bigint) as Count, 0 as AmountMinor
            from {platform_event} where kind = 'play' and {{views.In("session_id", "@asked")}} group by platform
            """, new { asked }, ct);
        var channel = $"coalesce({ShownFor.Sql(AttributionBy.Channel)}, '')";
        var sold = await views.Query<Sum>($$"""
            select {{channel}} as Name, o.currency as Currency, count(*) as Count,
                   cast(sum(o.paid_minor - o.refunded_minor) as bigint) as AmountMinor
            from {{ShownFor.Orders(AttributionBy.Channel)}}
            where o.paid_at is not null and o.state <> 'cancelled'
              and ({{ShownFor.Sql(AttributionBy.Campaign)}} = @campaign or {{views.In("o.by_session", "@asked")}})
            group by {{channel}}, o.currency
            """, new { campaign, asked }, ct);
        var (market, around) = (markets.For(null, clock.GetUtcNow()),
            policies.For(null, clock.GetUtcNow()).Campaigns.AroundDays);
        var from = market.BusinessDay(Instants.Of(found[0].StartsAt)).AddDays(-around);
        var to = market.BusinessDay(Instants.Of(found[0].EndsAt)).AddDays(around);
        var mentions = await views.Query<Sum>("""
            select case when tag = @campaign then 'own' else 'other' end as Name, '' as Currency,
                   cast(sum(count) as bigint) as Count, 0 as AmountMinor
            from {platform_event} where kind = 'mention' and day >= @from and day <= @to
            group by case when tag = @campaign then 'own' else 'other' end
            """, new
        {
            campaign,
            from = PlatformProjection.DayOf(from),
            to = PlatformProjection.DayOf(to),
        }, ct);
        var met = await views.Query<long>("""
            select count(distinct i.person) from {identity} i where i.seen_at >= @from and i.seen_at < @to
              and not exists (select 1 from {identity} e where e.person = i.person and e.seen_at < @from)
            """, new
        {
            from = market.StartOf(from).ToUnixTimeMilliseconds(),
            to = market.StartOf(to.AddDays(1)).ToUnixTimeMilliseconds(),
        }, ct);
        var channels = Channels(paid, seen, sold);
        var (own, all) = (mentions.Where(m => m.Name == "own").Sum(m => m.Count), mentions.Sum(m => m.Count));
        var totals = CampaignTotals.Of(channels);
        var first = totals.FirstOrDefault();
        return new CampaignResults(campaign, channels, sessions.Length, first?.CapMinor ?? 0, first?.SpendMinor ?? 0,
            channels.Sum(c => c.Views), channels.Sum(c => c.Orders), first?.RevenueMinor ?? 0, own, all,
            all == 0 ? null : PhaseRules.Percent(own, all))
        { Totals = totals, Currency = first?.Currency ?? "", NewViewers = met[0] };
    }

    /// <summary>One row a channel and currency. Views have no currency: they stand in the channel's first row.</summary>
    private static ImmutableArray<ChannelResult> Channels(
        ImmutableArray<ChannelRow> paid, IReadOnlyList<Sum> seen, IReadOnlyList<Sum> sold)
    {
        var keys = paid.Select(p => (p.Channel, p.Currency)).Concat(sold.Select(s => (Channel: s.Name, s.Currency)))
            .Distinct().ToList();
        keys.AddRange(seen.Where(s => keys.All(k => k.Channel != s.Name)).Select(s => (s.Name, "")));
        var shown = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. keys.OrderBy(k => k.Channel, StringComparer.Ordinal).ThenBy(k => k.Currency, StringComparer.Ordinal)
                .Select(k =>
                {
                    var spend = paid.FirstOrDefault(p => (p.Channel, p.Currency) == k);
                    var sales = sold.FirstOrDefault(s => (s.Name, s.Currency) == k);
                    return new ChannelResult(k.Channel, k.Currency, spend?.CapMinor ?? 0, spend?.SpendMinor ?? 0,
                        spend?.Results ?? 0,
                        shown.Add(k.Channel) ? seen.FirstOrDefault(s => s.Name == k.Channel)?.Count ?? 0 : 0,
                        sales?.Count ?? 0, sales?.AmountMinor ?? 0);
                }),
        ];
    }

    public async Task<Outcome<ThemeBoard>> Themes(string plan, int? quarter, JournalPlace at, CancellationToken ct)
    {
        var (entries, refusal) = await GrainFactory.RegisterQueries().Entries(
            new(EntriesMax + 1) { Kind = ThemeBoards.Register, Subject = plan }, at, ct);
        if (refusal is not null) return refusal;
        string[] named = // no id is a space
            [" ", .. entries.Select(e => e.Id), .. entries.Select(e => ThemeBoards.Named(plan, e.Id))];
        var (rows, why) = await views.List<PlannedCampaign>($$"""
            select id, theme, state, starts_at as StartsAt, ends_at as EndsAt from {campaign}
            where {{views.In("theme", "@named")}} order by starts_at desc, id limit @limit
            """, new { named, limit = ThemeCampaignsMax + 1 }, at, ct);
        if (why is not null) return why;
        var now = clock.GetUtcNow();
        var market = markets.For(null, now);
        var board = ThemeBoards.Of(plan, quarter, entries.Take(EntriesMax), rows!.Take(ThemeCampaignsMax).Select(c =>
                new ThemeCampaign(c.Id, c.Theme, Enum.Parse<CampaignState>(c.State, true),
                    market.BusinessDay(Instants.Of(c.StartsAt)), market.BusinessDay(Instants.Of(c.EndsAt)))),
            market.BusinessDay(now), policies.For(null, now).Campaigns.ThemeDays, policies.DefaultMarket);
        return board with { More = entries.Length > EntriesMax || rows!.Count > ThemeCampaignsMax };
    }

    public async Task<Outcome<ImmutableArray<HostSlots>>> Slots(DateOnly day, JournalPlace at, CancellationToken ct)
    {
        var (hosts, refusal) = await GrainFactory.AllEntries(
            new(EntriesPageMax) { Kind = PrimeSlots.Register }, at, ct);
        if (refusal is not null) return refusal;
        var (categories, no) = await GrainFactory.AllEntries(
            new(EntriesPageMax) { Kind = PrimeSlots.CategoryRegister }, at, ct);
        if (no is not null) return no;
        var (first, quarter) = (PrimeSlots.FirstOf(day), PrimeSlots.QuarterOf(day));
        var market = markets.For(null, clock.GetUtcNow());
        var (sessions, why) = await views.List<SlotRow>("""
            select host_id as HostId, skus as Skus, starts_at as StartsAt from {session}
            where starts_at >= @from and starts_at < @to
            """, new
        {
            from = market.StartOf(first).ToUnixTimeMilliseconds(),
            to = market.StartOf(first.AddMonths(3)).ToUnixTimeMilliseconds(),
        }, at, ct);
        if (why is not null) return why;
        var policy = policies.For(null, clock.GetUtcNow()).Campaigns;
        var prime = sessions!.Where(s => PrimeSlots.IsPrime(
            market.LocalTime(Instants.Of(s.StartsAt)), policy.PrimeFrom, policy.PrimeTo)).ToArray();
        var used = prime.Where(s => s.HostId is not null)
            .GroupBy(s => s.HostId!).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var led = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var category in PrimeSlots.Of(quarter, categories, led).Select(c => c.HostId))
        {
            var skus = (await views.Query<string>("""
                select k.sku from {product} p join {sku} k on k.product = p.id
                where p.category like @below escape '\'
                """, new { below = Plain(category) + "/%" }, ct)).ToHashSet(StringComparer.Ordinal);
            led[category] = prime.Count(s => (s.Skus ?? "").Split(' ').Any(skus.Contains));
        }

        return (ImmutableArray<HostSlots>)[.. PrimeSlots.Of(quarter, hosts, used), .. PrimeSlots.Of(
            quarter, categories, led).Select(c => c with { HostId = "", Category = c.HostId })];
    }

    public async Task<Outcome<ImmutableArray<string>>> Fits(string topic, CancellationToken ct)
    {
        var word = topic.Trim().ToLowerInvariant();
        var plain = Plain(word);
        var rows = await views.Query<string>("""
            select k.sku from {product} p join {sku} k on k.product = p.id
            where p.state = 'active' and (lower(p.title) like @title escape '\' or lower(p.brand) = @word
              or '/' || lower(p.category) like @path escape '\')
            order by k.sku limit @limit
            """, new { title = $"%{plain}%", word, path = $"%/{plain}/%", limit = SkusMax }, ct);
        return ImmutableArray.CreateRange(rows);
    }

    public async Task<Outcome<ImmutableArray<IndicatorValue>>> Indicators(
        DateOnly from, DateOnly to, CancellationToken ct)
    {
        var market = markets.For(null, clock.GetUtcNow());
        var told = await views.Query<Sum>("""
            select kind as Name, '' as Currency, cast(sum(count) as bigint) as Count, 0 as AmountMinor
            from {platform_day} where kind in ('brand_search', 'follow', 'unfollow') and day >= @from and day < @to
            group by kind
            """, new { from = PlatformProjection.DayOf(from), to = PlatformProjection.DayOf(to) }, ct);
        var buyers = await views.Query<Sum>("""
            select '' as Name, '' as Currency, count(*) as Count,
                   cast(coalesce(sum(case when n >= 2 then 1 else 0 end), 0) as bigint) as AmountMinor
            from (select o.user_id, count(*) as n from {sales_order} o
                  where o.paid_at < @to and o.state <> 'cancelled' and o.user_id in (
                    select b.user_id from {sales_order} b
                    where b.paid_at >= @from and b.paid_at < @to and b.state <> 'cancelled')
                  group by o.user_id) u
            """, new
        {
            from = market.StartOf(from).ToUnixTimeMilliseconds(),
            to = market.StartOf(to).ToUnixTimeMilliseconds(),
        }, ct);
        var (all, again) = (buyers[0].Count, buyers[0].AmountMinor);
        return ImmutableArray.CreateRange<IndicatorValue>(
        [
            new("branded_searches", Of("brand_search")), new("new_followers", Of("follow") - Of("unfollow")),
            new("repeat_percent", all == 0 ? 0 : PhaseRules.Percent(again, all)),
        ]);

        long Of(string kind) => told.Where(t => t.Name == kind).Sum(t => t.Count);
    }

    /// <summary>A text that stands for itself in a pattern.</summary>
    private static string Plain(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}

/// <summary>A campaign's money by currency; pure.</summary>
internal static class CampaignTotals
{
    /// <summary>That of most channels first; a channel of views alone has none.</summary>
    public static ImmutableArray<CampaignTotal> Of(IEnumerable<ChannelResult> channels) =>
    [
        .. channels.Where(c => c.Currency.Length > 0).GroupBy(c => c.Currency, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new CampaignTotal(g.Key, g.Sum(c => c.CapMinor), g.Sum(c => c.SpendMinor),
                g.Sum(c => c.Orders), g.Sum(c => c.RevenueMinor))),
    ];
}
