using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Approvals;

[StatelessWorker]
internal sealed class ApprovalQueries(Views views) : Grain, IApprovalQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Title { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Role { get; init; } = "";
        public string AskedBy { get; init; } = "";
        public long Quorum { get; init; }
        public long Approvals { get; init; }
        public string State { get; init; } = "";
        public long AskedAt { get; init; }
        public long ExpiresAt { get; init; }
        public long? ClosedAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ApprovalRow>>> Approvals(
        ApprovalsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.BeforeAsked is not null) where += " and (asked_at, id) < (@asked, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, title, subject, role, asked_by as AskedBy, quorum, approvals, state, asked_at as AskedAt,
                   expires_at as ExpiresAt, closed_at as ClosedAt
            from {approval} where 1 = 1{{where}} order by asked_at desc, id desc limit @limit
            """, new
        {
            state = wanted.State is { } state ? ApprovalProjection.NameOf(state) : "",
            kind = wanted.Kind ?? "",
            asked = wanted.BeforeAsked?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ApprovalRow(r.Id, r.Title, r.Subject, r.Role,
            r.AskedBy, (int)r.Quorum, (int)r.Approvals, Enum.Parse<ApprovalState>(r.State, true),
            Instants.Of(r.AskedAt), Instants.Of(r.ExpiresAt), Instants.Of(r.ClosedAt))));
    }
}
