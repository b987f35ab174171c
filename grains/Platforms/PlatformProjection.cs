using System.Diagnostics;
using System.Globalization;
using Ale.Kernel;

namespace Ale.Platforms;

/// <summary>Platforms, what they told, and what it comes to each business day, as tables.</summary>
internal sealed class PlatformProjection() : Projection<PlatformsEvent>(
    "platforms", 2, "platform", PlatformJson.Default.PlatformsEvent, Platforms, Events, Days)
{
    public static readonly Table Platforms = new("platform",
    [
        Column.TextKey("id"), Column.Text("title"), Column.Text("endpoint"), Column.Text("market"),
        Column.Number("seq"), Column.Sum("taken"), Column.Number("away_since"),
    ]);

    /// <summary><c>day</c> is a business day of the platform's market, as <c>2026-06-18</c>; <c>person_id</c> an
    /// internal id; <c>batch</c> the id of the first event that was taken with it.</summary>
    public static readonly Table Events = new("platform_event",
    [
        Column.TextKey("platform"), Column.TextKey("id"), Column.Text("kind"), Column.Number("at"),
        Column.Text("day"), Column.Number("taken_at"), Column.Number("seq"), Column.Number("count"),
        Column.Text("session_id"), Column.Text("content_id"), Column.Text("placement_id"), Column.Text("person_id"),
        Column.Text("tag"), Column.Number("amount_minor"), Column.Text("currency"), Column.Text("batch"),
    ], "platform, at, id", "placement_id, taken_at", "kind, at", "session_id, kind");

    public static readonly Table Days = new("platform_day",
    [
        Column.TextKey("platform"), Column.TextKey("day"), Column.TextKey("kind"), Column.Sum("events"),
        Column.Sum("count"), Column.Sum("amount_minor"),
    ]);

    protected override void Project(string key, PlatformsEvent happened, JournalRow row, ViewBatch views)
    {
        var platform = views.Row(Platforms, key);
        switch (happened)
        {
            case PlatformsEvent.Connected { Terms: var t }:
                platform.Set("title", t.Title).Set("endpoint", t.Endpoint).Set("market", t.Market).Set("seq", 0);
                break;
            case PlatformsEvent.Changed { Terms: var t }:
                platform.Set("title", t.Title).Set("endpoint", t.Endpoint);
                break;
            case PlatformsEvent.Taken e:
                platform.Add("taken", e.Events.Length);
                if (e.Seq is { } seq) platform.Set("seq", seq);
                foreach (var kept in e.Events) Keep(key, kept, e.Events[0].What.Id, e.At, views);
                break;
            case PlatformsEvent.Skipped e:
                platform.Set("seq", e.Through);
                break;
            case PlatformsEvent.Replayed or PlatformsEvent.ReplayEnded:
                break;
            case PlatformsEvent.Lost e:
                platform.Set("away_since", e.Since);
                break;
            case PlatformsEvent.Found:
                platform.Set("away_since", 0);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A day as it stands in the tables.</summary>
    public static string DayOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Keep(string key, KeptEvent kept, string batch, DateTimeOffset at, ViewBatch views)
    {
        var (e, day) = (kept.What, DayOf(kept.Day));
        views.Row(Events, key, e.Id).Set("kind", e.Kind).Set("at", e.At).Set("day", day).Set("taken_at", at)
            .Set("seq", e.Seq).Set("count", e.Count).Set("session_id", e.SessionId).Set("content_id", e.ContentId)
            .Set("placement_id", e.PlacementId).Set("person_id", kept.Person?.ToString())
            .Set("tag", e.Tag).Set("amount_minor", e.AmountMinor).Set("currency", e.Currency).Set("batch", batch);
        views.Row(Days, key, day, e.Kind).Add("events", 1).Add("count", e.Count)
            .Add("amount_minor", e.AmountMinor ?? 0);
    }
}
