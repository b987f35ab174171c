using System.Collections.Immutable;

namespace Ale.Cli;

/// <summary>Units of one order that one cancellation gives back.</summary>
internal sealed record RetailReturn(string OrderNo, ImmutableArray<ReturnLine> Lines);

/// <summary>
/// What one invoice means. With <c>OrderLines</c> it is an order (<c>Charges</c> are then kept on it); a cancellation
/// may have <c>Returns</c>; <c>Lines</c> are what no order keeps and the import's document does; <c>Ignored</c> lines
/// are shown and change nothing.
/// </summary>
internal sealed record RetailDocument(RetailInvoice Invoice)
{
    public ImmutableArray<RetailLine> OrderLines { get; init; } = [];
    public ImmutableArray<RetailLine> Charges { get; init; } = [];
    public ImmutableArray<RetailReturn> Returns { get; init; } = [];
    public ImmutableArray<DocumentLine> Lines { get; init; } = [];
    public ImmutableArray<RetailLine> Ignored { get; init; } = [];

    public bool IsOrder => !OrderLines.IsEmpty;

    /// <summary>Every invoice in the file's order; returns are matched with what stands before them.</summary>
    public static ImmutableArray<RetailDocument> Fold(IEnumerable<RetailInvoice> invoices)
    {
        var purchases = new Purchases();
        var documents = ImmutableArray.CreateBuilder<RetailDocument>();
        foreach (var invoice in invoices)
            documents.Add(invoice.IsCancellation ? Cancellation(invoice, purchases) : Sale(invoice, purchases));
        return documents.ToImmutable();
    }

    private static RetailDocument Sale(RetailInvoice invoice, Purchases purchases)
    {
        var orderLines = invoice.Lines.Where(l => l is { IsPriced: true, IsProduct: true, Quantity: > 0 });
        var charges = invoice.Lines.Where(l => l is { IsPriced: true, IsProduct: false });
        var unpriced = invoice.Lines.Where(l => !l.IsPriced).Select(l => DocumentLine.Of(l, "unpriced"));
        var document = new RetailDocument(invoice)
        {
            OrderLines = [.. orderLines],
            Ignored = [.. invoice.Lines.Where(l => l is { IsPriced: true, IsProduct: true, Quantity: <= 0 })],
        };
        if (!document.IsOrder)
            return document with { Lines = [.. unpriced, .. charges.Select(l => DocumentLine.Of(l, "charge"))] };
        foreach (var line in document.OrderLines) purchases.Add(invoice, line);
        return document with { Lines = [.. unpriced], Charges = [.. charges] };
    }

    private static RetailDocument Cancellation(RetailInvoice invoice, Purchases purchases)
    {
        var lines = ImmutableArray.CreateBuilder<DocumentLine>();
        var ignored = ImmutableArray.CreateBuilder<RetailLine>();
        var returned = new OrderedDictionary<(string OrderNo, string Sku), int>();
        foreach (var line in invoice.Lines)
        {
            if (!line.IsPriced) lines.Add(DocumentLine.Of(line, "unpriced"));
            else if (!line.IsProduct) lines.Add(DocumentLine.Of(line, "charge"));
            else if (line.Quantity >= 0) ignored.Add(line);
            else
            {
                var unmatched = purchases.Take(invoice, line.Code, -line.Quantity, (orderNo, units) =>
                    returned[(orderNo, line.Code)] = returned.GetValueOrDefault((orderNo, line.Code)) + units);
                var matched = -line.Quantity - unmatched;
                if (matched > 0) lines.Add(DocumentLine.Of(line with { Quantity = -matched }, "product"));
                if (unmatched > 0)
                    lines.Add(DocumentLine.Of(line with { Quantity = -unmatched }, "unmatched") with
                    {
                        Part = matched > 0 ? true : null,
                    });
            }
        }
        var returns = returned.GroupBy(r => r.Key.OrderNo, StringComparer.Ordinal).Select(order => new RetailReturn(
            order.Key, [.. order.Select(r => new ReturnLine(r.Key.Sku, r.Value))]));
        return new RetailDocument(invoice)
        {
            Lines = lines.ToImmutable(),
            Returns = [.. returns],
            Ignored = ignored.ToImmutable(),
        };
    }

    /// <summary>What each customer has bought and not returned, oldest first.</summary>
    private sealed class Purchases
    {
        private readonly Dictionary<(string Customer, string Sku), Queue<Purchase>> open = [];

        public void Add(RetailInvoice invoice, RetailLine line)
        {
            if (invoice.Customer is not { } customer) return;
            if (!open.TryGetValue((customer, line.Code), out var queue)) open[(customer, line.Code)] = queue = new();
            queue.Enqueue(new Purchase { OrderNo = invoice.No, Left = line.Quantity });
        }

        /// <summary>Takes up to <paramref name="units"/>; what nobody bought is left over.</summary>
        public int Take(RetailInvoice invoice, string sku, int units, Action<string, int> taken)
        {
            if (invoice.Customer is not { } customer || !open.TryGetValue((customer, sku), out var queue)) return units;
            while (units > 0 && queue.TryPeek(out var oldest))
            {
                var part = Math.Min(units, oldest.Left);
                taken(oldest.OrderNo, part);
                units -= part;
                if ((oldest.Left -= part) == 0) queue.Dequeue();
            }
            return units;
        }

        private sealed class Purchase
        {
            public required string OrderNo { get; init; }
            public int Left { get; set; }
        }
    }
}
