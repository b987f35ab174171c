using System.Collections.Immutable;
using System.Globalization;
using Ale.Kernel;
using Ale.Users;
using Orleans.Concurrency;

namespace Ale.Platforms;

[StatelessWorker]
internal sealed class PlatformQueries(Views views) : Grain, IPlatformQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string? Title { get; init; }
        public string? Endpoint { get; init; }
        public string? Market { get; init; }
        public long? Seq { get; init; }
        public long Taken { get; init; }
        public long? AwaySince { get; init; }
    }

    private sealed class EventRow
    {
        public string Id { get; init; } = "";
        public string Kind { get; init; } = "";
        public long At { get; init; }
        public string Day { get; init; } = "";
        public long TakenAt { get; init; }
        public long Seq { get; init; }
        public long Count { get; init; }
        public string? SessionId { get; init; }
        public string? ContentId { get; init; }
        public string? PlacementId { get; init; }
        public string? PersonId { get; init; }
        public string? Tag { get; init; }
        public long? AmountMinor { get; init; }
        public string? Currency { get; init; }
    }

    private sealed class DayRow
    {
        public string Day { get; init; } = "";
        public string Kind { get; init; } = "";
        public long Events { get; init; }
        public long Count { get; init; }
        public long AmountMinor { get; init; }
    }

    private sealed class SumRow
    {
        public string Platform { get; init; } = "";
        public string Batch { get; init; } = "";
        public string Day { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Currency { get; init; } = "";
        public long Events { get; init; }
        public long Count { get; init; }
        public long AmountMinor { get; init; }
        public long At { get; init; }
        public long TakenAt { get; init; }
        public string FirstId { get; init; } = "";
    }

    public async Task<Outcome<ImmutableArray<PlatformRow>>> Platforms(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select id, title, endpoint, market, seq, taken, away_since as AwaySince
            from {platform} where id > @after order by id limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PlatformRow(r.Id, r.Title ?? "", r.Endpoint ?? "",
            r.Market ?? "", r.Seq ?? 0, r.Taken, r.AwaySince is 0 ? null : Instants.Of(r.AwaySince))));
    }

    public async Task<Outcome<ImmutableArray<PlatformEventRow>>> Events(
        PlatformEventsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.SessionId is not null) where += " and session_id = @session";
        if (wanted.Before is not null) where += " and (at, id) < (@before, @id)";
        var (rows, refusal) = await views.List<EventRow>($$"""
            select id, kind, at, day, taken_at as TakenAt, seq, count, session_id as SessionId,
                   content_id as ContentId, placement_id as PlacementId, person_id as PersonId, tag,
                   amount_minor as AmountMinor, currency
            from {platform_event} where platform = @platform{{where}} order by at desc, id desc limit @limit
            """, new
        {
            platform = wanted.Platform,
            kind = wanted.Kind ?? "",
            session = wanted.SessionId ?? "",
            before = wanted.Before?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PlatformEventRow(
            new(r.Id, r.Kind, Instants.Of(r.At))
            {
                Seq = r.Seq,
                Count = r.Count,
                SessionId = r.SessionId,
                ContentId = r.ContentId,
                PlacementId = r.PlacementId,
                Identity = r.PersonId is { Length: > 0 } person ? new UserId(person) : null,
                Tag = r.Tag,
                AmountMinor = r.AmountMinor,
                Currency = r.Currency,
            }, DayOf(r.Day), Instants.Of(r.TakenAt))));
    }

    public async Task<Outcome<ImmutableArray<PlatformDayRow>>> Days(
        PlatformDaysWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.Before is not null) where += " and (day < @before or (day = @before and kind > @after))";
        var (rows, refusal) = await views.List<DayRow>($$"""
            select day, kind, events, count, amount_minor as AmountMinor
            from {platform_day} where platform = @platform{{where}} order by day desc, kind limit @limit
            """, new
        {
            platform = wanted.Platform,
            kind = wanted.Kind ?? "",
            before = wanted.Before is { } day ? PlatformProjection.DayOf(day) : "",
            after = wanted.AfterKind ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PlatformDayRow(
            DayOf(r.Day), r.Kind, r.Events, r.Count, r.AmountMinor)));
    }

    public async Task<Outcome<ImmutableArray<PlatformSum>>> OfPlacement(
        PlatformSumsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = wanted.After is null ? ""
            : " and (platform, batch, day, kind, coalesce(currency, '')) > (@platform, @batch, @day, @kind, @currency)";
        var (rows, refusal) = await views.List<SumRow>($$"""
            select platform, batch, day, kind, coalesce(currency, '') as Currency, count(*) as Events,
                   cast(sum(count) as bigint) as Count, cast(sum(coalesce(amount_minor, 0)) as bigint) as AmountMinor,
                   max(at) as At, max(taken_at) as TakenAt, min(id) as FirstId
            from {platform_event} where placement_id = @placement and taken_at >= @since{{where}}
            group by platform, batch, day, kind, coalesce(currency, '')
            order by platform, batch, day, kind, coalesce(currency, '') limit @limit
            """, new
        {
            placement = wanted.Placement,
            since = wanted.Since.ToUnixTimeMilliseconds(),
            platform = wanted.After?.Platform ?? "",
            batch = wanted.After?.Batch ?? "",
            day = wanted.After is { } last ? PlatformProjection.DayOf(last.Day) : "",
            kind = wanted.After?.Kind ?? "",
            currency = wanted.After?.Currency ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PlatformSum(r.Platform, r.Batch, DayOf(r.Day), r.Kind,
            r.Currency, (int)r.Events, r.Count, r.AmountMinor, Instants.Of(r.At), Instants.Of(r.TakenAt), r.FirstId)));
    }

    private static DateOnly DayOf(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Ids that a platform's memory has forgotten, from the slice's table.</summary>
internal sealed class PlatformLookup(Views views)
{
    /// <summary>Those of the ids that were taken before.</summary>
    /// <exception cref="OutcomeUnknownException">The table is behind; nothing was decided.</exception>
    public async Task<IReadOnlySet<string>> Known(string platform, string[] ids, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<string>(
            $$"""select id from {platform_event} where platform = @platform and {{views.In("id", "@ids")}}""",
            new { platform, ids }, at, ct);
        if (refusal is not null) throw new OutcomeUnknownException($"{platform}: {refusal.Code}");
        return rows!.ToHashSet(StringComparer.Ordinal);
    }
}
