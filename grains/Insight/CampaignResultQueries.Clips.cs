using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Insight;

internal sealed partial class CampaignResultQueries
{
    private const int ClipsMax = 200, PlacementsMax = 10_000;

    private sealed class PlacedClip
    {
        public string Id { get; init; } = "";
        public string CampaignId { get; init; } = "";
        public string Currency { get; init; } = "";
        public long CapMinor { get; init; }
        public long SpendMinor { get; init; }
        public string? ContentId { get; init; }
    }

    // A clip is proposed once; were the proposed ones not left out, they would fill the list for ever.
    public async Task<Outcome<ImmutableArray<HitClip>>> Hits(DateTimeOffset until, int plays, CancellationToken ct)
    {
        var rows = await views.Query<Sum>("""
            select c.clip as Name, '' as Currency, c.plays as Count, 0 as AmountMinor
            from (select content_id as clip, cast(sum(count) as bigint) as plays from {platform_event}
                  where kind = 'play' and content_id is not null and at > @from and at <= @until
                  group by content_id having sum(count) >= @plays) c
            where not exists (select 1 from {review} r where r.kind = @proposed and r.subject = 'clip/' || c.clip)
            order by c.plays desc, c.clip limit @limit
            """, new
        {
            from = until.AddDays(-1).ToUnixTimeMilliseconds(),
            until = until.ToUnixTimeMilliseconds(),
            plays,
            proposed = ClipBoost.Kind,
            limit = ClipsMax,
        }, ct);
        return ImmutableArray.CreateRange(rows.Select(r => new HitClip(r.Name, r.Count)));
    }

    public async Task<Outcome<ImmutableArray<ClipPlacement>>> Showing(
        ImmutableArray<string> clips, CancellationToken ct)
    {
        string[] asked = [" ", .. clips]; // no id is a space
        var rows = await views.Query<PlacedClip>($$"""
            select id as Id, campaign_id as CampaignId, currency as Currency, cap_minor as CapMinor,
                   spend_minor as SpendMinor, content_id as ContentId
            from {placement}
            where campaign_id in (select campaign_id from {placement} where {{views.In("content_id", "@asked")}})
            order by case when {{views.In("content_id", "@asked")}} then 0 else 1 end, cap_minor - spend_minor desc, id
            limit @limit
            """, new { asked, limit = PlacementsMax }, ct);
        return ImmutableArray.CreateRange(rows.Select(r => new ClipPlacement(
            r.Id, r.CampaignId, r.Currency, r.CapMinor, r.SpendMinor, r.ContentId)));
    }

    public async Task<Outcome<ImmutableArray<EndedCampaign>>> EndedBrands(
        DateTimeOffset before, string? after, int limit, CancellationToken ct)
    {
        var windows = policies.For(null, clock.GetUtcNow()).Campaigns.EffectDays.Length;
        var rows = await views.Query<PlannedCampaign>("""
            select id as Id, starts_at as StartsAt, ends_at as EndsAt from {campaign}
            where class = 'brand' and state in ('closed', 'recapped') and ends_at < @before and id > @after
              and coalesce(effects, 0) < @windows
            order by id limit @limit
            """, new { before = before.ToUnixTimeMilliseconds(), after = after ?? "", windows, limit }, ct);
        return ImmutableArray.CreateRange(rows.Select(r => new EndedCampaign(
            r.Id, Instants.Of(r.StartsAt), Instants.Of(r.EndsAt))));
    }
}
