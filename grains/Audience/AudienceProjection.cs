using System.Diagnostics;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Audience;

/// <summary>Members of cohorts as a table.</summary>
internal sealed class CohortProjection() : Projection<CohortEvent>(
    "cohorts", 2, "cohort", AudienceJson.Default.CohortEvent, Members)
{
    /// <summary><c>removed</c> is 1 for who is no member any more; what he said goes with him. <c>last_text</c> null or
    /// empty: nothing.</summary>
    public static readonly Table Members = new("cohort_member",
    [
        Column.TextKey("cohort"), Column.TextKey("user_id"), Column.Number("added_at"), Column.Number("removed"),
        Column.Sum("words"), Column.Sum("ratings"), Column.Text("last_text"),
    ]);

    protected override void Project(string key, CohortEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case CohortEvent.Added e:
                Of(e.User).Set("added_at", e.At).Set("removed", 0);
                break;
            case CohortEvent.Removed e:
                Of(e.User).Set("removed", 1).Add("words", -(e.Words ?? 0)).Add("ratings", -(e.Ratings ?? 0))
                    .Set("last_text", "");
                break;
            case CohortEvent.Said e:
                Of(e.User).Add("words", 1).Add("ratings", e.Rating).Set("last_text", e.Text);
                break;
            case CohortEvent.Put or CohortEvent.Ended:
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }

        ViewRow Of(UserId user) => views.Row(Members, key, user.ToString());
    }
}

/// <summary>People on platforms as a table.</summary>
internal sealed class IdentityProjection() : Projection<IdentityEvent>(
    "identities", 1, "identity", AudienceJson.Default.IdentityEvent, Identities)
{
    /// <summary><c>person</c> is who he is in the pool: the user when it is known, else the identity itself.</summary>
    public static readonly Table Identities = new("identity",
    [
        Column.TextKey("id"), Column.Text("platform"), Column.Number("seen_at"), Column.Text("person"),
    ], "person, seen_at, id");

    protected override void Project(string key, IdentityEvent happened, JournalRow row, ViewBatch views)
    {
        var identity = views.Row(Identities, key);
        switch (happened)
        {
            case IdentityEvent.Seen e:
                identity.Set("platform", e.Platform).Set("seen_at", e.SeenAt).Set("person", key);
                break;
            case IdentityEvent.SeenEarlier e:
                identity.Set("seen_at", e.SeenAt);
                break;
            case IdentityEvent.Linked e:
                identity.Set("person", e.User.ToString());
                break;
            case IdentityEvent.Unlinked:
                identity.Set("person", key);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}
