using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Campaigns;

[StatelessWorker]
internal sealed class CampaignQueries(Views views) : Grain, ICampaignQueries
{
    private sealed class OneCampaign
    {
        public string Id { get; init; } = "";
        public string Title { get; init; } = "";
        public string State { get; init; } = "";
        public string Class { get; init; } = "";
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
        public string BudgetLine { get; init; } = "";
    }

    private sealed class OnePlacement
    {
        public string Id { get; init; } = "";
        public string CampaignId { get; init; } = "";
        public string Channel { get; init; } = "";
        public string Class { get; init; } = "";
        public string ResultKind { get; init; } = "";
        public long CapMinor { get; init; }
        public string Currency { get; init; } = "";
        public long SpendMinor { get; init; }
        public long Results { get; init; }
        public string Strategy { get; init; } = "";
        public long? Roi { get; init; }
        public long? Rank { get; init; }
        public long? RevenueMinor { get; init; }
        public string? ContentId { get; init; }
        public long Placements { get; init; }
    }

    private sealed class OneReport
    {
        public string EventId { get; init; } = "";
        public long SpendMinor { get; init; }
        public long Results { get; init; }
        public long At { get; init; }
        public string Authorisation { get; init; } = "";
    }

    public async Task<Outcome<ImmutableArray<CampaignRow>>> Campaigns(
        CampaignsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.Before is not null) where += " and (starts_at, id) < (@before, @id)";
        var (rows, refusal) = await views.List<OneCampaign>($$"""
            select id, title, state, class, starts_at as StartsAt, ends_at as EndsAt, budget_line as BudgetLine
            from {campaign} where title <> ''{{where}} order by starts_at desc, id desc limit @limit
            """, new
        {
            state = wanted.State is { } state ? BudgetProjection.NameOf(state) : "",
            before = wanted.Before?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new CampaignRow(r.Id, r.Title,
            Enum.Parse<CampaignState>(r.State, true), Enum.Parse<SpendClass>(r.Class, true), Instants.Of(r.StartsAt),
            Instants.Of(r.EndsAt), OrNull(r.BudgetLine))));
    }

    public async Task<Outcome<ImmutableArray<PlacementRow>>> Placements(
        PlacementsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = wanted.CampaignId is null ? "" : " and campaign_id = @campaign";
        var (rows, refusal) = await views.List<OnePlacement>($$"""
            select id, campaign_id as CampaignId, channel, class, result_kind as ResultKind, cap_minor as CapMinor,
                   currency, spend_minor as SpendMinor, results, strategy, roi, rank, revenue_minor as RevenueMinor,
                   content_id as ContentId
            from {placement} where id > @after{{where}} order by id limit @limit
            """, new { after = wanted.After ?? "", campaign = wanted.CampaignId ?? "", limit = wanted.Limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PlacementRow(r.Id, r.CampaignId, r.Channel,
            Enum.Parse<SpendClass>(r.Class, true), r.ResultKind, r.CapMinor, r.Currency, r.SpendMinor, r.Results,
            Enum.Parse<PlacementStrategy>(r.Strategy, true), r.Roi is >= 0 ? r.Roi / 100m : null,
            r.Rank is > 0 ? (int)r.Rank : null, r.RevenueMinor)
        { ContentId = r.ContentId }));
    }

    public async Task<Outcome<ImmutableArray<ReportRow>>> Reports(
        ReportsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = wanted.Before is null ? "" : " and (at, event_id) < (@before, @id)";
        var (rows, refusal) = await views.List<OneReport>($$"""
            select event_id as EventId, spend_minor as SpendMinor, results, at, authorisation
            from {placement_report} where placement = @placement{{where}}
            order by at desc, event_id desc limit @limit
            """, new
        {
            placement = wanted.Placement,
            before = wanted.Before?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ReportRow(
            r.EventId, r.SpendMinor, r.Results, Instants.Of(r.At), OrNull(r.Authorisation))));
    }

    public async Task<Outcome<ImmutableArray<ChannelRow>>> Channels(
        string campaign, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OnePlacement>("""
            select channel, currency, count(*) as Placements, cast(sum(cap_minor) as bigint) as CapMinor,
                   cast(sum(spend_minor) as bigint) as SpendMinor, cast(sum(results) as bigint) as Results
            from {placement} where campaign_id = @campaign group by channel, currency order by channel, currency
            """, new { campaign }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ChannelRow(r.Channel, r.Currency, (int)r.Placements,
            r.CapMinor, r.SpendMinor, r.Results, r.Results == 0 ? null
                : Math.Round((decimal)r.SpendMinor / r.Results, 2, MidpointRounding.AwayFromZero))));
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
