using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Imports;

/// <summary>Imports as a table.</summary>
internal sealed class ImportProjection()
    : Projection<ImportEvent>("import", 1, "import", ImportJson.Default.ImportEvent, Imports)
{
    public static readonly Table Imports = new("import",
    [
        Column.TextKey("id"), Column.Text("source"), Column.Text("market"), Column.Text("sha256"), Column.Number("at"),
    ]);

    protected override void Project(string key, ImportEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case ImportEvent.Opened e:
                views.Row(Imports, key).Set("source", e.Terms.Source).Set("market", e.Terms.Market)
                    .Set("sha256", e.Terms.Sha256).Set("at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}

/// <summary>Documents of imports with their lines and orders as tables.</summary>
internal sealed class ImportDocumentProjection() : Projection<ImportDocumentEvent>(
    "import_document", 1, "import_document", ImportJson.Default.ImportDocumentEvent, Documents, Lines, Orders)
{
    /// <summary><c>lines</c> and <c>orders</c> are how many.</summary>
    public static readonly Table Documents = new("import_document",
    [
        Column.TextKey("import"), Column.TextKey("no"), Column.Number("lines"), Column.Number("orders"),
        Column.Number("at"),
    ]);

    /// <summary><c>kind</c> is product, charge, unpriced or unmatched; <c>part</c> 1: rest of the line
    /// before.</summary>
    public static readonly Table Lines = new("import_line",
    [
        Column.TextKey("import"), Column.TextKey("document"), Column.NumberKey("no"), Column.Text("kind"),
        Column.Text("sku"), Column.Text("code"), Column.Number("quantity"), Column.Number("amount_minor"),
        Column.Number("part"),
    ]);

    /// <summary>The orders that an import names; the first document that names one is kept.</summary>
    public static readonly Table Orders = new("import_order",
    [
        Column.TextKey("import"), Column.TextKey("order_id"), Column.FirstText("document"),
    ]);

    protected override void Project(string key, ImportDocumentEvent happened, JournalRow row, ViewBatch views)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var (import, no) = (key[..slash], key[(slash + 1)..]);
        switch (happened)
        {
            case ImportDocumentEvent.Recorded e:
                views.Row(Documents, import, no).Set("lines", e.Content.Lines.Length)
                    .Set("orders", e.Content.OrderIds.Length).Set("at", e.At);
                for (var i = 0; i < e.Content.Lines.Length; i++)
                {
                    var line = e.Content.Lines[i];
                    views.Row(Lines, import, no, i).Set("kind", NameOf(line.Kind)).Set("sku", line.Sku)
                        .Set("code", line.Code).Set("quantity", line.Quantity).Set("amount_minor", line.AmountMinor)
                        .Set("part", line.IsPart);
                }

                foreach (var order in e.Content.OrderIds) views.Row(Orders, import, order).Set("document", no);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    private static string NameOf(ImportLineKind kind) => kind switch
    {
        ImportLineKind.Product => "product",
        ImportLineKind.Charge => "charge",
        ImportLineKind.Unpriced => "unpriced",
        ImportLineKind.Unmatched => "unmatched",
        _ => throw new UnreachableException($"Unknown kind {kind}"),
    };
}
