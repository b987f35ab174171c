using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Approvals;

/// <summary>Approvals, and who decided what, as tables.</summary>
internal sealed class ApprovalProjection()
    : Projection<ApprovalEvent>("approval", 1, "approval", ApprovalJson.Default.ApprovalEvent, Approvals, Votes)
{
    /// <summary><c>state</c> is <c>open</c>, <c>approved</c>, <c>rejected</c>, <c>expired</c> or
    /// <c>withdrawn</c>.</summary>
    public static readonly Table Approvals = new("approval",
    [
        Column.TextKey("id"), Column.Text("kind"), Column.Text("title"), Column.Text("subject"), Column.Text("role"),
        Column.Text("asked_by"), Column.Number("quorum"), Column.Sum("approvals"), Column.Text("state"),
        Column.Number("asked_at"), Column.Number("expires_at"), Column.Number("closed_at"), Column.Text("reason"),
    ], "asked_at, id", "state, asked_at, id");

    /// <summary>One row a person and approval; <c>decision</c> is <c>approve</c> or <c>reject</c>.</summary>
    public static readonly Table Votes = new("approval_vote",
    [
        Column.TextKey("approval_id"), Column.TextKey("person"), Column.Text("decision"), Column.Text("reason"),
        Column.Number("at"),
    ], "person, at");

    protected override void Project(string key, ApprovalEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case ApprovalEvent.Asked { Question: var q } e:
                var kind = ApprovalIds.TryParse(key, out var named, out _) ? named : "";
                views.Row(Approvals, key).Set("kind", kind).Set("title", q.Title).Set("subject", q.Subject)
                    .Set("role", q.Role).Set("asked_by", q.AskedBy).Set("quorum", q.Quorum)
                    .Set("state", NameOf(ApprovalState.Open)).Set("asked_at", e.At).Set("expires_at", e.ExpiresAt);
                break;
            case ApprovalEvent.Voted e:
                if (e.Decision == ApprovalDecision.Approve) views.Row(Approvals, key).Add("approvals", 1);
                views.Row(Votes, key, e.By).Set("decision", e.Decision.ToString().ToLowerInvariant())
                    .Set("reason", e.Reason).Set("at", e.At);
                break;
            case ApprovalEvent.Escalated:
                break;
            case ApprovalEvent.Closed e:
                views.Row(Approvals, key).Set("state", NameOf(e.State)).Set("closed_at", e.At)
                    .Set("reason", e.Reason);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(ApprovalState state) => state.ToString().ToLowerInvariant();
}
