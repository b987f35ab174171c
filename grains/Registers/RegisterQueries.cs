using System.Collections.Immutable;
using System.Text.Json;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Registers;

[StatelessWorker]
internal sealed class RegisterQueries(Views views, JournalClock clock) : Grain, IRegisterQueries
{
    private sealed class Row
    {
        public string Kind { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Id { get; init; } = "";
        public string Title { get; init; } = "";
        public string Attributes { get; init; } = "";
        public long ValidFrom { get; init; }
        public long? ValidTo { get; init; }
        public string? Supersedes { get; init; }
        public string? AskedRole { get; init; }
        public string Role { get; init; } = "";
        public string EnteredBy { get; init; } = "";
        public long EnteredAt { get; init; }
        public string? SupersededBy { get; init; }
        public long? SupersededAt { get; init; }
        public string? WithdrawnBy { get; init; }
        public long? WithdrawnAt { get; init; }
        public string? Reason { get; init; }
        public long? WarnedAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<RegisterEntry>>> Entries(
        RegisterWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Kind is not null) where += " and kind = @kind";
        if (wanted.Subject is not null) where += " and subject = @subject";
        if (wanted.ValidAt is not null)
        {
            where += """
                 and valid_from <= @valid and coalesce(valid_to, @never) > @valid
                and coalesce(superseded_at, @never) > @valid and coalesce(withdrawn_at, @never) > @valid
                """;
        }

        if (wanted.EndsBefore is not null)
            where += " and (valid_to < @ends or superseded_at < @ends or withdrawn_at < @ends)";
        if (wanted.Before is not null) where += " and (entered_at, kind, subject, id) < (@entered, @k, @s, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select kind, subject, id, title, attributes, valid_from as ValidFrom, valid_to as ValidTo, supersedes,
                   asked_role as AskedRole, role, entered_by as EnteredBy, entered_at as EnteredAt,
                   superseded_by as SupersededBy, superseded_at as SupersededAt, withdrawn_by as WithdrawnBy,
                   withdrawn_at as WithdrawnAt, reason, warned_at as WarnedAt
            from {register_entry} where 1 = 1{{where}}
            order by entered_at desc, kind desc, subject desc, id desc limit @limit
            """, new
        {
            kind = wanted.Kind ?? "",
            subject = wanted.Subject ?? "",
            valid = wanted.ValidAt?.ToUnixTimeMilliseconds() ?? 0,
            ends = wanted.EndsBefore?.ToUnixTimeMilliseconds() ?? 0,
            never = long.MaxValue,
            entered = wanted.Before?.EnteredAt.ToUnixTimeMilliseconds() ?? 0,
            k = wanted.Before?.Kind ?? "",
            s = wanted.Before?.Subject ?? "",
            id = wanted.Before?.Id ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        var now = clock.GetUtcNow();
        return ImmutableArray.CreateRange(rows!.Select(r => PaperOf(r).Entry($"{r.Kind}/{r.Subject}", now)));
    }

    /// <summary>The entry as the register holds it, so that one rule tells where it stands.</summary>
    private static Paper PaperOf(Row r)
    {
        var terms = new RegisterTerms(r.Title,
            JsonSerializer.Deserialize(r.Attributes, RegisterJson.Default.ImmutableArrayRegisterAttribute),
            Instants.Of(r.ValidFrom), Instants.Of(r.ValidTo))
        { Supersedes = r.Supersedes, Role = r.AskedRole };
        return new(new RegisterEvent.Entered(r.Id, terms, r.EnteredBy, r.Role, null, false, Instants.Of(r.EnteredAt)))
        {
            SupersededBy = r.SupersededBy,
            SupersededAt = Instants.Of(r.SupersededAt),
            Withdrawal = r.WithdrawnAt is { } gone
                ? new(r.Id, r.WithdrawnBy ?? "", r.Reason ?? "", "", Instants.Of(gone)) : null,
            WarnedAt = Instants.Of(r.WarnedAt),
        };
    }
}

/// <summary>Lists of entries as a whole.</summary>
internal static class RegisterPages
{
    /// <summary>Every entry that is wanted, page by page, the latest entered first.</summary>
    /// <param name="wanted">Its limit is that of a page.</param>
    public static async Task<Outcome<ImmutableArray<RegisterEntry>>> AllEntries(
        this IGrainFactory grains, RegisterWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var all = ImmutableArray.CreateBuilder<RegisterEntry>();
        while (true)
        {
            var (page, refusal) = await grains.RegisterQueries().Entries(wanted, at, ct);
            if (refusal is not null) return refusal;
            all.AddRange(page);
            if (page.Length < wanted.Limit) return all.ToImmutable();
            var last = page[^1];
            wanted = wanted with { Before = new(last.EnteredAt, last.Kind, last.Subject, last.Id) };
        }
    }
}
