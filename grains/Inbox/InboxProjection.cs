using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Inbox;

/// <summary>Inbox items as a table.</summary>
internal sealed class InboxProjection()
    : Projection<InboxEvent>("inbox", 1, "inbox", InboxJson.Default.InboxEvent, Items)
{
    /// <summary><c>severity</c> is <c>notice</c>, <c>warning</c> or <c>alarm</c>; <c>state</c> open or done.</summary>
    public static readonly Table Items = new("inbox",
    [
        Column.TextKey("id"), Column.Text("kind"), Column.Text("title"), Column.Text("subject"), Column.Text("role"),
        Column.Text("severity"), Column.Number("due_at"), Column.Text("state"), Column.Text("opened_by"),
        Column.Number("opened_at"), Column.Text("done_by"), Column.Number("done_at"), Column.Text("reason"),
    ], "opened_at, id", "state, role, opened_at, id");

    protected override void Project(string key, InboxEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case InboxEvent.Opened { Terms: var t } e:
                views.Row(Items, key).Set("kind", t.Kind).Set("title", t.Title).Set("subject", t.Subject)
                    .Set("role", t.Role).Set("severity", NameOf(t.Severity)).Set("due_at", t.DueAt)
                    .Set("state", NameOf(InboxState.Open)).Set("opened_by", e.By).Set("opened_at", e.At);
                break;
            case InboxEvent.Retold { Terms: var t }:
                views.Row(Items, key).Set("title", t.Title).Set("severity", NameOf(t.Severity)).Set("due_at", t.DueAt);
                break;
            case InboxEvent.Finished e:
                views.Row(Items, key).Set("state", NameOf(InboxState.Done)).Set("done_by", e.By).Set("done_at", e.At)
                    .Set("reason", e.Reason);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A severity's name in the table.</summary>
    public static string NameOf(InboxSeverity severity) => severity.ToString().ToLowerInvariant();

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(InboxState state) => state.ToString().ToLowerInvariant();
}
