using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Inbox;

[StatelessWorker]
internal sealed class InboxQueries(Views views, JournalClock clock) : Grain, IInboxQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Title { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Role { get; init; } = "";
        public string Severity { get; init; } = "";
        public long? DueAt { get; init; }
        public string State { get; init; } = "";
        public string OpenedBy { get; init; } = "";
        public long OpenedAt { get; init; }
        public string? DoneBy { get; init; }
        public long? DoneAt { get; init; }
        public string? Reason { get; init; }
    }

    private sealed class CountRow
    {
        public string Role { get; init; } = "";
        public long Open { get; init; }
        public long Overdue { get; init; }
        public long Alarms { get; init; }
    }

    public async Task<Outcome<ImmutableArray<InboxItemInfo>>> Items(
        InboxWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Roles is not null) where += $" and {views.In("role", "@roles")}";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.BeforeOpened is not null) where += " and (opened_at, id) < (@opened, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, kind, title, subject, role, severity, due_at as DueAt, state, opened_by as OpenedBy,
                   opened_at as OpenedAt, done_by as DoneBy, done_at as DoneAt, reason
            from {inbox} where 1 = 1{{where}} order by opened_at desc, id desc limit @limit
            """, new
        {
            roles = wanted.Roles is { } roles ? roles.ToArray() : [],
            kind = wanted.Kind ?? "",
            state = wanted.State is { } state ? InboxProjection.NameOf(state) : "",
            opened = wanted.BeforeOpened?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(Info));
    }

    public async Task<Outcome<ImmutableArray<InboxCount>>> Counts(
        ImmutableArray<string>? roles, JournalPlace at, CancellationToken ct)
    {
        var where = roles is null ? "" : $" and {views.In("role", "@roles")}";
        var (rows, refusal) = await views.List<CountRow>($$"""
            select role, count(*) as Open, sum(case when due_at <= @now then 1 else 0 end) as Overdue,
                   sum(case when severity = @alarm then 1 else 0 end) as Alarms
            from {inbox} where state = @open{{where}} group by role order by role
            """, new
        {
            now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            alarm = InboxProjection.NameOf(InboxSeverity.Alarm),
            open = InboxProjection.NameOf(InboxState.Open),
            roles = roles is { } some ? some.ToArray() : [],
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(
            rows!.Select(r => new InboxCount(r.Role, (int)r.Open, (int)r.Overdue, (int)r.Alarms)));
    }

    private static InboxItemInfo Info(Row row) => new(row.Id,
        new(row.Kind, row.Title, row.Subject, row.Role, Enum.Parse<InboxSeverity>(row.Severity, true),
            Instants.Of(row.DueAt)),
        Enum.Parse<InboxState>(row.State, true), row.OpenedBy, Instants.Of(row.OpenedAt), row.DoneBy,
        Instants.Of(row.DoneAt), row.Reason);
}
