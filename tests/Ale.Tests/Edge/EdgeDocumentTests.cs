using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Ale.Edge;

[Trait("needs", "server")]
public sealed class EdgeDocumentTests : IAsyncLifetime
{
    internal sealed record Receipt(int Quantity, string? Batch) : IValidated
    {
        public void Validate(Problems p) => p.Quantity("quantity", Quantity);
    }

    internal sealed record Stock(string Sku, int OnHand);

    private EdgeHost host = null!;

    public async ValueTask InitializeAsync() => host = await EdgeHost.Start(api =>
    {
        var sku = api.MapGroup("/skus/{sku}").WithTags("stock");
        sku.MapPut("/receipts/{id}", (SkuCode sku, Id id, Receipt body, EdgeCall edge) =>
                edge.Run(_ => Task.FromResult<Outcome<Stock>>(new Stock(sku, body.Quantity))))
            .Allow(Permission.StockWrite).WithExample(new Receipt(500, "b-1"));
        sku.MapPatch("", (SkuCode sku, ExpectedVersion version, CommandKey key, Receipt body) => "ok")
            .Allow(Permission.StockWrite).WithName("changeSku");
        api.MapGet("/orders", (PageRequest page, Caller caller, EdgeCall edge) =>
            edge.Run(_ => Task.FromResult<Outcome<Page<Stock>>>(new Page<Stock>([], null))))
                .Allow(Permission.OrderRead);
        api.MapPost("/payments/events", () => "ok").Open();
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private async Task<JsonNode> Document() => (await host.Get("/openapi/v1.json", role: null)).Json;

    [Fact]
    public async Task Every_operation_has_a_name_and_says_who_may_call_it()
    {
        var document = await Document();
        var ids = new HashSet<string>();
        foreach (var (path, item) in document["paths"]!.AsObject())
            foreach (var (method, operation) in item!.AsObject())
            {
                Assert.True(ids.Add((string)operation!["operationId"]!), $"{method} {path}");
                var open = operation["x-ale-roles"] is null;
                Assert.Equal(open, path.StartsWith("/health", StringComparison.Ordinal)
                    || path == "/api/payments/events");
                if (!open) Assert.NotEmpty(operation["x-ale-roles"]!.AsArray());
                Assert.Equal(open, operation["security"] is null);
            }
        Assert.Contains("changeSku", ids);
        Assert.Contains("putSkusSkuReceiptsId", ids);
        var receipt = document["paths"]!["/api/skus/{sku}/receipts/{id}"]!["put"]!;
        Assert.Equal("""["ops","service"]""", receipt["x-ale-roles"]!.ToJsonString());
        Assert.Equal("""["stock_write"]""", receipt["x-ale-permissions"]!.ToJsonString());
        Assert.Equal("""["stock"]""", receipt["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task Parameters_replies_problems_and_examples_are_described()
    {
        var paths = (await Document())["paths"]!;
        var receipt = paths["/api/skus/{sku}/receipts/{id}"]!["put"]!;
        Assert.Equal(["path sku", "path id"], Parameters(receipt));
        Assert.Equal(["200", "400", "401", "403", "404", "409", "503"],
            receipt["responses"]!.AsObject().Select(response => response.Key).Order());
        Assert.NotNull(receipt["responses"]!["200"]!["content"]!["application/json"]!["schema"]);
        Assert.NotNull(receipt["responses"]!["409"]!["content"]!["application/problem+json"]!["schema"]);
        Assert.Equal(500, (int)receipt["requestBody"]!["content"]!["application/json"]!["example"]!["quantity"]!);
        Assert.Equal(["path sku", "header If-Match", "header Idempotency-Key"],
            Parameters(paths["/api/skus/{sku}"]!["patch"]!));
        Assert.Equal(["query limit", "query after", "header Ale-At"], Parameters(paths["/api/orders"]!["get"]!));

        static IEnumerable<string> Parameters(JsonNode operation) =>
            operation["parameters"]!.AsArray().Select(parameter => $"{parameter!["in"]} {parameter["name"]}");
    }

    [Fact]
    public async Task The_document_names_no_server_and_is_the_same_each_time()
    {
        var text = (await host.Get("/openapi/v1.json", role: null)).Text;
        Assert.DoesNotContain("http://", text);
        Assert.DoesNotContain("127.0.0.1", text);
        Assert.Equal(text, (await host.Get("/openapi/v1.json", role: null)).Text);
    }

    [Fact]
    public async Task The_reference_page_is_for_operators_and_loads_nothing_from_elsewhere()
    {
        (await host.Get("/reference/", role: "service")).IsProblem(403, "auth.forbidden");
        var page = await host.Get("/reference/", role: "ops");
        Assert.Equal(200, page.Status);
        Assert.Equal("text/html", page.MediaType);
        Assert.DoesNotMatch(new Regex("(src|href)=[\"'](https?:)?//", RegexOptions.IgnoreCase), page.Text);
        Assert.Empty(Regex.Matches(page.Text, "https?://[^\"'\\s<]+").Select(match => match.Value));
        Assert.Contains("connect-src 'self'", page.Headers["Content-Security-Policy"]);
        foreach (var script in new[] { "scalar.js", "scalar.aspnetcore.js" })
        {
            Assert.Contains(script, page.Text);
            var answer = await host.Get("/reference/" + script, role: "ops");
            Assert.Equal((200, "text/javascript"), (answer.Status, answer.MediaType));
            Assert.NotEmpty(answer.Text);
        }
    }
}
