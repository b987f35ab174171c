using CsCheck;
using Xunit;

namespace Ale.Imports;

public sealed class ImportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImportTerms Terms = new("online-retail", "gb", new string('a', 64));

    private static readonly ImportDocument Document = new(
    [
        new(ImportLineKind.Product, "85123A", null, -2, -510, false),
        new(ImportLineKind.Unmatched, "85123A", null, -4, -1_020, true),
        new(ImportLineKind.Charge, null, "POST", 1, 1_800, false),
        new(ImportLineKind.Unpriced, "22139", null, 23, 0, false),
    ], ["i1-536365"]);

    [Fact]
    public void An_import_is_opened_once_and_other_terms_are_refused()
    {
        var (reply, events) = Import.New().Decide(Terms, "i1", Noon);
        Assert.Equal(new ImportInfo("i1", Terms), reply.Value);
        var opened = events.Aggregate(Import.New(), (i, e) => i.Apply(e));
        var (again, none) = opened.Decide(Terms with { }, "i1", Noon.AddDays(400));
        Assert.Equal(reply.Value, again.Value);
        Assert.Empty(none);
        Assert.All([Terms with { Source = "x" }, Terms with { Market = "cn" }, Terms with { Sha256 = new('b', 64) }],
            other => Assert.Equal("import.changed", opened.Decide(other, "i1", Noon).Reply.Refusal?.Code));
    }

    [Fact]
    public void A_document_is_recorded_once_and_any_other_content_is_refused()
    {
        var (reply, events) = ImportPaper.New().Decide(Document, "i1", "C536379", Noon);
        Assert.Equal(new ImportDocumentInfo("i1", "C536379", 4, 1), reply.Value);
        var recorded = events.Aggregate(ImportPaper.New(), (i, e) => i.Apply(e));
        var (again, none) = recorded.Decide(new([.. Document.Lines], [.. Document.OrderIds]), "i1", "C536379", Noon);
        Assert.Equal(reply.Value, again.Value);
        Assert.Empty(none);
        ImportDocument[] others =
        [
            Document with { OrderIds = [] },
            Document with { Lines = Document.Lines.RemoveAt(3) },
            Document with { Lines = Document.Lines.SetItem(0, Document.Lines[0] with { Quantity = -3 }) },
            Document with { Lines = Document.Lines.SetItem(1, Document.Lines[1] with { IsPart = false }) },
            Document with { Lines = [Document.Lines[1], Document.Lines[0], Document.Lines[2], Document.Lines[3]] },
        ];
        Assert.All(others, other =>
            Assert.Equal("import.changed", recorded.Decide(other, "i1", "C536379", Noon).Reply.Refusal?.Code));
    }

    [Fact]
    public void Any_document_again_makes_no_event_also_after_a_replay() => Gen.Select(
        Gen.Select(Gen.Enum<ImportLineKind>(), Gen.Int[-9, 9], Gen.Long[-999, 999], Gen.Bool).Array[0, 20],
        Gen.Int[0, 99].Array[0, 5]).Sample((lines, orders) =>
    {
        var document = new ImportDocument(
            [.. lines.Select(l => new ImportLine(
                l.Item1, l.Item4 ? "K1" : null, l.Item4 ? null : "POST", l.Item2, l.Item3, l.Item4))],
            [.. orders.Select(o => $"o{o}")]);
        var happened = Assert.Single(ImportPaper.New().Decide(document, "i1", "1", Noon).Events);
        var read = System.Text.Json.JsonSerializer.Deserialize(
            System.Text.Json.JsonSerializer.Serialize(happened, ImportPaper.EventJson), ImportPaper.EventJson)!;
        Assert.Equal(happened, read);
        var (reply, none) = ImportPaper.New().Apply(read).Decide(document, "i1", "1", Noon);
        Assert.Null(reply.Refusal);
        Assert.Empty(none);
    });

    [Fact]
    public void Stored_events_of_imports_stay_readable() => GoldenLines.Check(
        "Imports/Import.golden.jsonl", Import.EventJson, new ImportEvent.Opened(Terms, Noon));

    [Fact]
    public void Stored_events_of_documents_stay_readable() => GoldenLines.Check(
        "Imports/ImportDocument.golden.jsonl", ImportPaper.EventJson, new ImportDocumentEvent.Recorded(Document, Noon));
}
