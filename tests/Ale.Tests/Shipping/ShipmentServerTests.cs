using System.Globalization;
using Ale.Edge;
using Xunit;

namespace Ale.Shipping;

/// <summary>Carriers and parcels as the dispatch desk meets them.</summary>
[Trait("needs", "server")]
public sealed class ShipmentServerTests
{
    private static string Now(double days = 0) =>
        TimeProvider.System.GetUtcNow().AddDays(days)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>SF and JD, who both go to the city alone; JD has the lower rank.</summary>
    private static async Task Carriers(SiloHttp http, string city)
    {
        foreach (var (id, rank) in new[] { ("sf", 2), ("jd", 1) })
        {
            (await http.Put($"/api/carriers/{id}-{city}", $$"""
                {"title":"{{id}}","rank":{{rank}},"currency":"CNY","cities":["{{city}}"],
                 "rates":[{"fromGrams":0,"minor":1200},{"fromGrams":1001,"minor":1500}]}
                """)).Ok();
        }
    }

    private static async Task Agreement(SiloHttp http, string city, string id, double days) => (await http.Put(
        $"/api/registers/{CarrierKeys.PriorityRegister}/sf-{city}:{city}/entries/{id}",
        $$"""{"title":"Priority dispatch","validFrom":"{{Now(-1)}}","validTo":"{{Now(days)}}"}""", "legal")).Ok();

    private static async Task Paid(SiloHttp http, string order)
    {
        var sku = order.ToUpperInvariant();
        (await http.Put($"/api/skus/{sku}",
            """{"title":"Tea","priceMinor":900,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/first", """{"quantity":10}""")).Ok();
        (await http.Put($"/api/orders/{order}", $$"""{"lines":[{"sku":"{{sku}}","quantity":2}]}""")).Ok();
        (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
    }

    private static Task<Answer> Track(SiloHttp http, string shipment, string id, string kind) =>
        http.Put($"/api/shipments/{shipment}/events/{id}", $$"""{"kind":"{{kind}}","at":"2026-06-19T12:00:00Z"}""");

    private static Task<Answer> Order(SiloHttp http, string order, string state) =>
        new Func<Task<Answer>>(() => http.Get($"/api/orders/{order}"))
            .Until(o => (string)o.Ok().Json["state"]! == state, 30);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_11_The_label_asks_SF_priority_while_its_agreement_is_valid_and_JD_when_it_lapses(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Carriers(http, "shanghai");
        await Agreement(http, "shanghai", "a2026", 10);
        await Paid(http, "shp-a");
        var body = """{"orderId":"shp-a","city":"Shanghai","grams":1200}""";
        var sent = (await http.Put("/api/shipments/shp-a1", body)).Ok().Json;
        Assert.Equal(("labelled", "sf-shanghai", true, "a2026", 1_500L), ((string)sent["state"]!,
            (string)sent["carrier"]!, (bool)sent["isPriority"]!, (string)sent["agreement"]!,
            (long)sent["freightMinor"]!));
        Assert.StartsWith("sf-shanghai-", (string)sent["labelId"]!, StringComparison.Ordinal);

        (await http.Post(
            $"/api/registers/{CarrierKeys.PriorityRegister}/sf-shanghai:shanghai/entries/a2026/withdraw",
            """{"reason":"over"}""", "legal")).Ok();
        var next = (await http.Put("/api/shipments/shp-a2", body)).Ok().Json;
        Assert.Equal(("jd-shanghai", false, null), ((string)next["carrier"]!, (bool)next["isPriority"]!,
            (string?)next["agreement"]));
        // What was sent stays with whom it was sent.
        Assert.Equal(sent.ToJsonString(), (await http.Put("/api/shipments/shp-a1", body)).Ok().Text);
        (await http.Put("/api/shipments/shp-a1", body.Replace("1200", "1"))).IsProblem(409, "shipment.changed");
        (await http.Put("/api/shipments/shp-a3", body.Replace("Shanghai", "nowhere")))
            .IsProblem(409, "carrier.not_served");
        (await http.Put("/api/shipments/shp-a3", """{"orderId":"shp-a"}""")).IsProblem(409, "order.no_ship_to");

        // Who is out of service gets no parcel.
        var paused = (await http.Send(HttpMethod.Patch, "/api/carriers/jd-shanghai", """{"isActive":false}""",
            headers: ("If-Match", "\"1\""))).Ok().Json;
        Assert.Equal((2, false), ((int)paused["version"]!, (bool)paused["isActive"]!));
        Assert.Equal("sf-shanghai",
            (string)(await http.Get("/api/carriers/choice?city=shanghai")).Ok().Json["carrier"]!);
        (await http.Send(HttpMethod.Patch, "/api/carriers/jd-shanghai", """{"rank":3}""",
            headers: ("If-Match", "\"1\""))).IsProblem(409, "carrier.stale");

        // The order follows its parcel, whatever the order of the news and however often they come.
        foreach (var kind in new[] { "in_transit", "picked", "in_transit" })
            (await Track(http, "shp-a1", $"e-{kind}", kind)).Ok();
        await Order(http, "shp-a", "shipped");
        (await Track(http, "shp-a1", "e-picked", "lost")).IsProblem(409, "shipment.changed");
        (await Track(http, "shp-a1", "e-delivered", "delivered")).Ok();
        await Order(http, "shp-a", "delivered");
        var again = (await Track(http, "shp-a1", "e-delivered", "delivered")).Ok();
        Assert.Equal("delivered", (string)again.Json["state"]!);
        (await Track(http, "shp-a2", "e1", "delivered")).Ok(); // another parcel of the order
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);
        Assert.Equal(0, (int)(await http.Get("/api/settled", "ops")).Json["parked"]!);
        Assert.Equal("delivered", (string)(await http.Get("/api/orders/shp-a")).Ok().Json["state"]!);
        var list = (await http.Get("/api/shipments?orderId=shp-a&state=delivered")).Ok().Json["items"]!.AsArray();
        Assert.Equal(["shp-a2", "shp-a1"], list.Select(s => (string)s!["id"]!));
    }

    [Fact]
    public async Task STK_11_An_agreement_lapses_by_its_term_alone()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var before = await TestSilo.Start(database))
        {
            await Carriers(before.Http, "suzhou");
            await Agreement(before.Http, "suzhou", "a2026", 10);
            Assert.Equal("sf-suzhou", await Choice(before.Http));
        }

        await using var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=11.00:00:00");
        Assert.Equal("jd-suzhou", await Choice(after.Http));

        static async Task<string> Choice(SiloHttp http) =>
            (string)(await http.Get("/api/carriers/choice?city=suzhou")).Ok().Json["carrier"]!;
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_11_A_carriers_file_is_taken_row_by_row_and_again_counts_nothing_twice(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Carriers(http, "wuxi");
        var labels = new string[2];
        foreach (var i in new[] { 0, 1 })
        {
            await Paid(http, $"shp-c{i}");
            var sent = (await http.Put($"/api/shipments/shp-c{i}", $$"""{"orderId":"shp-c{{i}}","city":"wuxi"}""")).Ok();
            labels[i] = (string)sent.Json["labelId"]!;
        }

        await new Func<Task<Answer>>(() => http.Get("/api/shipments?limit=500"))
            .Until(a => labels.All(label => a.Ok().Text.Contains(label, StringComparison.Ordinal)), 30);
        var file = $"at,kind,event,label,note\\n2026-06-19T12:00:00Z,delivered,e2,{labels[0]},\\\"door, left\\\"\\n"
            + $"2026-06-19T08:00:00Z,picked,e1,{labels[0]},\\n2026-06-19T08:00:00Z,picked,e1,{labels[1]},\\n"
            + "2026-06-19T08:00:00Z,picked,e1,unknown-1,\\n2026-06-19T08:00:00Z,lost,e1," + labels[1] + ",\\n";
        var first = (await Import(file)).Ok();
        Assert.Equal((5, 3), ((int)first.Json["rows"]!, (int)first.Json["accepted"]!));
        Assert.Equal(["5 shipment.unknown", "6 shipment.changed"],
            first.Json["refused"]!.AsArray().Select(r => $"{r!["line"]} {r["code"]}"));
        Assert.Equal(first.Text, (await Import(file)).Ok().Text);
        await Order(http, "shp-c0", "delivered");
        await Order(http, "shp-c1", "shipped");
        var shipment = (await http.Get("/api/shipments/shp-c0")).Ok().Json;
        Assert.Equal(["e1", "e2"], shipment["events"]!.AsArray().Select(e => (string)e!["id"]!));
        Assert.Equal("door, left", (string)shipment["events"]![1]!["note"]!);

        foreach (var bad in new[]
        {
            "", "label,event,kind\\n", "label,event,kind,at\\nx,e 1,picked,2026-06-19T08:00:00Z\\n",
            "label,event,kind,at\\nx,e1,stolen,2026-06-19T08:00:00Z\\n", "label,event,kind,at\\nx,e1,picked,noon\\n",
            "label,event,kind,at\\nx,e1,picked\\n", "label,event,kind,at\\nx,\\\"e1,picked,2026-06-19T08:00:00Z\\n",
        })
        {
            var answer = await Import(bad);
            Assert.Equal((400, "csv"), (answer.Status, (string?)answer.Json["errors"]?[0]?["field"]));
        }

        Task<Answer> Import(string csv) => http.Post("/api/shipments/events", $$"""{"csv":"{{csv}}"}""");
    }

    [Fact]
    public async Task STK_11_Only_a_paid_order_is_sent_and_a_parcel_that_strays_is_somebodys_to_look_at()
    {
        var http = (await TestSilo.Sqlite).Http;
        await Carriers(http, "ningbo");
        const string body = """{"orderId":"shp-s","city":"ningbo"}""";
        (await http.Put("/api/shipments/shp-s1", body)).IsProblem(404, "order.unknown");
        await Paid(http, "shp-s");
        (await http.Put("/api/shipments/shp-s1", body)).Ok();
        (await http.Put("/api/shipments/shp-s2", body)).Ok();
        (await Track(http, "shp-s1", "e1", "lost")).Ok();
        var stray = $"/api/inbox/{ShipmentReactions.StrayItem("shp-s1")}";
        await new Func<Task<Answer>>(() => http.Get(stray, "ops"))
            .Until(a => a.Status == 200 && (string)a.Json["state"]! == "open", 30);
        (await Track(http, "shp-s1", "e2", "delivered")).Ok();
        await new Func<Task<Answer>>(() => http.Get(stray, "ops"))
            .Until(a => (string)a.Json["state"]! == "done", 30);
        await Order(http, "shp-s", "delivered");

        // Cancelled between the label and the van: the parcel is under way all the same.
        await Paid(http, "shp-x");
        var other = body.Replace("shp-s", "shp-x");
        (await http.Put("/api/shipments/shp-x1", other)).Ok();
        (await http.Post("/api/orders/shp-x/cancel")).Ok();
        (await Track(http, "shp-x1", "e1", "picked")).Ok();
        await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{ShipmentReactions.OrderItem("shp-x1")}", "ops"))
            .Until(a => a.Status == 200 && (string)a.Json["severity"]! == "alarm", 30);
        (await http.Put("/api/shipments/shp-x1", other)).Ok(); // a repeat is told as ever
        (await http.Put("/api/shipments/shp-x2", other)).IsProblem(409, "shipment.order_not_paid");
        (await http.Get("/api/shipments/shp-x1", "user", "u1")).IsProblem(403, "auth.forbidden");
    }
}
