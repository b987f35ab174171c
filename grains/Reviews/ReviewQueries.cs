using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Reviews;

[StatelessWorker]
internal sealed class ReviewQueries(Views views) : Grain, IReviewQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Title { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Finding { get; init; } = "";
        public string Proposal { get; init; } = "";
        public string Role { get; init; } = "";
        public string? Effect { get; init; }
        public string? Argument { get; init; }
        public long? AskedEnd { get; init; }
        public string State { get; init; } = "";
        public string? EffectState { get; init; }
        public string? EffectRefusal { get; init; }
        public string OpenedBy { get; init; } = "";
        public long OpenedAt { get; init; }
        public long ExpiresAt { get; init; }
        public string? ClosedBy { get; init; }
        public long? ClosedAt { get; init; }
        public string? Reason { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ReviewInfo>>> Reviews(
        ReviewsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Roles is not null) where += $" and {views.In("role", "@roles")}";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.BeforeOpened is not null) where += " and (opened_at, id) < (@opened, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, kind, title, subject, finding, proposal, role, effect, argument, asked_end as AskedEnd, state,
                   effect_state as EffectState, effect_refusal as EffectRefusal, opened_by as OpenedBy,
                   opened_at as OpenedAt, expires_at as ExpiresAt, closed_by as ClosedBy, closed_at as ClosedAt, reason
            from {review} where 1 = 1{{where}} order by opened_at desc, id desc limit @limit
            """, new
        {
            roles = wanted.Roles is { } roles ? roles.ToArray() : [],
            kind = wanted.Kind ?? "",
            state = wanted.State is { } state ? ReviewProjection.NameOf(state) : "",
            opened = wanted.BeforeOpened?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(Info));
    }

    private static ReviewInfo Info(Row r)
    {
        var state = Enum.Parse<ReviewState>(r.State, true);
        var terms = new ReviewTerms(r.Kind, r.Title, r.Subject, r.Finding, r.Proposal, r.Role)
        {
            Effect = r.Effect is { } name ? new(name, r.Argument ?? "") : null,
            ExpiresAt = Instants.Of(r.AskedEnd),
        };
        var effect = r.EffectState is { } settled ? Enum.Parse<ReviewEffectState>(settled, true)
            : state == ReviewState.Accepted && r.Effect is not null ? ReviewEffectState.Pending
            : ReviewEffectState.None;
        return new(r.Id, terms, state, effect, r.EffectRefusal, r.OpenedBy, Instants.Of(r.OpenedAt),
            Instants.Of(r.ExpiresAt), r.ClosedBy, Instants.Of(r.ClosedAt), r.Reason);
    }
}
