using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ale.Kernel;
using Ale.Reviews;

namespace Ale.Budgets;

/// <summary>
/// A month's deviations from its budget, in both directions (BUD-04): what was found by line, session, host, category
/// and step, and the move that is proposed for the month after. Pure, but for what the accepted move does.
/// </summary>
internal static class BudgetReview
{
    public const string Kind = "budget_variance", MoveName = "budget.move";
    private const int Shown = 3; // of each way to look at it; the rest stands there as one sum

    /// <summary>More than so much away from the plan; exactly so much is in order.</summary>
    public static bool IsOff(long actual, long planned, int percent) =>
        Math.Abs(actual - planned) * 100m > (decimal)planned * percent;

    /// <summary>How far, as <c>-16.0 %</c>.</summary>
    public static string Off(BudgetLineRow line) => line.VariancePercent is { } percent
        ? percent.ToString("+0.0;-0.0", CultureInfo.InvariantCulture) + " %" : "nothing was planned";

    /// <summary>What was found, in one text: the deviations of each way add up to the line's.</summary>
    public static string Finding(BudgetLineRow line, BudgetVariance variance)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"Planned {line.OwnMinor}, booked {line.ActualMinor} {line.Terms.Currency} (minor units), "
            + $"{Off(line)}."));
        if (variance.Months == 0) text.Append(" No month before is there to compare with.");
        else
        {
            var plan = variance.PlanOffMinor(line.OwnMinor);
            text.Append(CultureInfo.InvariantCulture, $" Mean of {variance.Months} months before: ")
                .Append(CultureInfo.InvariantCulture, $"{variance.MeanMinor}; booked {variance.OffMinor:+0;-0;0} ")
                .Append(CultureInfo.InvariantCulture, $"and planned {plan:+0;-0;0} against it.");
        }

        foreach (var way in variance.Rows.GroupBy(r => r.By))
        {
            if (way.All(r => r.Value is null)) continue; // nobody said
            text.Append(CultureInfo.InvariantCulture, $" By {way.Key}: ")
                .AppendJoin(", ", way.Take(Shown).Select(r => r.Text()));
            if (way.Count() > Shown)
                text.Append(CultureInfo.InvariantCulture, $", and {way.Count() - Shown} more ")
                    .Append(CultureInfo.InvariantCulture, $"({way.Skip(Shown).Sum(r => r.OffMinor):+0;-0;0})");
            text.Append('.');
        }

        var causes = variance.Causes(line.ActualMinor - line.OwnMinor);
        if (!causes.IsEmpty)
            text.Append(" Causes: ").AppendJoin(", ", causes.Select(c => $"{c.By} {c.Text()}")).Append('.');
        return text.ToString().Cut(ReviewTerms.TextLengthMax);
    }

    /// <summary>
    /// What is proposed. Too little was needed: the rest goes to the line of next month with the best benefit. Too
    /// much: it comes from the flexible one with the least. What is set aside is neither asked nor given.
    /// </summary>
    /// <param name="line">The line that is off.</param>
    /// <param name="variance">What it was off for.</param>
    /// <param name="next">Lines of the month after.</param>
    public static (string Text, ReviewEffect? Effect) Proposal(
        BudgetLineRow line, BudgetVariance variance, ImmutableArray<BudgetLineRow> next)
    {
        var off = line.ActualMinor - line.OwnMinor;
        var others = next.Where(l => l.Line != line.Line && l.Terms.Kind != BudgetKind.Reserve
            && l.Terms.Parent is null && l.Terms.Currency == line.Terms.Currency)
            .OrderByDescending(l => l.Terms.BenefitPercent ?? -1).ThenBy(l => l.Key, StringComparer.Ordinal).ToArray();
        var own = next.FirstOrDefault(l => l.Line == line.Line && l.Terms.Kind != BudgetKind.Reserve);
        var other = off < 0 ? others.FirstOrDefault()
            : others.LastOrDefault(l => !l.Terms.Rigid && l.FreeMinor > 0);
        var causes = variance.Causes(off);
        var cause = causes.FirstOrDefault(c => c.By == BudgetVariance.Host)
            ?? causes.MaxBy(c => Math.Abs(c.OffMinor));
        var why = cause is null ? "" : $" Look at {cause.By} {cause.Text()} first.";
        if (own is null || other is null)
            return ((off < 0 ? "Plan less for it, or say what kept it back." : "Plan more for it, or say why not.")
                + why, null);
        var (from, to) = off < 0 ? (own, other) : (other, own);
        var amount = Math.Min(Math.Abs(off), from.FreeMinor);
        if (from.Terms.Rigid) return ("It is rigid, and its money stays: plan it anew." + why, null);
        if (amount <= 0) return ("There is nothing left to move: plan it anew." + why, null);
        var host = off < 0 && cause?.By == BudgetVariance.Host ? $" (host {cause.Value})" : "";
        return ((string.Create(CultureInfo.InvariantCulture, $"Move {amount} from {from.Key}{host} to {to.Key}.")
            + why).Cut(ReviewTerms.TextLengthMax), MoveOf(from, to, amount));
    }

    /// <summary>A move of so much more to a line, from the flexible one with the least benefit that has it; null: there
    /// is no such line, people find the money.</summary>
    public static ReviewEffect? MoreFor(string line, int percent, IReadOnlyList<BudgetLineRow> lines)
    {
        if (lines.FirstOrDefault(l => l.Line == line) is not { } to) return null;
        var amount = (long)Math.Round(to.OwnMinor * percent / 100m, MidpointRounding.AwayFromZero);
        var from = lines.Where(l => l.Line != line && !l.Terms.Rigid && l.Terms.Kind != BudgetKind.Reserve
                && l.Terms.Parent is null && l.Terms.Currency == to.Terms.Currency && l.FreeMinor >= amount)
            .OrderBy(l => l.Terms.BenefitPercent ?? -1).ThenBy(l => l.Key, StringComparer.Ordinal).FirstOrDefault();
        return from is null || amount == 0 ? null : MoveOf(from, to, amount);
    }

    private static ReviewEffect MoveOf(BudgetLineRow from, BudgetLineRow to, long amount) =>
        new(MoveName, string.Create(CultureInfo.InvariantCulture,
            $"{from.Key[..4]}|{from.Month}|{from.Line}|{to.Month}|{to.Line}|{amount}"));

    /// <summary>Does the move that was accepted; the review's id is its key.</summary>
    public static readonly EffectRunner Move = new(MoveName, async (review, grains) =>
    {
        var part = review.Terms.Effect!.Argument.Split('|');
        var moved = await grains.BudgetPlan(part[0]).Move(new(review.Id, Place(1), Place(3),
            long.Parse(part[5], CultureInfo.InvariantCulture), "review", $"Accepted: {review.Terms.Title}"));
        return moved.Refusal;

        BudgetPlace Place(int at) => new(int.Parse(part[at], CultureInfo.InvariantCulture), part[at + 1]);
    });
}

/// <summary>All lines of a month, page by page.</summary>
internal static class MonthLines
{
    private const int PageMax = 500;

    public static async Task<Outcome<ImmutableArray<BudgetLineRow>>> Of(
        IGrainFactory grains, DateOnly month, CancellationToken ct)
    {
        var all = ImmutableArray.CreateBuilder<BudgetLineRow>();
        for (string? after = null; ;)
        {
            var (page, refusal) = await grains.BudgetQueries().Lines(
                new(month.Year, PageMax) { Month = month.Month, After = after }, default, ct);
            if (refusal is not null) return refusal;
            all.AddRange(page);
            if (page.Length < PageMax) return all.ToImmutable();
            after = page[^1].Key;
        }
    }
}
