using System.Diagnostics;
using Ale.Budgets;
using Ale.Kernel;

namespace Ale.Campaigns;

/// <summary>Campaigns as a table.</summary>
internal sealed class CampaignProjection() : Projection<CampaignEvent>(
    "campaigns", 2, "campaign", CampaignJson.Default.CampaignEvent, Campaigns)
{
    /// <summary><c>state</c> is the name of a <see cref="CampaignState"/>, lower case; <c>sessions</c> are ids with a
    /// space between two.</summary>
    public static readonly Table Campaigns = new("campaign",
    [
        Column.TextKey("id"), Column.Text("title"), Column.Text("state"), Column.Text("class"),
        Column.Number("starts_at"), Column.Number("ends_at"), Column.Text("budget_line"),
        Column.Text("theme"), Column.Text("sessions"), Column.Sum("effects"),
    ], "starts_at, id");

    protected override void Project(string key, CampaignEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case CampaignEvent.Put e:
                Put(key, e.Terms, views).Set("state", BudgetProjection.NameOf(CampaignState.Planned));
                break;
            case CampaignEvent.Changed e:
                Put(key, e.Terms, views);
                break;
            case CampaignEvent.Stepped e:
                views.Row(Campaigns, key).Set("state", BudgetProjection.NameOf((CampaignState)(e.Kind + 1)));
                break;
            case CampaignEvent.Measured:
                views.Row(Campaigns, key).Add("effects", 1);
                break;
            case CampaignEvent.Joined or CampaignEvent.Told:
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    private static ViewRow Put(string key, CampaignTerms t, ViewBatch views) => views.Row(Campaigns, key)
        .Set("title", t.Title).Set("class", BudgetProjection.NameOf(t.Class)).Set("starts_at", t.StartsAt)
        .Set("ends_at", t.EndsAt).Set("budget_line", t.BudgetLine ?? "")
        .Set("theme", t.Theme).Set("sessions", string.Join(' ', t.Sessions));
}

/// <summary>Placements and their reports as tables.</summary>
internal sealed class PlacementProjection() : Projection<PlacementEvent>(
    "placements", 2, "placement", PlacementJson.Default.PlacementEvent, Placements, Reports)
{
    /// <summary><c>roi</c> is in hundredths, -1 where there is none; <c>rank</c> is 0 where there is none.</summary>
    public static readonly Table Placements = new("placement",
    [
        Column.TextKey("id"), Column.Text("campaign_id"), Column.Text("channel"), Column.Text("class"),
        Column.Text("result_kind"), Column.Number("cap_minor"), Column.Text("currency"), Column.Sum("spend_minor"),
        Column.Sum("results"), Column.Text("strategy"), Column.Number("roi"), Column.Number("rank"),
        Column.Number("revenue_minor"), Column.Text("content_id"),
    ], "campaign_id, id");

    public static readonly Table Reports = new("placement_report",
    [
        Column.TextKey("placement"), Column.TextKey("event_id"), Column.Number("spend_minor"),
        Column.Number("results"), Column.Number("at"), Column.Text("authorisation"),
    ], "placement, at, event_id");

    protected override void Project(string key, PlacementEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case PlacementEvent.Put { Terms: var t }:
                views.Row(Placements, key).Set("campaign_id", t.CampaignId).Set("channel", t.Channel)
                    .Set("class", BudgetProjection.NameOf(t.Class)).Set("result_kind", t.ResultKind)
                    .Set("cap_minor", t.CapMinor).Set("currency", t.Currency)
                    .Set("strategy", BudgetProjection.NameOf(PlacementStrategy.Normal)).Set("content_id", t.ContentId);
                break;
            case PlacementEvent.Changed { CapMinor: { } cap }:
                views.Row(Placements, key).Set("cap_minor", cap);
                break;
            case PlacementEvent.Reported e:
                views.Row(Placements, key).Add("spend_minor", e.Reports.Sum(r => r.SpendMinor))
                    .Add("results", e.Reports.Sum(r => r.ResultCount));
                foreach (var r in e.Reports)
                {
                    views.Row(Reports, key, r.EventId).Set("spend_minor", r.SpendMinor).Set("results", r.ResultCount)
                        .Set("at", r.At).Set("authorisation", r.Authorisation ?? "");
                }

                break;
            case PlacementEvent.Adjusted e:
                views.Row(Placements, key).Set("strategy", BudgetProjection.NameOf(e.Step.Strategy));
                break;
            case PlacementEvent.Reverted e:
                views.Row(Placements, key).Set("strategy", BudgetProjection.NameOf(e.Strategy));
                break;
            case PlacementEvent.Evaluated { Return: var r }:
                views.Row(Placements, key).Set("roi", r.Roi is { } roi ? (long)(roi * 100) : -1)
                    .Set("rank", r.Rank ?? 0).Set("revenue_minor", r.RevenueMinor);
                break;
            case PlacementEvent.Changed or PlacementEvent.Lived or PlacementEvent.Authorised or PlacementEvent.Released
                or PlacementEvent.Expired or PlacementEvent.Stopped or PlacementEvent.Posting or PlacementEvent.Posted
                or PlacementEvent.NotPosted or PlacementEvent.BudgetDecided:
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}
