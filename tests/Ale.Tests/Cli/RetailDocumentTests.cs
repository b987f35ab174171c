using System.Collections.Immutable;
using CsCheck;
using Xunit;

namespace Ale.Cli;

public sealed class RetailDocumentTests
{
    private static readonly DateTimeOffset Morning = new(2010, 12, 1, 8, 0, 0, TimeSpan.Zero);

    private static RetailInvoice Invoice(
        string no, string? customer, params (string Code, int Quantity, long Price)[] lines) =>
        new(no, customer, Morning, [.. lines.Select((l, i) => new RetailLine(i + 2, l.Code, "", l.Quantity, l.Price))]);

    private static ImmutableArray<RetailDocument> Fold(params RetailInvoice[] invoices) =>
        RetailDocument.Fold(invoices);

    private static string Lines(RetailDocument document) => string.Join(" ", document.Lines.Select(
        l => $"{l.Kind}:{l.Sku ?? l.Code}:{l.Quantity}:{l.AmountMinor}{(l.Part == true ? ":part" : "")}"));

    private static string Returns(RetailDocument document) => string.Join(" ", document.Returns.Select(
        r => $"{r.OrderNo}({string.Join(",", r.Lines.Select(l => $"{l.Sku}x{l.Quantity}"))})"));

    [Fact]
    public void An_order_keeps_its_lines_and_charges_and_the_document_the_rest()
    {
        var document = Fold(Invoice("1", "7", ("10001", 2, 150), ("10001", 3, 140), ("POST", 1, 1800), ("10002", 4, 0),
            ("D", -1, 500), ("10003", -1, 200), ("PADS", 1, 0))).Single();

        Assert.Equal([(2, 150L), (3, 140L)], document.OrderLines.Select(l => (l.Quantity, l.PriceMinor)));
        Assert.Equal([1800L, -500L], document.Charges.Select(l => l.AmountMinor));
        Assert.Equal("unpriced:10002:4:0 unpriced:PADS:1:0", Lines(document));
        Assert.Equal(["10003"], document.Ignored.Select(l => l.Code));
    }

    [Theory]
    [InlineData("POST", 1, 1800, "charge:POST:1:1800")]
    [InlineData("BANK CHARGES", 1, 1500, "charge:BANK-CHARGES:1:1500")]
    [InlineData("B", 1, -50, "charge:B:1:-50")]
    [InlineData("10001", 3, 0, "unpriced:10001:3:0")]
    [InlineData("10001", -3, 0, "unpriced:10001:-3:0")]
    [InlineData("10001", -3, 100, "")]
    [InlineData("10001", 0, 100, "")]
    public void An_invoice_without_priced_units_is_no_order(string code, int quantity, long priceMinor, string expected)
    {
        var document = Fold(Invoice("A1", null, (code, quantity, priceMinor))).Single();
        Assert.False(document.IsOrder);
        Assert.Equal(expected, Lines(document));
    }

    [Fact]
    public void A_return_takes_the_oldest_purchase_first_over_orders()
    {
        var documents = Fold(
            Invoice("1", "7", ("10001", 2, 150), ("10001", 1, 140)), Invoice("2", "7", ("10001", 5, 130)),
            Invoice("C3", "7", ("10001", -4, 999)), Invoice("C4", "7", ("10001", -2, 999), ("10001", -1, 999)),
            Invoice("C5", "7", ("10001", -2, 50)));

        Assert.Equal("1(10001x3) 2(10001x1)", Returns(documents[2]));
        Assert.Equal("2(10001x3)", Returns(documents[3]));
        Assert.Equal("2(10001x1)", Returns(documents[4]));
        Assert.Equal("product:10001:-4:-3996", Lines(documents[2]));
        Assert.Equal("product:10001:-1:-50 unmatched:10001:-1:-50:part", Lines(documents[4]));
    }

    [Fact]
    public void Other_customers_later_purchases_and_guests_do_not_match()
    {
        var documents = Fold(
            Invoice("1", "7", ("10001", 5, 100)), Invoice("2", null, ("10001", 5, 100)),
            Invoice("C3", "8", ("10001", -1, 100)), Invoice("C4", null, ("10001", -1, 100)),
            Invoice("C5", "7", ("10002", -1, 100)), Invoice("6", "7", ("10002", 1, 100)));

        Assert.All(documents, d => Assert.Empty(d.Returns));
        var cancellations = documents.Where(d => d.Invoice.IsCancellation);
        Assert.All(cancellations, d => Assert.Equal("unmatched", d.Lines.Single().Kind));
    }

    [Fact]
    public void A_cancellation_lists_its_charges_and_unpriced_lines_and_ignores_units_going_out()
    {
        var document = Fold(Invoice("C1", "7", ("D", -1, 2750), ("10001", -1, 0), ("10001", 4, 100))).Single();

        Assert.Equal("charge:D:-1:-2750 unpriced:10001:-1:0", Lines(document));
        Assert.Equal(4, document.Ignored.Single().Quantity);
    }

    [Fact]
    public void Returns_never_exceed_purchases_and_nothing_asked_back_is_forgotten() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[1, 9]).Array[0, 40].Sample(steps =>
        {
            var invoices = steps.Select((s, i) => Invoice($"{(s.Item1 ? "C" : "")}{i}",
                s.Item2 == 0 ? null : $"{s.Item2}", ($"1000{s.Item3}", s.Item1 ? -s.Item4 : s.Item4, 100)));
            var documents = Fold([.. invoices]);
            var bought = documents.SelectMany(d => d.OrderLines, (d, l) => (d.Invoice.No, l.Code, l.Quantity))
                .ToDictionary(b => (b.No, b.Code), b => b.Quantity);
            var returned = documents.SelectMany(d => d.Returns).SelectMany(r => r.Lines, (r, l) => (r.OrderNo, l))
                .GroupBy(r => (r.OrderNo, r.l.Sku), r => r.l.Quantity);
            Assert.All(returned, r => Assert.True(r.Sum() <= bought[r.Key]));
            Assert.All(documents.Where(d => d.Invoice.IsCancellation), d =>
            {
                var listed = d.Lines.ToLookup(l => l.Kind, l => -l.Quantity);
                var asked = -d.Invoice.Lines.Sum(l => l.Quantity);
                Assert.Equal(asked, listed["product"].Sum() + listed["unmatched"].Sum());
                Assert.Equal(listed["product"].Sum(), d.Returns.Sum(r => r.Lines.Sum(l => l.Quantity)));
            });
        });

    [Theory]
    [InlineData("BANK CHARGES", "BANK-CHARGES")]
    [InlineData("gift_0001_20", "gift_0001_20")]
    [InlineData("£", "X-")]
    public void A_charges_code_becomes_an_id(string code, string expected)
    {
        Assert.Equal(expected, DocumentLine.ChargeCode(code));
        Assert.True(Limits.IsId(DocumentLine.ChargeCode(code)));
    }
}
