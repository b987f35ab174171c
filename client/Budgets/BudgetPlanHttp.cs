using System.Collections.Immutable;
using System.Globalization;
using Ale.Edge;

namespace Ale.Budgets;

/// <summary>The year's plan: its lines, versions, moves and approval (BUD-01, BUD-05 to BUD-12).</summary>
internal static class BudgetPlanHttp
{
    public static void MapBudgetPlans(this IEndpointRouteBuilder api)
    {
        var plans = api.MapGroup("/budgets/{year}").WithTags("Budgets");

        plans.MapGet("", (int year, IGrainFactory grains, EdgeCall edge) =>
            {
                var key = BudgetHttp.YearOf(year);
                return edge.Run(ct => grains.BudgetPlan(key).Get(ct), BudgetPlanReply.Of);
            })
            .Allow(Permission.BudgetRead).WithName("getBudgetPlan")
            .WithSummary("The year's plan: its shares, its lines with the best benefit first, and what the rules say");

        plans.MapGet("/lines", (int year, int? month, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                BudgetHttp.YearOf(year);
                MonthOf(month);
                var wanted = new BudgetLinesWanted(year, page.Limit + 1)
                {
                    Month = month,
                    After = page.After?.Text(0),
                };
                return edge.Run(
                    ct => grains.BudgetQueries().Lines(wanted, page.At ?? default, ct),
                    found => Page<BudgetLineRowReply>.Of([.. found.Select(BudgetLineRowReply.Of)], page.Limit,
                        last => Cursor.Of(last.Key)));
            })
            .Allow(Permission.BudgetRead).WithName("listBudgetLines")
            .WithSummary("Plan, committed, actual, forecast and variance by month and line; ?month= narrows it; as CSV too");

        plans.MapGet("/breakdown", (int year, int? month, Id? line, Id? by, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
            {
                BudgetHttp.YearOf(year);
                if (by is { } way && !BreakdownWanted.Ways.Contains(way.Value))
                    throw new ProblemException(Problem.Invalid(
                        "by", $"Must be one of {string.Join(", ", BreakdownWanted.Ways)}."));
                var wanted = new BreakdownWanted(PrefixOf(year, month, line?.Value), int.MaxValue)
                {
                    By = by?.Value,
                    PageMax = page.Limit + 1,
                    After = page.After is { } c ? new(c.Text(0), c.Text(1), c.Long(2), c.Text(3)) : null,
                };
                return edge.Run(ct => grains.BudgetQueries().Breakdown(wanted, page.At ?? default, ct),
                    found => Page<BreakdownRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.By, last.Currency, last.AmountMinor, last.Value ?? "")));
            })
            .Allow(Permission.BudgetRead).WithName("listBudgetBreakdown")
            .WithSummary("What was booked by line, session, host, category, step, campaign and class; as CSV too");

        plans.MapGet("/versions", (int year, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                BudgetHttp.YearOf(year);
                var before = page.After?.Long(0);
                return edge.Run(
                    ct => grains.BudgetQueries().Versions(year, before, page.Limit + 1, page.At ?? default, ct),
                    found => Page<BudgetVersionRow>.Of(found, page.Limit, last => Cursor.Of(last.Version)));
            })
            .Allow(Permission.BudgetRead).WithName("listBudgetVersions")
            .WithSummary("Every change of the plan with its note, the latest first");

        plans.MapPost("/moves", (int year, MoveBody body, CommandKey key, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var plan = BudgetHttp.YearOf(year);
                return edge.Run(
                    ct => grains.BudgetPlan(plan).Move(body.Command(key, caller.Subject), ct), BudgetPlanReply.Of);
            })
            .Allow(Permission.BudgetPlan).WithName("moveBudget")
            .WithSummary("Moves money between two lines, which change together; only what is not spent or committed");

        plans.MapPost("/submit", (int year, SubmitBody? body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                var key = BudgetHttp.YearOf(year);
                return edge.Run(ct => grains.BudgetPlan(key).Submit(
                    new(caller.Subject, body?.Given ?? []), ct), BudgetPlanReply.Of);
            })
            .Allow(Permission.BudgetPlan).WithName("submitBudget")
            .WithSummary("Asks for the plan's approval; 409 budget.rules names the rules it breaks");

        plans.MapPost("/revise", (int year, ReviseBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                var key = BudgetHttp.YearOf(year);
                return edge.Run(ct => grains.BudgetPlan(key).Revise(new(caller.Subject, body.Note), ct),
                    BudgetPlanReply.Of);
            })
            .Allow(Permission.BudgetPlan).WithName("reviseBudget")
            .WithSummary("Makes a plan in force a draft again; its lines go on taking spends");

        plans.MapGet("/fixed-assets", (int year, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                BudgetHttp.YearOf(year);
                return edge.Run(ct => grains.BudgetQueries().Assets(year, page.At ?? default, ct),
                    found => new Page<FixedAssets>(found, null));
            })
            .Allow(Permission.BudgetRead).WithName("listFixedAssets")
            .WithSummary("What was bought, not subscribed, and as much of the year before, by currency; as CSV too");

        var reserves = api.MapGroup("/reserves").WithTags("Budgets");

        reserves.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Reserve(id).Get(ct)))
            .Allow(Permission.BudgetRead).WithName("getReserve")
            .WithSummary("What is set aside, held, drawn and left, as 2026-emergency or 2026-risk-legal");

        reserves.MapPut("/{id}/draws/{draw}", (Id id, Id draw, DrawBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Reserve(id).Draw(body.Command(draw, caller.Subject), ct))
                    .AcceptedWhen(d => d.State == DrawState.Waiting))
            .Allow(Permission.BudgetSpend).WithName("putDraw")
            .WithSummary("Asks to draw: held at once, taken when it is approved; 202 while it waits");

        reserves.MapGet("/{id}/draws/{draw}", (Id id, Id draw, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Reserve(id).GetDraw(draw, ct)))
            .Allow(Permission.BudgetRead).WithName("getDraw").WithSummary("A draw as it is now");
    }

    private static void MonthOf(int? month)
    {
        if (month is < 1 or > 12) throw new ProblemException(Problem.Invalid("month", "Must be from 1 to 12."));
    }

    /// <summary>Which lines: of the year, of a month, or one.</summary>
    private static string PrefixOf(int year, int? month, string? line)
    {
        if (month is null && line is not null)
            throw new ProblemException(Problem.Invalid("month", "Must be there with line."));
        MonthOf(month);
        return month is { } m ? BudgetKeys.KeyOf(year, m, line ?? "")
            : string.Create(CultureInfo.InvariantCulture, $"{year:D4}-");
    }

    /// <param name="FromMonth">1 to 12.</param>
    /// <param name="Note">Why; it stands beside the version.</param>
    internal sealed record MoveBody(
        int FromMonth, Id FromLine, int ToMonth, Id ToLine, long AmountMinor, string Note) : IValidated
    {
        internal MoveBudget Command(string key, string by) =>
            new(key, new(FromMonth, FromLine), new(ToMonth, ToLine), AmountMinor, by, Note);

        public void Validate(Problems p)
        {
            p.Range("fromMonth", FromMonth, 1, 12);
            p.Range("toMonth", ToMonth, 1, 12);
            p.Money("amountMinor", AmountMinor, 1);
            p.Text("note", Note, min: 1);
        }
    }

    /// <param name="Overrides">For each advice that is not followed, why.</param>
    internal sealed record SubmitBody(IReadOnlyList<OverrideBody>? Overrides = null) : IValidated
    {
        internal ImmutableArray<BudgetOverride> Given =>
            [.. (Overrides ?? []).Select(o => new BudgetOverride(o.Rule, o.Reason))];

        public void Validate(Problems p) => p.Each("overrides", Overrides ?? [], 50);
    }

    /// <param name="Rule">The advice's code, as <c>top_hosts</c>.</param>
    internal sealed record OverrideBody(Id Rule, string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <param name="Note">Why.</param>
    internal sealed record ReviseBody(string Note) : IValidated
    {
        public void Validate(Problems p) => p.Text("note", Note, min: 1);
    }

    /// <param name="IncidentKind">With <c>incidentId</c>: what it is for; an earmarked pot opens for its own kind.</param>
    internal sealed record DrawBody(
        long AmountMinor, string Reason, Id? IncidentKind = null, Id? IncidentId = null) : IValidated
    {
        internal DrawReserve Command(string id, string by) => new(id, AmountMinor, Reason,
            IncidentKind is { } kind && IncidentId is { } incident ? new(kind, incident) : null, by);

        public void Validate(Problems p)
        {
            p.Money("amountMinor", AmountMinor, 1);
            p.Text("reason", Reason, min: 1);
            p.Require(IncidentKind is null == IncidentId is null, "incidentId",
                "Must be there with incidentKind, and only then.");
        }
    }

    /// <summary>A plan as answered; the members mean what they do in <see cref="BudgetPlanInfo"/>.</summary>
    internal sealed record BudgetPlanReply(
        string Year, BudgetPlanState State, long Version, string Note, long TotalMinor, string? Currency,
        ImmutableArray<BudgetShare> Shares, ImmutableArray<PlannedLineReply> Lines,
        ImmutableArray<BudgetFinding> Findings, ImmutableArray<BudgetOverride> Overrides, string? ApprovalId)
    {
        public static BudgetPlanReply Of(BudgetPlanInfo p) => new(p.Year, p.State, p.Version, p.Note, p.TotalMinor,
            p.Currency, p.Shares, [.. p.Lines.Select(l => new PlannedLineReply(l.Place.Month, l.Place.Line,
                l.Terms.PlannedMinor, l.Terms.Kind, l.Terms.Goal, l.Terms.Rigid, l.Terms.Parent,
                l.Terms.BenefitPercent, l.Terms.TopHosts))],
            p.Findings, p.Overrides, p.ApprovalId);
    }

    /// <summary>A planned line; the members mean what they do in <see cref="BudgetTerms"/>.</summary>
    internal sealed record PlannedLineReply(
        int Month, string Line, long PlannedMinor, BudgetKind Kind, string? Goal, bool Rigid, string? Parent,
        int? BenefitPercent, bool TopHosts);

    /// <summary>A line as listed; the members mean what they do in <see cref="BudgetLineRow"/>.</summary>
    internal sealed record BudgetLineRowReply(
        string Key, int Month, string Line, BudgetKind Kind, string? Goal, bool Rigid, string? Parent,
        string Currency, long PlannedMinor, long CommittedMinor, long ActualMinor, long ForecastMinor,
        decimal? VariancePercent, long OwnMinor, long YearPlannedMinor, long YearActualMinor)
    {
        public static BudgetLineRowReply Of(BudgetLineRow r) => new(r.Key, r.Month, r.Line, r.Terms.Kind,
            r.Terms.Goal, r.Terms.Rigid, r.Terms.Parent, r.Terms.Currency, r.Terms.PlannedMinor, r.CommittedMinor,
            r.ActualMinor, r.ForecastMinor, r.VariancePercent, r.OwnMinor, r.YearPlannedMinor, r.YearActualMinor);
    }
}
