using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Payments;

/// <summary>Days' money against the acquirer's statements (SHP-06).</summary>
internal static class SettlementHttp
{
    public static void MapSettlements(this IEndpointRouteBuilder api)
    {
        var days = api.MapGroup("/settlements").WithTags("Payments");

        days.MapPost("/{day}/lines", (DateOnly day, StatementLinesBody body, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Settlement(day).Take([.. body.Lines.Select(l => l.Line)], ct)))
            .Allow(Permission.SettlementWrite).WithName("takeStatementLines")
            .WithSummary("Takes lines of a day's statement, at most 1,000 at once; what is there already is passed over");

        days.MapPost("/{day}/compare", (DateOnly day, CompareStatementBody body, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Settlement(day).Compare(body.Lines, ct)))
            .Allow(Permission.SettlementWrite).WithName("compareStatement")
            .WithSummary("Compares a statement whose lines are all there with what the acquirer told us");

        days.MapPost("/{day}/differences/{id}/explain", (DateOnly day, Id id, ExplainDifferenceBody body, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Settlement(day).Explain(
                    new(id, body.Given, caller.Subject) { Kind = body.Kind }, ct)))
            .Allow(Permission.SettlementWrite).WithName("explainDifference")
            .WithSummary("Explains a difference in parts that add up to it; the day closes with the last");

        days.MapGet("/{day}", (DateOnly day, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Settlement(day).Get(ct)))
            .Allow(Permission.SettlementRead).WithName("getSettlement")
            .WithSummary("A day's money: what is matched, what differs and how it is explained");

        days.MapGet("/{day}/differences", (DateOnly day, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Settlement(day).Differences(new(page.Limit + 1, page.After?.Text(0),
                        (DifferenceKind)Math.Clamp(page.After?.Long(1) ?? 0, 0, 99)), ct),
                    found => Page<Difference>.Of(found, page.Limit, last => Cursor.Of(last.Id, (long)last.Kind))))
            .Allow(Permission.SettlementRead).WithName("listDifferences")
            .WithSummary("What differs on a day, explained or not, by id; as CSV too");

        days.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.SettlementQueries().Days(
                    page.After?.Day(0), page.Limit + 1, page.At ?? default, ct),
                found => Page<SettlementDay>.Of(found, page.Limit, last => Cursor.Of(last.Day.DayNumber))))
            .Allow(Permission.SettlementRead).WithName("listSettlements")
            .WithSummary("Days with a statement, the latest first; as CSV too");
    }

    internal sealed record StatementLinesBody(IReadOnlyList<StatementLineBody> Lines) : IValidated
    {
        public void Validate(Problems p) => p.Each("lines", Lines, ISettlementGrain.BatchMax, 1);
    }

    /// <summary>The members mean what they do in <see cref="StatementLine"/>.</summary>
    internal sealed record StatementLineBody(
        Id Id, StatementType Type, Id EventId, Id OrderId, long AmountMinor, string Currency) : IValidated
    {
        internal StatementLine Line => new(Id, Type, EventId, OrderId, AmountMinor, Currency);

        public void Validate(Problems p)
        {
            p.Money("amountMinor", AmountMinor, 1);
            p.Currency("currency", Currency);
        }
    }

    /// <param name="Lines">How many the statement has.</param>
    internal sealed record CompareStatementBody(int Lines) : IValidated
    {
        public void Validate(Problems p) => p.Range("lines", Lines, 0, ISettlementGrain.LinesMax);
    }

    /// <param name="Parts">At most 20; their amounts add up to the difference.</param>
    /// <param name="Kind">The difference's kind, for an id that has several; absent: it has one.</param>
    internal sealed record ExplainDifferenceBody(
        IReadOnlyList<ExplainedPartBody> Parts, DifferenceKind? Kind = null) : IValidated
    {
        internal ImmutableArray<ExplainedPart> Given =>
            [.. Parts.Select(p => new ExplainedPart(p.AmountMinor, p.Reason))];

        public void Validate(Problems p) => p.Each("parts", Parts, 20, 1);
    }

    /// <param name="AmountMinor">Below 0 where the statement has too little.</param>
    internal sealed record ExplainedPartBody(long AmountMinor, string Reason) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Money("amountMinor", AmountMinor, -Limits.AmountMinorMax);
            p.Text("reason", Reason, min: 1);
        }
    }
}
