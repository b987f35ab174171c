using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Budgets;

/// <summary>Lines of the budget and their spends as tables.</summary>
internal sealed class BudgetProjection() : Projection<BudgetLineEvent>(
    "budgets", 4, "budget", BudgetLineJson.Default.BudgetLineEvent, Lines, Spends, Breakdown)
{
    /// <summary><c>kind</c> is <c>labour</c>, <c>marketing</c>, <c>technology</c> or <c>reserve</c>.</summary>
    public static readonly Table Lines = new("budget_line",
    [
        Column.TextKey("key"), Column.Number("year"), Column.Number("month"), Column.Text("line"),
        Column.Number("planned_minor"), Column.Text("currency"), Column.Text("kind"), Column.Text("goal"),
        Column.Number("rigid"), Column.Text("parent"), Column.Number("benefit_percent"), Column.Number("top_hosts"),
        Column.Sum("committed_minor"), Column.Sum("actual_minor"), Column.Number("own_minor"),
    ], "year, key");

    /// <summary><c>state</c> is <c>committed</c>, <c>actual</c>, <c>waiting</c>, <c>released</c> or
    /// <c>dropped</c>; an absent tag is empty. <c>checked</c> is null unless it is or was held for a check.</summary>
    public static readonly Table Spends = new("budget_spend",
    [
        Column.TextKey("line"), Column.TextKey("id"), Column.Text("state"), Column.Number("amount_minor"),
        Column.Text("currency"), Column.Text("class"), Column.Text("session_id"), Column.Text("host_id"),
        Column.Text("category"), Column.Text("step"), Column.Text("campaign_id"), Column.Text("placement_id"),
        Column.Text("note"), Column.Number("elastic"), Column.Number("at"), Column.Text("acquisition"),
        Column.Text("checked"),
    ], "line, at, id");

    /// <summary>What was booked on each line by what it was for, so that a year's postings are a few rows
    /// (BUD-04).</summary>
    /// <remarks><c>way</c> is <c>session</c>, <c>host</c>, <c>category</c>, <c>step</c>, <c>campaign</c>,
    /// <c>class</c> or <c>acquisition</c>; a spend without it counts under the empty <c>value</c>.</remarks>
    public static readonly Table Breakdown = new("budget_breakdown",
    [
        Column.TextKey("line"), Column.TextKey("way"), Column.TextKey("value"), Column.Sum("amount_minor"),
        Column.Sum("spends"),
    ]);

    protected override void Project(string key, BudgetLineEvent happened, JournalRow row, ViewBatch views)
    {
        var line = views.Row(Lines, key);
        switch (happened)
        {
            case BudgetLineEvent.Planned { Terms: var t } e:
                var (year, month, id) = BudgetKeys.Parse(key);
                line.Set("year", year).Set("month", month).Set("line", id).Set("planned_minor", t.PlannedMinor)
                    .Set("currency", t.Currency).Set("kind", NameOf(t.Kind)).Set("goal", t.Goal ?? "")
                    .Set("rigid", t.Rigid ? 1 : 0).Set("parent", t.Parent ?? "")
                    .Set("benefit_percent", t.BenefitPercent ?? -1).Set("top_hosts", t.TopHosts ? 1 : 0)
                    .Set("own_minor", Math.Max(0, t.PlannedMinor - (e.PartsMinor ?? 0)));
                break;
            case BudgetLineEvent.Committed e:
                line.Add("committed_minor", e.Spend.AmountMinor);
                Spend(key, e.Spend, SpendState.Committed, e.At, views)
                    .Set("elastic", e.Elastic ?? e.OverMinor > 0 ? 1 : 0);
                break;
            case BudgetLineEvent.Booked e:
                line.Add("committed_minor", -e.HeldMinor).Add("actual_minor", e.Spend.AmountMinor);
                Spend(key, e.Spend, SpendState.Actual, e.At, views)
                    .Set("elastic", e.Elastic ?? e.OverMinor > 0 ? 1 : 0);
                Broken(key, e.Spend, 1, views);
                break;
            case BudgetLineEvent.Flagged e:
                views.Row(Spends, key, e.Spend.Id).Set("checked", NameOf(SpendCheck.Held));
                break;
            case BudgetLineEvent.Checked { Passed: true } e:
                views.Row(Spends, key, e.Spend.Id).Set("checked", NameOf(SpendCheck.Passed));
                break;
            case BudgetLineEvent.Checked e:
                line.Add("actual_minor", -e.Spend.AmountMinor);
                views.Row(Spends, key, e.Spend.Id).Set("checked", NameOf(SpendCheck.Refused))
                    .Set("state", NameOf(SpendState.Dropped)).Set("at", e.At);
                Broken(key, e.Spend, -1, views);
                break;
            case BudgetLineEvent.Queued e:
                Spend(key, e.Spend, SpendState.Waiting, e.At, views);
                break;
            case BudgetLineEvent.Released e:
                line.Add("committed_minor", -e.HeldMinor);
                views.Row(Spends, key, e.Id).Set("state", NameOf(SpendState.Released)).Set("at", e.At);
                break;
            case BudgetLineEvent.Dropped e:
                views.Row(Spends, key, e.Id).Set("state", NameOf(SpendState.Dropped)).Set("at", e.At);
                break;
            case BudgetLineEvent.Asked or BudgetLineEvent.Told or BudgetLineEvent.Settled:
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <param name="sign">1: it is booked; -1: it comes off again.</param>
    private static void Broken(string key, PostSpend s, int sign, ViewBatch views)
    {
        foreach (var (by, value) in Tags(s.Tags))
        {
            views.Row(Breakdown, key, by, value ?? "").Add("amount_minor", sign * s.AmountMinor)
                .Add("spends", sign);
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf<T>(T state) where T : struct, Enum => state.ToString().ToLowerInvariant();

    private static (string By, string? Value)[] Tags(SpendTags t) =>
    [
        ("session", t.SessionId), ("host", t.HostId), ("category", t.Category), ("step", t.Step),
        ("campaign", t.CampaignId), ("class", t.Class is { } c ? NameOf(c) : null),
        ("acquisition", t.Acquisition is { } how ? NameOf(how) : null),
    ];

    private static ViewRow Spend(string key, PostSpend s, SpendState state, DateTimeOffset at, ViewBatch views) =>
        views.Row(Spends, key, s.Id).Set("state", NameOf(state)).Set("amount_minor", s.AmountMinor)
            .Set("currency", s.Currency).Set("class", s.Tags.Class is { } c ? NameOf(c) : "")
            .Set("session_id", s.Tags.SessionId ?? "").Set("host_id", s.Tags.HostId ?? "")
            .Set("category", s.Tags.Category ?? "").Set("step", s.Tags.Step ?? "")
            .Set("campaign_id", s.Tags.CampaignId ?? "").Set("placement_id", s.Tags.PlacementId ?? "")
            .Set("note", s.Tags.Note ?? "").Set("at", at)
            .Set("acquisition", s.Tags.Acquisition is { } how ? NameOf(how) : "");
}

/// <summary>Versions of the years' plans as a table (BUD-01).</summary>
internal sealed class BudgetPlanProjection() : Projection<BudgetPlanEvent>(
    "budget-versions", 1, "budgetplan", BudgetPlanJson.Default.BudgetPlanEvent, Versions)
{
    public static readonly Table Versions = new("budget_version",
    [
        Column.TextKey("year"), Column.NumberKey("version"), Column.Text("what"), Column.Text("note"),
        Column.Text("person"), Column.Number("at"),
    ]);

    protected override void Project(string key, BudgetPlanEvent happened, JournalRow row, ViewBatch views)
    {
        var (version, what, note, by, at) = happened switch
        {
            BudgetPlanEvent.LinePut e => (e.Version, "line_put", FormattableString.Invariant(
                $"{e.Place.Month}/{e.Place.Line}: {e.Terms.PlannedMinor} {e.Terms.Currency}"), e.By, e.At),
            BudgetPlanEvent.Moved e => (e.Version, "moved", FormattableString.Invariant(
                $"{e.AmountMinor} from {e.From.Month}/{e.From.Line} to {e.To.Month}/{e.To.Line}: {e.Note}"), e.By, e.At),
            BudgetPlanEvent.Submitted e => (e.Version, "submitted", "", e.By, e.At),
            BudgetPlanEvent.Settled e => (e.Version, e.IsApproved ? "approved" : "not_approved", "", "", e.At),
            BudgetPlanEvent.Revised e => (e.Version, "revised", e.Note, e.By, e.At),
            BudgetPlanEvent.Spread or BudgetPlanEvent.Moving or BudgetPlanEvent.Stayed =>
                (0L, "", "", "", default(DateTimeOffset)),
            _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
        };
        if (version == 0) return;
        views.Row(Versions, key, version).Set("what", what).Set("note", note).Set("person", by).Set("at", at);
    }
}
