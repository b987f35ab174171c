using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Ale.Cli;

/// <summary>
/// Sells a retail order file again. Every id derives from the file's hash, so a second run, or one that goes on where
/// another was killed, changes nothing and ends with the same figures. Orders and returns of one customer follow each
/// other; customers and guests run side by side, at most <paramref name="parallel"/> requests at a time.
/// </summary>
/// <param name="http">The silo.</param>
/// <param name="file">What was sold.</param>
/// <param name="market">The market whose policy holds.</param>
/// <param name="parallel">Requests at a time, at least 1.</param>
/// <param name="speed">Recorded seconds a second; nothing: as fast as it goes.</param>
/// <param name="log">Where refusals and progress are told.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayOrders(
    AleHttp http, RetailFile file, string market, int parallel, double? speed, TextWriter log, TimeProvider time)
{
    public const string Currency = "GBP", Source = "online-retail";

    /// <summary>Refusals told one by one; the rest are only counted.</summary>
    private const int ToldMax = 20;

    private static readonly ImmutableHashSet<string> Paid =
        ["paid", "shipped", "delivered", "refunded", "partly_refunded"];

    private readonly string import = file.ImportId;
    private readonly ImmutableArray<RetailDocument> documents = file.Documents;
    private readonly ImmutableHashSet<string> firstOrders =
        [.. file.Documents.Where(d => d.IsOrder && d.Invoice.Customer is not null)
            .DistinctBy(d => d.Invoice.Customer).Select(d => d.Invoice.No)];
    private readonly ConcurrentDictionary<string, int> refused = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> ordersRefused = new(StringComparer.Ordinal);
    private int told, skusDone, documentsDone;

    public string Progress => $"replay: {skusDone} SKUs, {documentsDone} of {documents.Length} invoices";

    /// <summary>Runs to the last figure. Whoever is denied, or finds the silo gone for good, fails at once.</summary>
    public async Task<ReplayReport> Run(CancellationToken ct)
    {
        foreach (var (document, line) in documents.SelectMany(d => d.Ignored, (d, line) => (d, line)))
            await log.WriteLineAsync($"line {line.Row}: {line.Quantity} units on {document.Invoice.No} ignored");
        var start = time.GetTimestamp();
        var body = new ImportBody(Source, market, file.Sha256);
        var known = await http.Put($"api/imports/{import}", body, CliJson.Default.ImportBody, ct);
        if (!known.IsOk) throw new CommandFailed(known.Line);
        await Stock(ct);
        await Sell(ct);
        await http.Settle(ct);
        var figures = await http.Get($"api/imports/{import}", ct);
        return new ReplayReport
        {
            Figures = figures.Read(CliJson.Default.ImportFigures),
            Refused = new SortedDictionary<string, int>(refused, StringComparer.Ordinal),
            Seconds = Math.Round(time.GetElapsedTime(start).TotalSeconds, 3),
        };
    }

    /// <summary>Creates each SKU sold and receives exactly what the file sells of it; no levels are set.</summary>
    private Task Stock(CancellationToken ct)
    {
        var skus = documents.SelectMany(d => d.OrderLines).GroupBy(l => l.Code, StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = ct };
        return Parallel.ForEachAsync(skus, options, async (lines, ct) =>
        {
            var title = lines.Select(l => l.Title).FirstOrDefault(t => t.Length > 0) ?? lines.Key;
            if (title.Length > Limits.TextLengthMax) title = title[..Limits.TextLengthMax];
            var sku = new SkuBody(title, lines.First().PriceMinor, Currency, market);
            var reply = await http.Put($"api/skus/{lines.Key}", sku, CliJson.Default.SkuBody, ct);
            // A SKU that is there with another title or price will do: each order line brings its own price.
            if (!IsChanged(reply)) await Allowed(reply);
            var receipt = new ReceiptBody(lines.Sum(l => (long)l.Quantity));
            var receipts = $"api/skus/{lines.Key}/receipts/{import}";
            await Allowed(await http.Put(receipts, receipt, CliJson.Default.ReceiptBody, ct));
            Interlocked.Increment(ref skusDone);
        });
    }

    private async Task Sell(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var slots = new SemaphoreSlim(parallel);
        Exception? first = null;
        var chains = new Dictionary<string, Task>(StringComparer.Ordinal);
        var tasks = new List<Task>(documents.Length);
        var (start, from) = (time.GetTimestamp(), documents.IsEmpty ? default : documents[0].Invoice.At);

        async Task Step(RetailDocument document, Task? earlier)
        {
            try
            {
                if (earlier is not null) await earlier;
                await slots.WaitAsync(stop.Token);
                try
                {
                    await One(document, stop.Token);
                }
                finally
                {
                    slots.Release();
                }
            }
            catch (Exception e)
            {
                // The first fault is the cause; what it cancels says nothing new.
                if (e is not OperationCanceledException) Interlocked.CompareExchange(ref first, e, null);
                await stop.CancelAsync();
            }
        }

        foreach (var document in documents)
        {
            if (speed is { } perSecond) await Until((document.Invoice.At - from) / perSecond, start, stop.Token);
            if (stop.IsCancellationRequested) break;
            var earlier = document.Invoice.Customer is { } customer ? chains.GetValueOrDefault(customer) : null;
            var step = Step(document, earlier);
            tasks.Add(step);
            if (document.Invoice.Customer is { } who) chains[who] = step;
        }
        await Task.WhenAll(tasks);
        if (first is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for a recorded instant; ends early, without a fault, when the replay is stopped.</summary>
    private async Task Until(TimeSpan due, long start, CancellationToken stop)
    {
        var wait = due - time.GetElapsedTime(start);
        if (wait <= TimeSpan.Zero) return;
        await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task One(RetailDocument document, CancellationToken ct)
    {
        var invoice = document.Invoice;
        if (firstOrders.Contains(invoice.No))
        {
            var customer = invoice.Customer!;
            var reply = await http.Put($"api/users/{customer}", new UserBody(market), CliJson.Default.UserBody, ct);
            if (!IsChanged(reply)) await Allowed(reply);
        }
        if (document.IsOrder && !await Order(document, ct)) ordersRefused[invoice.No] = true;
        foreach (var returned in document.Returns.Where(r => !ordersRefused.ContainsKey(r.OrderNo)))
        {
            var body = new ReturnBody(returned.Lines, $"invoice {invoice.No}");
            var path = $"api/orders/{Id(returned.OrderNo)}/returns/{Id(invoice.No)}-{returned.OrderNo}";
            await Allowed(await http.Put(path, body, CliJson.Default.ReturnBody, ct));
        }
        var paper = new DocumentBody(document.Lines, document.IsOrder ? [Id(invoice.No)] : []);
        await Allowed(await http.Put(
            $"api/imports/{import}/documents/{invoice.No}", paper, CliJson.Default.DocumentBody, ct));
        Interlocked.Increment(ref documentsDone);
    }

    /// <summary>Orders and pays. An order that a former run has paid is only asked for.</summary>
    private async Task<bool> Order(RetailDocument document, CancellationToken ct)
    {
        var (invoice, id) = (document.Invoice, Id(document.Invoice.No));
        var reply = await http.Put($"api/orders/{id}", Body(document), CliJson.Default.OrderBody, ct);
        if (!await Allowed(reply)) return false;
        if (Paid.Contains(reply.Read(CliJson.Default.OrderReply).State)) return true;
        var pay = await http.Post(
            $"api/orders/{id}/pay", $"{id}-pay", new PayBody("local"), CliJson.Default.PayBody, ct);
        if (!await Allowed(pay)) return false;
        var payment = pay.Read(CliJson.Default.PayReply);
        return payment.State is not ("failed" or "parked")
            || await Refuse($"payment.{payment.State}", $"the payment of order {id} is {payment.State}");
    }

    private OrderBody Body(RetailDocument document) => new(
        [.. document.OrderLines.Select(l => new OrderLine(l.Code, l.Quantity, l.PriceMinor))])
    {
        UserId = document.Invoice.Customer,
        Charges = document.Charges.IsEmpty
            ? null
            : [.. document.Charges.Select(l => new OrderCharge(DocumentLine.ChargeCode(l.Code), l.AmountMinor))],
        RecordedAt = document.Invoice.At,
    };

    private string Id(string invoiceNo) => $"{import}-{invoiceNo}";

    private static bool IsChanged(HttpReply reply) =>
        reply.Status == 409 && reply.Code.EndsWith(".changed", StringComparison.Ordinal);

    private async Task<bool> Allowed(HttpReply reply)
    {
        if (reply.IsDenied) throw new CommandFailed(reply.Line);
        return reply.IsOk || await Refuse(reply.Code, reply.Line);
    }

    private async Task<bool> Refuse(string code, string line)
    {
        refused.AddOrUpdate(code, 1, (_, n) => n + 1);
        if (Interlocked.Increment(ref told) <= ToldMax) await log.WriteLineAsync(line);
        return false;
    }
}
