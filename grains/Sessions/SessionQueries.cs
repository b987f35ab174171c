using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Sessions;

[StatelessWorker]
internal sealed class SessionQueries(Views views) : Grain, ISessionQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Title { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Tier { get; init; } = "";
        public string Market { get; init; } = "";
        public string HostId { get; init; } = "";
        public string OwnerId { get; init; } = "";
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
        public long Inducing { get; init; }
        public string Skus { get; init; } = "";
        public string State { get; init; } = "";
        public long Version { get; init; }
        public long? StartedAt { get; init; }
        public long? EndedAt { get; init; }
    }

    private sealed class HistoryRow
    {
        public long Version { get; init; }
        public string What { get; init; } = "";
        public string State { get; init; } = "";
        public string Actor { get; init; } = "";
        public long At { get; init; }
        public string? Key { get; init; }
    }

    public async Task<Outcome<ImmutableArray<SessionInfo>>> Sessions(
        SessionsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.Market is not null) where += " and market = @market";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.BeforeStart is not null) where += " and (starts_at, id) < (@start, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, title, kind, tier, market, host_id as HostId, owner_id as OwnerId, starts_at as StartsAt,
                   ends_at as EndsAt, inducing, skus, state, version, started_at as StartedAt, ended_at as EndedAt
            from {session} where 1 = 1{{where}} order by starts_at desc, id desc limit @limit
            """, new
        {
            state = wanted.State is { } state ? SessionProjection.NameOf(state) : "",
            market = wanted.Market ?? "",
            kind = wanted.Kind is { } kind ? SessionProjection.NameOf(kind) : "",
            start = wanted.BeforeStart?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(Info));
    }

    public async Task<Outcome<ImmutableArray<SessionHistoryEntry>>> History(
        string id, long? before, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<HistoryRow>("""
            select version, what, state, actor, at, key from {session_history}
            where session_id = @id and version < @before order by version desc limit @limit
            """, new { id, before = before ?? long.MaxValue, limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new SessionHistoryEntry(
            r.Version, r.What, SessionProjection.StateOf(r.State), r.Actor, Instants.Of(r.At), r.Key)));
    }

    private static SessionInfo Info(Row row) => new(row.Id,
        new(row.Title, Enum.Parse<SessionKind>(row.Kind, true), Enum.Parse<SessionTier>(row.Tier, true), row.Market,
            row.HostId, row.OwnerId, Instants.Of(row.StartsAt), Instants.Of(row.EndsAt), row.Inducing != 0,
            [.. row.Skus.Split(' ', StringSplitOptions.RemoveEmptyEntries)]),
        SessionProjection.StateOf(row.State), row.Version,
        Instants.Of(row.StartedAt), Instants.Of(row.EndedAt));
}
