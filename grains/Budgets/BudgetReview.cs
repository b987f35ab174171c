using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ale.Jobs;
using Ale.Markets;
using Ale.Policy;
using Ale.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Budgets;

/// <summary>
/// A month's deviations from its budget, in both directions (BUD-04): what was found by line, session, host, category and
/// step, and the move that is proposed for the month after. Pure, but for what the accepted move does.
/// </summary>
internal static class BudgetReview
{
    public const string Kind = "budget_variance", MoveName = "budget.move";
    private const int Shown = 3; // of each way to look at it

    /// <summary>More than so much away from the plan; exactly so much is in order.</summary>
    public static bool IsOff(long actual, long planned, int percent) =>
        Math.Abs(actual - planned) * 100m > (decimal)planned * percent;

    /// <summary>How far, as <c>-16.0 %</c>.</summary>
    public static string Off(BudgetLineRow line) => line.VariancePercent is { } percent
        ? percent.ToString("+0.0;-0.0", CultureInfo.InvariantCulture) + " %" : "nothing was planned";

    /// <summary>What was found, in one text.</summary>
    public static string Finding(BudgetLineRow line, ImmutableArray<BreakdownRow> breakdown)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"Planned {line.Terms.PlannedMinor}, booked {line.ActualMinor} {line.Terms.Currency} (minor units), "
            + $"{Off(line)}."));
        foreach (var way in breakdown.Where(r => r.By != "line").GroupBy(r => r.By))
        {
            if (way.All(r => r.Value is null)) continue; // nobody said
            text.Append(CultureInfo.InvariantCulture, $" By {way.Key}: ").AppendJoin(", ", way.Take(Shown).Select(r =>
                string.Create(CultureInfo.InvariantCulture, $"{r.Value ?? "none"} {r.AmountMinor} ({r.Percent} %)")))
                .Append('.');
        }

        return Cut(text.ToString());
    }

    /// <summary>
    /// What is proposed. Too little was needed: the rest goes to the line of next month with the best benefit. Too
    /// much: it comes from the flexible one with the least.
    /// </summary>
    /// <param name="line">The line that is off.</param>
    /// <param name="breakdown">What it was spent for.</param>
    /// <param name="next">Lines of the month after.</param>
    public static (string Text, ReviewEffect? Effect) Proposal(
        BudgetLineRow line, ImmutableArray<BreakdownRow> breakdown, ImmutableArray<BudgetLineRow> next)
    {
        var off = line.ActualMinor - line.Terms.PlannedMinor;
        var others = next.Where(l => l.Line != line.Line && l.Terms.Kind != BudgetKind.Reserve
            && l.Terms.Parent is null && l.Terms.Currency == line.Terms.Currency)
            .OrderByDescending(l => l.Terms.BenefitPercent ?? -1).ThenBy(l => l.Key, StringComparer.Ordinal).ToArray();
        var own = next.FirstOrDefault(l => l.Line == line.Line);
        var other = off < 0 ? others.FirstOrDefault()
            : others.LastOrDefault(l => !l.Terms.Rigid && l.Terms.PlannedMinor - l.CommittedMinor - l.ActualMinor > 0);
        var cause = breakdown.FirstOrDefault(r => r is { By: "host", Value: not null })
            ?? breakdown.FirstOrDefault(r => r.By != "line" && r.Value is not null);
        var why = cause is null ? "" : string.Create(CultureInfo.InvariantCulture,
            $" Look at {cause.By} {cause.Value} first: {cause.Percent} % of it.");
        if (own is null || other is null)
            return ((off < 0 ? "Plan less for it, or say what kept it back." : "Plan more for it, or say why not.")
                + why, null);
        var (from, to) = off < 0 ? (own, other) : (other, own);
        var amount = Math.Min(Math.Abs(off), from.Terms.PlannedMinor - from.CommittedMinor - from.ActualMinor);
        if (amount <= 0) return ("There is nothing left to move: plan it anew." + why, null);
        var argument = string.Create(CultureInfo.InvariantCulture,
            $"{from.Key[..4]}|{from.Month}|{from.Line}|{to.Month}|{to.Line}|{amount}");
        return (Cut(string.Create(CultureInfo.InvariantCulture, $"Move {amount} from {from.Key} to {to.Key}.") + why),
            new(MoveName, argument));
    }

    /// <summary>A move of so much more to a line, from the flexible one with the least benefit that has it; null: there
    /// is no such line, people find the money.</summary>
    public static ReviewEffect? MoreFor(string line, int percent, IReadOnlyList<BudgetLineRow> lines)
    {
        if (lines.FirstOrDefault(l => l.Line == line) is not { } to) return null;
        var amount = (long)Math.Round(to.Terms.PlannedMinor * percent / 100m, MidpointRounding.AwayFromZero);
        var from = lines.Where(l => l.Line != line && !l.Terms.Rigid && l.Terms.Kind != BudgetKind.Reserve
                && l.Terms.Parent is null && l.Terms.Currency == to.Terms.Currency
                && l.Terms.PlannedMinor - l.CommittedMinor - l.ActualMinor >= amount)
            .OrderBy(l => l.Terms.BenefitPercent ?? -1).ThenBy(l => l.Key, StringComparer.Ordinal).FirstOrDefault();
        return from is null || amount == 0 ? null : new(MoveName, string.Create(CultureInfo.InvariantCulture,
            $"{from.Key[..4]}|{from.Month}|{from.Line}|{to.Month}|{to.Line}|{amount}"));
    }

    /// <summary>Does the move that was accepted; the review's id is its key.</summary>
    public static readonly EffectRunner Move = new(MoveName, async (review, grains) =>
    {
        var part = review.Terms.Effect!.Argument.Split('|');
        var moved = await grains.BudgetPlan(part[0]).Move(new(review.Id, Place(1), Place(3),
            long.Parse(part[5], CultureInfo.InvariantCulture), "review", $"Accepted: {review.Terms.Title}"));
        return moved.Refusal;

        BudgetPlace Place(int at) => new(int.Parse(part[at], CultureInfo.InvariantCulture), part[at + 1]);
    });

    private static string Cut(string text) =>
        text.Length <= ReviewTerms.TextLengthMax ? text : text[..ReviewTerms.TextLengthMax];
}

/// <summary>On the first of each month the month before is reviewed (BUD-04).</summary>
internal static class BudgetReviewJob
{
    private const int LinesMax = 500;

    public static readonly JobDefinition Definition = new(
        "budget-review", "The month before against its budget", p => p.Budgets.ReviewCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var policy = run.Services.GetRequiredService<PolicyBook>().For(null, at).Budgets;
        var today = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at);
        var (lines, refusal) = await Lines(grains, today.AddMonths(-1), ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        var (next, why) = await Lines(grains, today, ct);
        if (why is not null) return JobResult.Failed(why.Code);
        var opened = 0;
        foreach (var line in lines.Where(
            l => BudgetReview.IsOff(l.ActualMinor, l.Terms.PlannedMinor, policy.ReviewPercent)))
        {
            var (rows, no) = await grains.BudgetQueries().Breakdown(new(line.Key, 20), default, ct);
            if (no is not null) return JobResult.Failed(no.Code);
            var (text, effect) = BudgetReview.Proposal(line, rows, next);
            // The run may come again when the figures have moved: the first word stands.
            var review = grains.Review(CauseIds.Of(BudgetReview.Kind, line.Key));
            if ((await review.Get(null, ct)).Value is not null) continue;
            var put = await review.Open(new(BudgetReview.Kind,
                $"{line.Key} is off its plan: {BudgetReview.Off(line)}", $"budget/{line.Key}", BudgetReview.Finding(line, rows), text, policy.FinanceRole)
            { Effect = effect }, "budgets", CancellationToken.None);
            if (put.Refusal is { } not) return JobResult.Failed(not.Code);
            opened++;
        }

        return JobResult.Done(string.Create(CultureInfo.InvariantCulture,
            $"{lines.Length} lines, {opened} more than {policy.ReviewPercent} % off."));
    }

    private static async Task<Outcome<ImmutableArray<BudgetLineRow>>> Lines(
        IGrainFactory grains, DateOnly month, CancellationToken ct)
    {
        var all = ImmutableArray.CreateBuilder<BudgetLineRow>();
        for (string? after = null; ;)
        {
            var (page, refusal) = await grains.BudgetQueries().Lines(
                new(month.Year, LinesMax) { Month = month.Month, After = after }, default, ct);
            if (refusal is not null) return refusal;
            all.AddRange(page);
            if (page.Length < LinesMax) return all.ToImmutable();
            after = page[^1].Key;
        }
    }
}
