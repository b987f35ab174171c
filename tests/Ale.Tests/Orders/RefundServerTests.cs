using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Payments;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Xunit;

namespace Ale.Orders;

/// <summary>The refund desk as agents, approvers and finance meet it, on both stores.</summary>
[Trait("needs", "server")]
public sealed class RefundServerTests
{
    private const double Soon = 30;
    private const string All = """{"lines":[{"sku":"SKU","quantity":1}],"reason":"torn"}""";

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task SHP_04_The_limit_runs_by_itself_above_it_another_person_agrees_and_from_5000_two(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Returned(http, "rf-auto", 200_00);
        await Refund(http, "rf-auto", "paid");

        await Returned(http, "rf-one", 200_01);
        var one = await Refund(http, "rf-one", "waiting", r => r["approvalId"] is not null);
        Assert.Equal((1, 0, "ann"), ((int)one["quorum"]!, (int)one["attempts"]!, (string)one["askedBy"]!));
        await Order(http, "rf-one", "waiting", 200_01);
        (await Decide(http, one, "ann")).IsProblem(403, "approval.own");
        (await Decide(http, one, "bob")).Ok();
        await Refund(http, "rf-one", "paid");
        await Order(http, "rf-one", "paid", 200_01);

        await Returned(http, "rf-two", 5_000_00);
        var two = await Refund(http, "rf-two", "waiting", r => r["approvalId"] is not null);
        (await Decide(http, two, "bob")).Ok();
        Assert.Equal("waiting", (string)(await Refund(http, "rf-two", "waiting"))["state"]!);
        (await Decide(http, two, "bob", "k2")).IsProblem(409, "approval.twice");
        (await Decide(http, two, "cem")).Ok();
        await Refund(http, "rf-two", "paid");
        await Verified(http);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task SHP_04_A_rejected_refund_pays_nothing_keeps_the_goods_back_and_may_be_asked_for_anew(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Returned(http, "rf-no", 300_00);
        var refund = await Refund(http, "rf-no", "waiting", r => r["approvalId"] is not null);
        (await Decide(http, refund, "bob", decision: "reject")).Ok();
        var rejected = await Refund(http, "rf-no", "rejected");
        Assert.Equal("rejected", (string)rejected["note"]!);
        await Order(http, "rf-no", "rejected", 0);
        Assert.Equal((9, 0, 1), await Figures(http, "RF-NO"));

        var path = $"/api/refunds/{refund["id"]}";
        var asked = (await http.Post($"{path}/retry", null, "finance", "fin", (CommandKey.Header, "k1"))).Ok();
        Assert.Equal("waiting", (string)asked.Json["state"]!);
        (await http.Post($"{path}/retry", null, "finance", "fin", (CommandKey.Header, "k2")))
            .IsProblem(409, "refund.underway");
        var again = await Refund(http, "rf-no", "waiting",
            r => (string?)r["approvalId"] != (string?)refund["approvalId"]);
        (await Decide(http, again, "fin")).IsProblem(403, "approval.own");
        (await Decide(http, again, "ann")).IsProblem(403, "approval.own"); // she asked first
        (await Decide(http, again, "bob")).Ok();
        await Refund(http, "rf-no", "paid");
        await Order(http, "rf-no", "paid", 300_00);
        (await http.Post($"{path}/retry", null, "finance", "fin")).IsProblem(409, "refund.paid");
        await Verified(http);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task O04_Paid_but_sold_out_is_paid_back_by_itself_and_stands_in_the_queue(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        foreach (var (order, price) in new[] { ("o04-small", 200_00L), ("o04-large", 300_00L) })
        {
            await Placed(http, order, price);
            (await http.Post($"/api/orders/{order}/pay", """{"method":"local","outcome":"late"}""")).Ok();
            (await http.Put($"/api/skus/{order}/adjustments/gone", """{"delta":-10,"reason":"lost"}""")).Ok();
            var cancelled = await new Func<Task<Answer>>(() => http.Get($"/api/orders/{order}"))
                .Until(o => (string)o.Json["state"]! == "cancelled", Soon);
            Assert.Equal("stock", (string)cancelled.Json["reason"]!);
        }

        await Refund(http, "o04-small", "paid", reference: "cancel");
        // Above the limit it is in the queue, for a person who is not the buyer.
        var large = await Refund(http, "o04-large", "waiting", r => r["approvalId"] is not null, "cancel");
        Assert.Null(large["askedBy"]);
        var queue = await new Func<Task<Answer>>(() => http.Get(
            "/api/refunds?state=waiting&cause=stock&orderId=o04-large", "finance"))
            .Until(list => list.Json["items"]!.AsArray().Count == 1, Soon);
        Assert.Equal(300_00, (long)queue.Json["items"]![0]!["amountMinor"]!);
        Assert.Contains("o04-large", (await http.Get("/api/refunds?cause=stock", "finance",
            headers: ("Accept", "text/csv"))).Ok().Text);
        (await Decide(http, large, "bob")).Ok();
        await Refund(http, "o04-large", "paid", reference: "cancel");
        Assert.Equal("paid", (string)(await http.Get("/api/orders/o04-large")).Ok().Json["refunds"]![0]!["state"]!);
        (await http.Get("/api/refunds", "user", "u1")).IsProblem(403, "auth.forbidden");
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task S05_Units_taken_from_a_waiting_cart_are_refused_before_payment_and_stand_as_a_shortfall(
        string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Placed(http, "s05-a", 1_000);
        foreach (var later in new[] { "s05-b", "s05-c" })
        {
            (await http.Put($"/api/orders/{later}", """{"lines":[{"sku":"s05-a","quantity":2}]}""")).Ok();
        }

        (await http.Put("/api/skus/s05-a/adjustments/lost", """{"delta":-8,"reason":"lost"}""")).Ok();
        var stock = (await http.Get("/api/skus/s05-a/stock")).Ok().Json;
        Assert.Equal((2, 5, 0), ((long)stock["onHand"]!, (long)stock["held"]!, (long)stock["available"]!));
        var item = await new Func<Task<Answer>>(() =>
            http.Get($"/api/inbox/{Stock.StockDesk.ShortfallItemOf("S05-A", "lost")}", "ops"))
            .Until(a => a.Status == 200, Soon);
        Assert.Equal("3 units of S05-A are held and not there; youngest holds: s05-c/1, s05-b/1",
            (string)item.Json["title"]!);

        const string local = """{"method":"local"}""";
        (await http.Post("/api/orders/s05-c/pay", local)).IsProblem(409, "stock.sold_out");
        (await http.Post("/api/orders/s05-b/pay", local)).IsProblem(409, "stock.sold_out");
        (await http.Post("/api/orders/s05-a/pay", local)).Ok();
        Assert.Equal("paid", (string)(await http.Get("/api/orders/s05-a")).Ok().Json["state"]!);
        (await http.Put("/api/skus/s05-a/receipts/more", """{"quantity":1}""")).Ok();
        (await http.Post("/api/orders/s05-b/pay", local)).Ok(); // there again
        (await http.Post("/api/orders/s05-c/pay", local)).IsProblem(409, "stock.sold_out");
        await Verified(http);
    }

    [Fact]
    public async Task SHP_04_A_payout_that_fails_for_a_day_has_an_owner_until_it_is_paid_once()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var broken = new BrokenAcquirer();
        await using (var before = await TestSilo.StartWith(broken.Put, database))
        {
            await Returned(before.Http, "rf-fail", 100);
            var first = await Refund(before.Http, "rf-fail", "paying", r => (int)r["attempts"]! == 1);
            Assert.Equal("TimeoutException", (string)first["note"]!);
            var wait = (DateTimeOffset)first["nextTryAt"]! - (DateTimeOffset)first["askedAt"]!;
            Assert.InRange(wait.TotalSeconds, 60, 60 + Soon);
            await Order(before.Http, "rf-fail", "paying", 100);
        }

        await using var after = await TestSilo.StartWith(broken.Put, database,
            settings: "--Ale:Test:ClockOffset=1.00:00:05");
        var http = after.Http;
        var failed = await Refund(http, "rf-fail", "failed");
        await Order(http, "rf-fail", "failed", 100);
        var item = await new Func<Task<Answer>>(() => http.Get("/api/inbox?state=open", "finance"))
            .Until(list => Items(list).Any(i => (string)i!["kind"]! == "refund_failed"), Soon);
        var of = Items(item).Single(i => (string)i!["kind"]! == "refund_failed")!;
        Assert.Equal($"refund/{failed["id"]}", (string)of["subject"]!);

        broken.IsMended = true;
        (await http.Post($"/api/refunds/{failed["id"]}/retry", null, "finance", "fin")).Ok();
        await Refund(http, "rf-fail", "paid");
        await Order(http, "rf-fail", "paid", 100);
        await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{of["id"]}", "finance"))
            .Until(a => (string)a.Json["state"]! == "done", Soon);
        Assert.True(broken.Asked.Count >= 3);
        var only = Assert.Single(broken.Asked.Distinct()); // always in the same words: it pays once
        Assert.StartsWith("pay-", only.PaymentId); // and to where the money came from
        await Verified(http);
    }

    private static JsonArray Items(Answer list) => list.Json["items"]!.AsArray();

    /// <summary>Ten came; one is sold and has come back, on an agent's word.</summary>
    private static async Task Returned(SiloHttp http, string order, long priceMinor)
    {
        await Placed(http, order, priceMinor);
        (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
        (await http.Put($"/api/orders/{order}/returns/r1", All.Replace("SKU", order), "service", "ann")).Ok();
    }

    private static async Task Placed(SiloHttp http, string order, long priceMinor)
    {
        (await http.Put($"/api/skus/{order}", $$"""
            {"title":"Tea","priceMinor":{{priceMinor}},"currency":"CNY","market":"cn"}
            """)).Ok();
        (await http.Put($"/api/skus/{order}/receipts/first", """{"quantity":10}""")).Ok();
        (await http.Put($"/api/orders/{order}", $$"""{"lines":[{"sku":"{{order}}","quantity":1}]}""")).Ok();
    }

    private static async Task<JsonNode> Refund(
        SiloHttp http, string order, string state, Func<JsonNode, bool>? more = null, string reference = "r1") =>
        (await new Func<Task<Answer>>(() => http.Get($"/api/refunds/{RefundKeys.IdOf(order, reference)}", "finance"))
            .Until(a => a.Status == 200 && (string)a.Json["state"]! == state && more?.Invoke(a.Json) != false, Soon))
            .Json;

    private static Task Order(SiloHttp http, string order, string state, long refundMinor) =>
        new Func<Task<Answer>>(() => http.Get($"/api/orders/{order}")).Until(
            o => (string)o.Json["refunds"]![0]!["state"]! == state && (long)o.Json["refundMinor"]! == refundMinor,
            Soon);

    private static Task<Answer> Decide(
        SiloHttp http, JsonNode refund, string by, string key = "k1", string decision = "approve") =>
        http.Post($"/api/approvals/{refund["approvalId"]}/decide",
            $$"""{"decision":"{{decision}}","reason":"looked at"}""", "approver", by, (CommandKey.Header, key + by));

    private static async Task<(long OnHand, long Sold, long Quarantine)> Figures(SiloHttp http, string sku)
    {
        var stock = (await http.Get($"/api/skus/{sku}/stock")).Ok().Json;
        return ((long)stock["onHand"]!, (long)stock["sold"]!, (long)stock["quarantine"]!);
    }

    private static async Task Verified(SiloHttp http)
    {
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, Soon);
        Assert.Contains("\"ok\":true", (await http.Post("/api/verify", role: "ops")).Ok().Text);
    }

    /// <summary>Takes money, and does not give it back before it is mended.</summary>
    private sealed class BrokenAcquirer
    {
        public bool IsMended { get; set; }

        public ConcurrentQueue<RefundRequest> Asked { get; } = new();

        public void Put(IServiceCollection services) => services.AddSingleton<LocalAcquirer>()
            .AddSingleton<IAcquirer>(s => new Port(this, s.GetRequiredService<LocalAcquirer>()));

        private sealed class Port(BrokenAcquirer all, LocalAcquirer local) : IAcquirer
        {
            public Refusal? WhyNot(string method, string? outcome) => local.WhyNot(method, outcome);

            public Task Capture(CaptureRequest request, IGrainFactory grains) => local.Capture(request, grains);

            public Task<Refusal?> Refund(RefundRequest request, IGrainFactory grains)
            {
                all.Asked.Enqueue(request);
                return all.IsMended ? local.Refund(request, grains) : throw new TimeoutException("away");
            }
        }
    }
}
