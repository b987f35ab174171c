using System.Globalization;
using Ale.Campaigns;
using Ale.Edge;

namespace Ale.Budgets;

/// <summary>Lines of the budget and what is spent from them (BUD-01 to BUD-03).</summary>
internal static class BudgetHttp
{
    public static void MapBudgets(this IEndpointRouteBuilder api)
    {
        var budgets = api.MapGroup("/budgets").WithTags("Budgets");

        budgets.MapPut("/{year}/{month}/{line}", (int year, int month, Id line, BudgetLineBody body,
                Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                Key(year, month, line);
                return edge.Run(ct => grains.BudgetPlan(YearOf(year)).Put(
                    new(new(month, line), body.Terms, caller.Subject), ct), BudgetLineReply.Of);
            })
            .Allow(Permission.BudgetPlan).WithName("putBudgetLine")
            .WithSummary("Enters a line into the year's plan while that is a draft; it takes spends from then on");

        budgets.MapPatch("/{year}/{month}/{line}", (int year, int month, Id line, BudgetLineChange body,
                ExpectedVersion version, CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                Key(year, month, line);
                return edge.Run(ct => grains.BudgetPlan(YearOf(year)).Change(
                    body.Command(new(month, line), version, key, caller.Subject), ct), BudgetLineReply.Of);
            })
            .Allow(Permission.BudgetPlan).WithName("changeBudgetLine")
            .WithSummary("Changes a line of a draft that nobody changed since: planVersion is what it expects");

        budgets.MapGet("/{year}/{month}/{line}", (int year, int month, Id line, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var key = Key(year, month, line);
                return edge.Run(ct => grains.BudgetLine(key).Get(ct), BudgetLineReply.Of);
            })
            .Allow(Permission.BudgetRead).WithName("getBudgetLine").WithSummary("A line as it is now");

        budgets.MapPut("/{year}/{month}/{line}/spends/{id}", (int year, int month, Id line, Id id,
                SpendBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                var key = Key(year, month, line);
                return edge.Run(async ct => await body.WhyNot(grains, key, id, ct) is { } refusal ? refusal
                        : await grains.BudgetLine(key).Spend(body.Command(id, caller.Subject), ct), SpendReply.Of)
                    .AcceptedWhen(s => s.State == SpendState.Waiting);
            })
            .Allow(Permission.BudgetSpend).WithName("putSpend")
            .WithSummary("Commits or books money, for a campaign of its class; 409 budget.held above the mark, or 202 "
                + "with wait:true");

        budgets.MapGet("/{year}/{month}/{line}/spends/{id}", (int year, int month, Id line, Id id,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var key = Key(year, month, line);
                return edge.Run(ct => grains.BudgetLine(key).GetSpend(id, ct), SpendReply.Of);
            })
            .Allow(Permission.BudgetRead).WithName("getSpend").WithSummary("A spend as it is now");

        budgets.MapPost("/{year}/{month}/{line}/spends/{id}/release", (int year, int month, Id line, Id id,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var key = Key(year, month, line);
                return edge.Run(ct => grains.BudgetLine(key).Release(id, ct), SpendReply.Of);
            })
            .Allow(Permission.BudgetSpend).WithName("releaseSpend").WithSummary("Gives a commitment back");

        budgets.MapPost("/{year}/{month}/{line}/spends/{id}/check", (int year, int month, Id line, Id id,
                CheckSpendBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
            {
                var key = Key(year, month, line);
                return edge.Run(ct => grains.BudgetLine(key).Check(
                    new(id, body.Passed, caller.Subject, body.Reason), ct), SpendReply.Of);
            })
            .Allow(Permission.BudgetPlan).WithName("checkSpend")
            .WithSummary("Says whether an unusual spend that is held is in order; if not, it comes off");

        budgets.MapGet("/{year}/{month}/{line}/spends", (int year, int month, Id line, string? state,
                PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new SpendsWanted(Key(year, month, line), page.Limit + 1)
                {
                    State = QueryEnum.Of<SpendState>("state", state),
                    Before = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.BudgetQueries().Spends(wanted, page.At ?? default, ct),
                    found => Page<SpendRowReply>.Of([.. found.Select(SpendRowReply.Of)], page.Limit,
                        last => Cursor.Of(last.At.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.BudgetRead).WithName("listSpends")
            .WithSummary("Spends of a line, the latest first; ?state= narrows the list; as CSV too");
    }

    /// <summary>The year's plan.</summary>
    public static string YearOf(int year) =>
        BudgetKeys.IsLine(year, 1, "x") ? year.ToString("D4", CultureInfo.InvariantCulture)
            : throw new ProblemException(Problem.Invalid("year",
                $"Must be from {BudgetKeys.YearMin} to {BudgetKeys.YearMax}."));

    private static string Key(int year, int month, string line)
    {
        YearOf(year);
        if (month is < 1 or > 12) throw new ProblemException(Problem.Invalid("month", "Must be from 1 to 12."));
        if (!BudgetKeys.IsLine(year, month, line))
            throw new ProblemException(Problem.Invalid("line",
                $"Must have at most {BudgetKeys.LineLengthMax} characters and no colon."));
        return BudgetKeys.KeyOf(year, month, line);
    }

    /// <summary>The members mean what they do in <see cref="BudgetTerms"/>.</summary>
    /// <param name="Goal">The phase goal it serves; a plan is not submitted with a line that has none.</param>
    internal sealed record BudgetLineBody(
        long PlannedMinor, string Currency, BudgetKind Kind, string? Goal = null, bool Rigid = false,
        Id? Parent = null, int? BenefitPercent = null, bool TopHosts = false) : IValidated
    {
        internal BudgetTerms Terms => new(PlannedMinor, Currency, Kind, Goal, Rigid, Parent?.Value)
        {
            BenefitPercent = BenefitPercent,
            TopHosts = TopHosts,
        };

        public void Validate(Problems p)
        {
            p.Money("plannedMinor", PlannedMinor);
            p.Currency("currency", Currency);
            p.Text("goal", Goal, min: 1);
            p.Range("benefitPercent", BenefitPercent, 0, 1_000_000);
            p.Text("parent", Parent?.Value, BudgetKeys.LineLengthMax, 1);
        }
    }

    /// <summary>What is new of a line; the members mean what they do in <see cref="BudgetTerms"/>.</summary>
    internal sealed record BudgetLineChange(
        long? PlannedMinor = null, string? Goal = null, bool? Rigid = null, Id? Parent = null,
        int? BenefitPercent = null, bool? TopHosts = null) : IValidated
    {
        internal ChangeBudgetLine Command(BudgetPlace place, long version, string key, string by) =>
            new(place, version, key, by)
            {
                PlannedMinor = PlannedMinor,
                Goal = Goal,
                Rigid = Rigid,
                Parent = Parent?.Value,
                BenefitPercent = BenefitPercent,
                TopHosts = TopHosts,
            };

        public void Validate(Problems p)
        {
            p.Money("plannedMinor", PlannedMinor);
            p.Text("goal", Goal, min: 1);
            p.Range("benefitPercent", BenefitPercent, 0, 1_000_000);
            p.Text("parent", Parent?.Value, BudgetKeys.LineLengthMax, 1);
        }
    }

    /// <param name="State"><c>committed</c> or <c>actual</c>.</param>
    /// <param name="Class">Needed where the line is one of marketing.</param>
    /// <param name="Wait">True: what is not allowed now is queued until it is decided.</param>
    /// <param name="At">When it happened; absent: now.</param>
    /// <param name="Acquisition">Needed where the line is one of technology: <c>subscription</c>, <c>purchase</c> with a
    /// note why, or <c>service</c>.</param>
    internal sealed record SpendBody(
        long AmountMinor, string Currency, SpendStage State, SpendClass? Class = null, Id? SessionId = null,
        Id? HostId = null, Id? Category = null, Id? Step = null, Id? CampaignId = null, Id? PlacementId = null,
        string? Note = null, bool Wait = false, DateTimeOffset? At = null, Acquisition? Acquisition = null)
        : IValidated
    {
        internal PostSpend Command(string id, string by) => new(id, AmountMinor, Currency, State, Wait,
            new(Class, SessionId?.Value, HostId?.Value, Category?.Value, Step?.Value, CampaignId?.Value,
                PlacementId?.Value, Note)
            { Acquisition = Acquisition })
        { HappenedAt = At, By = by };

        /// <summary>
        /// Money of one class is not spent on a campaign of the other (CAM-04); what the line knows already is settled.
        /// </summary>
        internal async Task<Refusal?> WhyNot(IGrainFactory grains, string line, string id, CancellationToken ct)
        {
            if (Class is null || CampaignId is not { } of) return null;
            var (campaign, _) = await grains.Campaign(of).Get(ct); // one that is not entered has none
            return campaign is null || campaign.Terms.Class == Class
                || (await grains.BudgetLine(line).GetSpend(id, ct)).Value is not null ? null
                : CampaignRefusals.ClassOf(of, campaign.Terms.Class);
        }

        public void Validate(Problems p)
        {
            p.Money("amountMinor", AmountMinor, 1);
            p.Currency("currency", Currency);
            p.Text("note", Note, min: 1);
            p.Instant("at", At);
        }
    }

    /// <param name="Passed">True: it is in order; false: it comes off what was booked.</param>
    internal sealed record CheckSpendBody(bool Passed, string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>A line as answered; the members mean what they do in <see cref="BudgetLineInfo"/>.</summary>
    internal sealed record BudgetLineReply(
        string Key, long PlannedMinor, string Currency, BudgetKind Kind, string? Goal, bool Rigid, string? Parent,
        int? BenefitPercent, bool TopHosts, long CommittedMinor, long ActualMinor, long ForecastMinor,
        decimal? VariancePercent, BudgetLineState State, string? ApprovalId, int Waiting, long PlanVersion,
        long OwnMinor, long OverMinor)
    {
        public static BudgetLineReply Of(BudgetLineInfo l) => new(l.Key, l.Terms.PlannedMinor, l.Terms.Currency,
            l.Terms.Kind, l.Terms.Goal, l.Terms.Rigid, l.Terms.Parent, l.Terms.BenefitPercent, l.Terms.TopHosts,
            l.CommittedMinor, l.ActualMinor, l.ForecastMinor, l.VariancePercent, l.State, l.ApprovalId, l.Waiting,
            l.PlanVersion, l.OwnMinor, l.OverMinor);
    }

    /// <summary>A spend as answered; the members mean what they do in <see cref="SpendInfo"/>.</summary>
    internal sealed record SpendReply(
        string Id, SpendState State, long AmountMinor, bool Elastic, SpendCheck Check, BudgetLineReply Line, bool Over,
        string? Reason)
    {
        public static SpendReply Of(SpendInfo s) =>
            new(s.Id, s.State, s.AmountMinor, s.Elastic, s.Check, BudgetLineReply.Of(s.Line), s.Over, s.Reason);
    }

    /// <summary>A spend as listed; the members mean what they do in <see cref="SpendRow"/>.</summary>
    internal sealed record SpendRowReply(
        string Id, SpendState State, long AmountMinor, string Currency, SpendClass? Class, string? SessionId,
        string? HostId, string? Category, string? Step, string? CampaignId, string? PlacementId, string? Note,
        Acquisition? Acquisition, bool Elastic, SpendCheck Check, DateTimeOffset At)
    {
        public static SpendRowReply Of(SpendRow s) => new(s.Id, s.State, s.AmountMinor, s.Currency, s.Tags.Class,
            s.Tags.SessionId, s.Tags.HostId, s.Tags.Category, s.Tags.Step, s.Tags.CampaignId, s.Tags.PlacementId,
            s.Tags.Note, s.Tags.Acquisition, s.Elastic, s.Check, s.At);
    }
}
