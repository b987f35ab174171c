using System.Diagnostics;
using System.Text.Json;
using Ale.Kernel;

namespace Ale.Registers;

/// <summary>Register entries as a table.</summary>
internal sealed class RegisterProjection()
    : Projection<RegisterEvent>("register", 1, "register", RegisterJson.Default.RegisterEvent, Entries)
{
    /// <summary>
    /// An entry ends at the first of <c>valid_to</c>, <c>superseded_at</c> and <c>withdrawn_at</c>; one that is empty
    /// ends nothing. <c>attributes</c> is a JSON list of name and value.
    /// </summary>
    public static readonly Table Entries = new("register_entry",
    [
        Column.TextKey("kind"), Column.TextKey("subject"), Column.TextKey("id"), Column.Text("title"),
        Column.Text("attributes"), Column.Number("valid_from"), Column.Number("valid_to"), Column.Text("supersedes"),
        Column.Text("asked_role"), Column.Text("role"), Column.Text("entered_by"), Column.Number("entered_at"),
        Column.Text("superseded_by"), Column.Number("superseded_at"), Column.Text("withdrawn_by"),
        Column.Number("withdrawn_at"), Column.Text("reason"), Column.Number("warned_at"),
    ], "entered_at, kind, subject, id", "kind, entered_at", "valid_to");

    protected override void Project(string key, RegisterEvent happened, JournalRow row, ViewBatch views)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        ViewRow Row(string id) => views.Row(Entries, key[..slash], key[(slash + 1)..], id);
        switch (happened)
        {
            case RegisterEvent.Entered { Terms: var t } e:
                Row(e.Id).Set("title", t.Title).Set("attributes",
                        JsonSerializer.Serialize(t.Attributes, RegisterJson.Default.ImmutableArrayRegisterAttribute))
                    .Set("valid_from", t.ValidFrom).Set("valid_to", t.ValidTo).Set("supersedes", t.Supersedes)
                    .Set("asked_role", t.Role).Set("role", e.Role).Set("entered_by", e.By).Set("entered_at", e.At);
                if (t.Supersedes is { } old) Row(old).Set("superseded_by", e.Id).Set("superseded_at", t.ValidFrom);
                break;
            case RegisterEvent.Withdrawn e:
                Row(e.Id).Set("withdrawn_by", e.By).Set("withdrawn_at", e.At).Set("reason", e.Reason);
                break;
            case RegisterEvent.Expiring e:
                Row(e.Id).Set("warned_at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}
