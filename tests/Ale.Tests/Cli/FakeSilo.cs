using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ale.Cli;

/// <summary>One request as the silo saw it; the body is the JSON text.</summary>
internal sealed record Recorded(string Method, string Path, string? Key, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>
/// A silo that keeps orders and stock in dictionaries and records what it is asked. Faults are injected by
/// <see cref="Before"/>, which may answer in its place.
/// </summary>
internal sealed class FakeSilo : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Stock> stocks = new();
    private readonly ConcurrentDictionary<string, Order> orders = new();
    private readonly Lock gate = new();

    private sealed class Stock
    {
        public long Received, Held, Sold;
    }

    private sealed class Order
    {
        public required List<(string Sku, long Quantity, long PriceMinor)> Lines { get; init; }
        public string State { get; set; } = "awaiting_payment";
    }

    private FakeSilo(WebApplication app) => this.app = app;

    public ConcurrentQueue<Recorded> Requests { get; } = new();

    /// <summary>True when it has answered; the request is recorded all the same.</summary>
    public Func<HttpContext, Recorded, Task<bool>> Before { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Sells what is not there: what a demo must notice.</summary>
    public bool Oversells { get; set; }

    public string Settled { get; set; } = """{"parked":0,"retrying":0}""";

    public string Verify { get; set; } = "";

    public string Url =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<FakeSilo> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var silo = new FakeSilo(builder.Build());
        silo.app.Run(silo.Answer);
        await silo.app.StartAsync();
        return silo;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    public static Task Problem(HttpContext context, int status, string code, string detail = "no")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { status, title = code, detail, code }));
    }

    private async Task Answer(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new Recorded(context.Request.Method, context.Request.Path.Value!,
            context.Request.Headers["Idempotency-Key"].FirstOrDefault(), await reader.ReadToEndAsync());
        Requests.Enqueue(request);
        if (await Before(context, request)) return;
        var parts = request.Path.Trim('/').Split('/');
        var (status, reply) = Decide(request, parts);
        if (status >= 400) await Problem(context, status, reply);
        else
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(reply);
        }
    }

    private (int Status, string Reply) Decide(Recorded request, string[] parts)
    {
        lock (gate)
            return (request.Method, parts) switch
            {
                ("GET", ["api", "settled"]) => (200, Settled),
                ("GET", ["api", "imports", _]) => (200, JsonSerializer.Serialize(
                    RetailModel.RecordedWeek, CliJson.Default.ImportFigures)),
                ("GET", ["api", "skus", var sku, "stock"]) => (200, State(sku)),
                ("POST", ["api", "verify"]) => (200, Verify),
                ("PUT", ["api", "skus", var sku, "receipts", _]) => Receive(sku, request),
                ("PUT", ["api", "orders", var id]) => Place(id, request),
                ("POST", ["api", "orders", var id, "pay"]) =>
                    Move(id, "paid", """{"paymentId":"p","state":"captured"}"""),
                ("POST", ["api", "orders", var id, "cancel"]) => Move(id, "cancelled", "{}"),
                _ => (200, "{}"),
            };
    }

    private (int, string) Receive(string sku, Recorded request)
    {
        stocks.GetOrAdd(sku, _ => new Stock()).Received = request.Json["quantity"]!.GetValue<long>();
        return (200, "{}");
    }

    private (int, string) Place(string id, Recorded request)
    {
        if (!orders.TryGetValue(id, out var order))
        {
            order = new Order
            {
                Lines = [.. request.Json["lines"]!.AsArray().Select(l => (l!["sku"]!.GetValue<string>(),
                    l["quantity"]!.GetValue<long>(), l["priceMinor"]?.GetValue<long>() ?? 100))],
            };
            var demand = order.Lines.GroupBy(l => l.Sku)
                .Select(g => (Stock: stocks[g.Key], Units: g.Sum(l => l.Quantity)));
            if (!Oversells && demand.Any(d => d.Stock.Received - d.Stock.Held - d.Stock.Sold < d.Units))
                return (409, "stock.sold_out");
            foreach (var (stock, units) in demand) stock.Held += units;
            orders[id] = order;
        }
        var goods = order.Lines.Sum(l => l.Quantity * l.PriceMinor);
        return (200, $$"""{"id":"{{id}}","state":"{{order.State}}","payableMinor":{{goods}}}""");
    }

    private (int, string) Move(string id, string to, string reply)
    {
        var order = orders[id];
        foreach (var (sku, units, _) in order.Lines)
        {
            var stock = stocks[sku];
            if (order.State == "awaiting_payment") stock.Held -= units;
            if (order.State == "paid") stock.Sold -= units;
            if (to == "paid") stock.Sold += units;
        }
        order.State = to;
        return (200, reply);
    }

    private string State(string sku)
    {
        var stock = stocks[sku];
        var onHand = stock.Received - stock.Sold;
        return JsonSerializer.Serialize(
            new StockReply(sku, onHand, stock.Held, stock.Sold, 0, onHand - stock.Held), CliJson.Default.StockReply);
    }
}
