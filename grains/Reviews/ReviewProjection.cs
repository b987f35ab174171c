using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Reviews;

/// <summary>Reviews as a table.</summary>
internal sealed class ReviewProjection()
    : Projection<ReviewEvent>("review", 1, "review", ReviewJson.Default.ReviewEvent, Reviews)
{
    /// <summary>
    /// <c>state</c> is <c>open</c>, <c>accepted</c>, <c>refused</c> or <c>expired</c>; <c>effect_state</c> is empty
    /// until the effect is <c>done</c> or <c>failed</c>.
    /// </summary>
    public static readonly Table Reviews = new("review",
    [
        Column.TextKey("id"), Column.Text("kind"), Column.Text("title"), Column.Text("subject"),
        Column.Text("finding"), Column.Text("proposal"), Column.Text("role"), Column.Text("effect"),
        Column.Text("argument"), Column.Number("asked_end"), Column.Text("state"), Column.Text("effect_state"),
        Column.Text("effect_refusal"), Column.Text("opened_by"), Column.Number("opened_at"),
        Column.Number("expires_at"), Column.Text("closed_by"), Column.Number("closed_at"), Column.Text("reason"),
    ], "opened_at, id", "state, role, opened_at, id");

    protected override void Project(string key, ReviewEvent happened, JournalRow row, ViewBatch views)
    {
        var review = views.Row(Reviews, key);
        switch (happened)
        {
            case ReviewEvent.Opened { Terms: var t } e:
                review.Set("kind", t.Kind).Set("title", t.Title).Set("subject", t.Subject).Set("finding", t.Finding)
                    .Set("proposal", t.Proposal).Set("role", t.Role).Set("effect", t.Effect?.Name)
                    .Set("argument", t.Effect?.Argument).Set("asked_end", t.ExpiresAt)
                    .Set("state", NameOf(ReviewState.Open)).Set("opened_by", e.By).Set("opened_at", e.At)
                    .Set("expires_at", e.ExpiresAt);
                break;
            case ReviewEvent.Closed e:
                review.Set("state", NameOf(e.State)).Set("closed_by", e.By).Set("closed_at", e.At)
                    .Set("reason", e.Reason);
                break;
            case ReviewEvent.Settled e:
                review.Set("effect_state", e.Refusal is null ? "done" : "failed").Set("effect_refusal", e.Refusal);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(ReviewState state) => state.ToString().ToLowerInvariant();
}
