using System.Collections.Immutable;
using Ale.Kernel;
using Dapper;
using Orleans.Concurrency;

namespace Ale.Users;

[StatelessWorker]
internal sealed class UserQueries(Views views) : Grain, IUserQueries
{
    private sealed class Row
    {
        public string UserId { get; init; } = "";
        public string? Market { get; init; }
        public string? Currency { get; init; }
        public string? Tier { get; init; }
        public long Points { get; init; }
        public long Pending { get; init; }
        public long Orders { get; init; }
        public long SpentMinor { get; init; }
        public long RefundedMinor { get; init; }
        public long RegisteredAt { get; init; }
        public long? ReviewAt { get; init; }
    }

    private sealed class EntryRow
    {
        public long No { get; init; }
        public string EntryId { get; init; } = "";
        public string Kind { get; init; } = "";
        public long Points { get; init; }
        public long Balance { get; init; }
        public string OrderId { get; init; } = "";
        public long At { get; init; }
    }

    private const string Select = """
        select user_id as UserId, market, currency, tier, points, pending, orders, spent_minor as SpentMinor,
               refunded_minor as RefundedMinor, registered_at as RegisteredAt,
               tier_review_at as ReviewAt from {app_user}
        """;

    public async Task<Outcome<ImmutableArray<UserRow>>> Users(
        UserPlace? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (when, id) = after is { } place
            ? (place.RegisteredAt.ToUnixTimeMilliseconds(), place.Id.Value) : (long.MaxValue, "");
        return Rows(await views.List<Row>($$"""
            {{Select}} where (registered_at, user_id) < (@when, @id)
            order by registered_at desc, user_id desc limit @limit
            """, new { when, id, limit }, at, ct));
    }

    public async Task<Outcome<ImmutableArray<UserRow>>> Some(
        ImmutableArray<UserId> users, JournalPlace at, CancellationToken ct)
    {
        if (users.IsEmpty) return ImmutableArray<UserRow>.Empty;
        // One parameter each: the two databases take lists in different ways.
        var ids = new DynamicParameters();
        for (var i = 0; i < users.Length; i++) ids.Add($"p{i}", users[i].Value);
        var names = string.Join(", ", ids.ParameterNames.Select(name => $"@{name}"));
        return Rows(await views.List<Row>($"{Select} where user_id in ({names})", ids, at, ct));
    }

    public async Task<Outcome<ImmutableArray<PointsEntry>>> Points(
        UserId user, long? before, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<EntryRow>("""
            select no, entry_id as EntryId, kind, points, balance, order_id as OrderId, at from {points_entry}
            where user_id = @id and no < @before order by no desc limit @limit
            """, new { id = user.Value, before = before ?? long.MaxValue, limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new PointsEntry(r.No, r.EntryId,
            Enum.Parse<PointsKind>(r.Kind, ignoreCase: true), r.Points, r.Balance, r.OrderId,
            Instants.Of(r.At))));
    }

    private static Outcome<ImmutableArray<UserRow>> Rows(Outcome<IReadOnlyList<Row>> found)
    {
        if (found.Refusal is { } refusal) return refusal;
        return ImmutableArray.CreateRange(found.Value!.Select(r => new UserRow(new UserId(r.UserId), r.Market ?? "",
            Enum.Parse<UserTier>(r.Tier ?? "new", ignoreCase: true), r.Points, r.Pending, (int)r.Orders, r.SpentMinor,
            r.RefundedMinor, r.Currency ?? "", Instants.Of(r.RegisteredAt))
        { TierReviewAt = r.ReviewAt is > 0 ? Instants.Of(r.ReviewAt.Value) : null }));
    }
}
