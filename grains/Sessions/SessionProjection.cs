using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Sessions;

/// <summary>Sessions, and who did what to them (LIV-05), as tables.</summary>
internal sealed class SessionProjection() : Projection("session", 1, ["session"], Sessions, History)
{
    /// <summary><c>skus</c> are joined by spaces, in the order of the shelf.</summary>
    public static readonly Table Sessions = new("session",
    [
        Column.TextKey("id"), Column.Text("title"), Column.Text("kind"), Column.Text("tier"), Column.Text("market"),
        Column.Text("host_id"), Column.Text("owner_id"), Column.Number("starts_at"), Column.Number("ends_at"),
        Column.Number("inducing"), Column.Text("skus"), Column.Text("state"), Column.Number("version"),
        Column.FirstNumber("planned_at"), Column.FirstNumber("started_at"), Column.FirstNumber("ended_at"),
    ], "starts_at, id");

    /// <summary>One row an event; <c>what</c> is <c>plan</c>, <c>change</c>, <c>offer</c>, <c>offer_dropped</c> or the
    /// step.</summary>
    public static readonly Table History = new("session_history",
    [
        Column.TextKey("session_id"), Column.NumberKey("version"), Column.Text("what"), Column.Text("state"),
        Column.Text("actor"), Column.Text("key"), Column.Number("at"),
    ]);

    public override void Project(JournalRow row, ViewBatch views)
    {
        var version = row.Version;
        foreach (var e in EventJson.Read(row.Events, SessionJson.Default.SessionEvent))
            Project(row.Key, e, version++, views);
    }

    private static void Project(string id, SessionEvent happened, long version, ViewBatch views)
    {
        var session = views.Row(Sessions, id).Set("version", version + 1);
        var history = views.Row(History, id, version);
        switch (happened)
        {
            case SessionEvent.Planned e:
                Put(session, e.Terms).Set("state", NameOf(SessionState.Planned)).Set("planned_at", e.At);
                history.Set("what", "plan").Set("state", NameOf(SessionState.Planned)).Set("actor", e.Actor)
                    .Set("at", e.At);
                break;
            case SessionEvent.Changed e:
                Put(session, e.Terms);
                history.Set("what", "change").Set("state", NameOf(SessionState.Planned)).Set("actor", e.Actor)
                    .Set("key", e.Key).Set("at", e.At);
                break;
            case SessionEvent.Moved e:
                session.Set("state", NameOf(e.To));
                if (e.To == SessionState.Live) session.Set("started_at", e.At);
                if (e.To == SessionState.Ended) session.Set("ended_at", e.At);
                history.Set("what", Session.NameOf(e.Step)).Set("state", NameOf(e.To)).Set("actor", e.Actor)
                    .Set("key", e.Key).Set("at", e.At);
                break;
            case SessionEvent.OfferNamed e:
                history.Set("what", "offer").Set("state", NameOf(e.State)).Set("actor", e.Actor)
                    .Set("key", e.Offer).Set("at", e.At);
                break;
            case SessionEvent.OfferDropped e:
                history.Set("what", "offer_dropped").Set("state", NameOf(e.State)).Set("actor", e.Actor)
                    .Set("key", e.Offer).Set("at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the tables.</summary>
    public static string NameOf(SessionState state) => state switch
    {
        SessionState.Planned => "planned",
        SessionState.InReview => "in_review",
        SessionState.Ready => "ready",
        SessionState.Live => "live",
        SessionState.Suspended => "suspended",
        SessionState.Ended => "ended",
        SessionState.Closed => "closed",
        _ => throw new UnreachableException($"Unknown state {state}"),
    };

    /// <summary>A kind's name in the tables.</summary>
    public static string NameOf(SessionKind kind) => kind == SessionKind.Live ? "live" : "recorded";

    /// <summary>The state that a table names.</summary>
    public static SessionState StateOf(string name) => Enum.GetValues<SessionState>().First(s => NameOf(s) == name);

    private static ViewRow Put(ViewRow session, SessionTerms terms) => session
        .Set("title", terms.Title).Set("kind", NameOf(terms.Kind))
        .Set("tier", terms.Tier switch
        {
            SessionTier.Base => "base",
            SessionTier.Advanced => "advanced",
            SessionTier.Flagship => "flagship",
            SessionTier.Factory => "factory",
            _ => throw new UnreachableException($"Unknown tier {terms.Tier}"),
        })
        .Set("market", terms.Market).Set("host_id", terms.HostId).Set("owner_id", terms.OwnerId)
        .Set("starts_at", terms.StartsAt).Set("ends_at", terms.EndsAt).Set("inducing", terms.Inducing)
        .Set("skus", string.Join(' ', terms.Skus));
}
