using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Users;
using Orleans.Concurrency;

namespace Ale.Audience;

[StatelessWorker]
internal sealed class AudienceQueries(Views views, MarketBook markets, JournalClock time) : Grain, IAudienceQueries
{
    private sealed class Count
    {
        public long Identities { get; init; }
        public long People { get; init; }
    }

    private sealed class Led
    {
        public string Before { get; init; } = "";
        public string Platform { get; init; } = "";
        public long People { get; init; }
    }

    private sealed class OneMember
    {
        public string UserId { get; init; } = "";
        public long AddedAt { get; init; }
        public long Orders { get; init; }
        public long SpentMinor { get; init; }
        public long? LastOrderAt { get; init; }
        public long Trials { get; init; }
        public long Words { get; init; }
        public long Ratings { get; init; }
        public string? LastText { get; init; }
    }

    public async Task<Outcome<AudiencePool>> Pool(
        DateOnly from, DateOnly to, JournalPlace at, CancellationToken ct)
    {
        var market = markets.For(null, time.GetUtcNow());
        var days = new
        {
            from = market.StartOf(from).ToUnixTimeMilliseconds(),
            to = market.StartOf(to.AddDays(1)).ToUnixTimeMilliseconds(),
        };
        var (all, refusal) = await views.List<Count>(
            "select count(*) as Identities, count(distinct person) as People from {identity}", new { }, at, ct);
        if (refusal is not null) return refusal;
        var fresh = await views.Query<Count>("""
            select count(*) as People from (
              select person from {identity} group by person having min(seen_at) >= @from and min(seen_at) < @to) n
            """, days, ct);
        // The platform just before: of those seen earlier, the latest. Twice on one platform is not led anywhere.
        var led = await views.Query<Led>("""
            select before as Before, platform as Platform, count(distinct person) as People from (
              select platform, person, seen_at,
                     lag(platform) over (partition by person order by seen_at, id) as before
              from {identity}) steps
            where before is not null and before <> platform and seen_at >= @from and seen_at < @to
            group by before, platform order by before, platform
            """, days, ct);
        var (identities, people) = (all![0].Identities, all[0].People);
        return new AudiencePool(from, to, identities, people, identities - people, fresh[0].People,
            [.. led.Select(l => new DrivenRow(l.Before, l.Platform, l.People))]);
    }

    public async Task<Outcome<ImmutableArray<CohortRow>>> Members(
        string cohort, string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OneMember>("""
            select m.user_id as UserId, m.added_at as AddedAt, coalesce(u.orders, 0) as Orders,
                   coalesce(u.spent_minor, 0) as SpentMinor, m.words, m.ratings, nullif(m.last_text, '') as LastText,
                   (select max(o.paid_at) from {sales_order} o where o.user_id = m.user_id) as LastOrderAt,
                   (select count(*) from {enrolment_place} p
                    where p.user_id = m.user_id and p.state <> 'Released') as Trials
            from {cohort_member} m left join {app_user} u on u.user_id = m.user_id
            where m.cohort = @cohort and m.removed = 0 and m.user_id > @after order by m.user_id limit @limit
            """, new { cohort, after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new CohortRow(new(r.UserId), Instants.Of(r.AddedAt),
            (int)r.Orders, r.SpentMinor, r.LastOrderAt is { } last ? Instants.Of(last) : null, (int)r.Trials,
            (int)r.Words, r.Words == 0 ? null
                : Math.Round((decimal)r.Ratings / r.Words, 1, MidpointRounding.AwayFromZero), r.LastText)));
    }
}
