using System.Globalization;
using System.Text;
using Ale.Edge;
using Ale.Payments;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Orders;

/// <summary>Buying, paying and giving back over HTTP in a whole silo; each test has SKUs and users of its
/// own.</summary>
[Trait("needs", "server")]
public sealed class OrderHttpTests
{
    private static int made;
    private readonly string _id = "oh" + Interlocked.Increment(ref made).ToString(CultureInfo.InvariantCulture);
    private TestSilo _silo = null!;

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_03_A_declined_payment_releases_the_hold_and_earns_nothing(string store)
    {
        await Begin(store, ("A", 5));
        await Place("1", "A", 2);
        Assert.Equal((5, 2, 0), await Stock("A"));
        var paid = await Pay("1", "k1", "failed");
        Assert.Equal((200, "cancelled"), (paid.Status, (string)paid.Json["state"]!));
        Assert.Equal((5, 0, 0), await Stock("A"));
        var order = (await _silo.Http.Get(Path("1"))).Ok().Json;
        Assert.Equal(("cancelled", "payment", 0L),
            ((string)order["state"]!, (string)order["reason"]!, (long)order["pointsEarned"]!));
        Assert.Equal((0, 0), await Points());
        Assert.Equal("order.cancelled", (string)(await Pay("1", "k2", "captured")).Json["code"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task USR_01_USR_06_First_and_later_orders_earn_and_a_return_takes_points_units_and_money_back(
        string store)
    {
        await Begin(store, ("A", 9));
        await Place("1", "A", 3);
        (await Pay("1", "k")).Ok();
        await Place("2", "A", 1);
        (await Pay("2", "k")).Ok();
        Assert.Equal((100, 2), await Points()); // 30 whole pounds × 3, then 10 × 1
        var back = await _silo.Http.Put($"{Path("1")}/returns/r1", Lines("A", 1, "\"reason\":\"torn\""));
        Assert.Equal((1000L, 30L), ((long)back.Ok().Json["refundMinor"]!, (long)back.Json["pointsReversed"]!));
        var refunded = await ((Func<Task<Answer>>)(() => _silo.Http.Get(Path("1"))))
            .Until(a => (string)a.Json["state"]! == "partly_refunded");
        Assert.Equal("partly_refunded", (string)refunded.Json["state"]!);
        var at = ("Ale-At", refunded.Headers["Ale-At"]);
        Assert.Equal([$"{_id}-1"], await Listed("partly_refunded"));
        Assert.Equal([$"{_id}-2"], await Listed("paid"));
        Assert.Empty(await Listed("refunded"));
        Assert.Equal(400, (await _silo.Http.Get("/api/orders?state=gone")).Status);
        Assert.Equal("order.return_exceeds", (string)(await _silo.Http.Put(
            $"{Path("1")}/returns/r2", Lines("A", 3, "\"reason\":\"torn\""))).Json["code"]!);

        var returned = Assert.Single((await _silo.Http.Get($"/api/returns?state=refunded&orderId={_id}-1", headers: at))
            .Ok().Json["items"]!.AsArray())!;
        Assert.Equal(("r1", "torn", 1, 1000L, "GBP"), ((string)returned["id"]!, (string)returned["reason"]!,
            (int)returned["units"]!, (long)returned["refundMinor"]!, (string)returned["currency"]!));
        Assert.Empty((await _silo.Http.Get($"/api/returns?state=accepted&orderId={_id}-1", headers: at))
            .Ok().Json["items"]!.AsArray());
        (await _silo.Http.Get("/api/returns", "user", _id)).IsProblem(403, "auth.forbidden");

        async Task<IEnumerable<string>> Listed(string state) =>
            (await _silo.Http.Get($"/api/orders?userId={_id}&state={state}", headers: at)).Ok().Json["items"]!.AsArray()
                .Select(o => (string)o!["id"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_03_A_declined_payment_gives_the_coupon_back(string store)
    {
        await Begin(store, ("A", 5));
        (await _silo.Http.Put($"/api/coupons/{_id}", """
            {"offMinor":300,"currency":"GBP","pool":1,"perUserMax":1,"startsAt":"2020-01-01T00:00:00Z",
             "endsAt":"2090-01-01T00:00:00Z","source":"test"}
            """)).Ok();
        var claim = $"/api/coupons/{_id}/claims/{_id}";
        var code = (string)(await _silo.Http.Put(claim)).Ok().Json["code"]!;
        var body = Lines("A", 1, $"\"userId\":\"{_id}\",\"coupon\":\"{code}\"");
        Assert.Equal((300L, 700L), Off(await _silo.Http.Put(Path("1"), body)));
        (await Pay("1", "k", "failed")).Ok();
        Assert.Equal((300L, 700L), Off(await _silo.Http.Put(Path("2"), body))); // free again
        (await Pay("2", "k")).Ok();
        Assert.Equal("redeemed", (string)(await _silo.Http.Put(claim)).Ok().Json["state"]!);
        Assert.Equal((21, 1), await Points()); // of 7.00, and none of the first

        static (long, long) Off(Answer a) => ((long)a.Ok().Json["discountMinor"]!, (long)a.Json["payableMinor"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task O01_Who_pays_when_his_hold_has_ended_gets_free_units_or_his_money_back(string store)
    {
        await Begin(store);
        foreach (var sku in new[] { "A", "B" })
        {
            (await _silo.Http.Put($"/api/skus/{Sku(sku)}",
                """{"title":"T","priceMinor":1000,"currency":"GBP","market":"gb","holdSeconds":1}""")).Ok();
            (await _silo.Http.Put($"/api/skus/{Sku(sku)}/receipts/r", """{"quantity":1}""")).Ok();
        }

        await Place("1", "A", 1);
        await Place("2", "B", 1);
        foreach (var order in new[] { "1", "2" })
        {
            var ended = await ((Func<Task<Answer>>)(() => _silo.Http.Get(Path(order))))
                .Until(a => (string)a.Json["state"]! == "cancelled");
            Assert.Equal("expired", (string)ended.Json["reason"]!);
        }

        await Place("3", "B", 1);
        (await Pay("3", "k")).Ok(); // the unit is another's now
        Assert.Equal("paid", (string)(await Pay("1", "k")).Ok().Json["state"]!);
        Assert.Equal("cancelled", (string)(await Pay("2", "k")).Ok().Json["state"]!);
        Assert.Equal("stock", (string)(await _silo.Http.Get(Path("2"))).Json["reason"]!);
        Assert.Equal(((0, 0, 1), (0, 0, 1)), (await Stock("A"), await Stock("B")));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task TEC_03_The_same_key_pays_once_and_has_the_same_answer(string store)
    {
        await Begin(store, ("A", 5));
        await Place("1", "A", 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Pay("1", "k")));
        Assert.Single(answers.Select(a => a.Ok().Text).Distinct());
        Assert.Equal((4, 0, 1), await Stock("A"));
        Assert.Equal((30, 1), await Points());
        Assert.Equal("order.already_paid", (string)(await Pay("1", "k2")).Json["code"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task O03_O07_A_double_click_and_a_webhook_at_once_make_one_order_and_one_capture(string store)
    {
        await Begin(store, ("A", 5));
        var placed = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Place("1", "A", 2)));
        Assert.Single(placed.Select(a => a.Text).Distinct());
        Assert.Equal((5, 2, 0), await Stock("A"));
        var answers = await Task.WhenAll(Pay("1", "k"), Event("e1", "captured", 20_00), Event("e2", "captured", 20_00));
        Assert.All(answers.Skip(1), a => Assert.Equal(200, a.Status));
        Assert.Equal("paid", (string)(await _silo.Http.Get(Path("1"))).Json["state"]!);
        Assert.Equal((3, 0, 2), await Stock("A"));
        Assert.Equal((60, 1), await Points());
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task Payment_events_that_do_not_fit_are_parked_and_forged_ones_are_refused(string store)
    {
        await Begin(store, ("A", 5));
        Assert.Equal("parked", await State(Event("e1", "captured", 10_00))); // before its order
        Assert.Equal(404, (await _silo.Http.Get(Path("1"))).Status);
        await Place("1", "A", 1);
        Assert.Equal("paid", (string)(await _silo.Http.Get(Path("1"))).Json["state"]!); // taken up
        await Place("2", "A", 1);
        Assert.Equal("parked", await State(Event("e2", "captured", 9_99, "2")));
        Assert.Equal("parked", await State(Event("e3", "captured", 10_00, "2", "USD")));
        Assert.Equal("parked", await State(Event("e4", "refunded", 10_00, "2")));
        Assert.Equal("parked", await State(Event("e2", "captured", 9_99, "2"))); // again
        Assert.Equal("payment.changed", (string)(await Event("e2", "captured", 10_00, "2")).Json["code"]!);
        Assert.Equal("awaiting_payment", (string)(await _silo.Http.Get(Path("2"))).Json["state"]!);
        foreach (var bad in new[] { null, "", "t=1,v1=00", Sign("{}"u8.ToArray()),
            Sign(Body("e5", 10_00), minutes: -6) })
            (await Event("e5", "captured", 10_00, "2", signature: bad ?? "none"))
                .IsProblem(401, "payment.bad_signature");
        Assert.Equal("applied", await State(Event("e5", "captured", 10_00, "2")));
        Assert.Equal("applied", await State(Event("e5", "captured", 10_00, "2"))); // replayed
        Assert.Equal((3, 0, 2), await Stock("A"));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task O05_A_cancelled_order_leaves_stock_and_points_as_they_were(string store)
    {
        await Begin(store, ("A", 5), ("B", 5));
        var body = $$"""{"userId":"{{_id}}","lines":[{"sku":"{{Sku("A")}}","quantity":2},{"sku":"{{Sku("B")}}","quantity":1}]}""";
        (await _silo.Http.Put(Path("1"), body)).Ok();
        (await Pay("1", "k")).Ok();
        Assert.Equal((3, 0, 2), await Stock("A"));
        var cancelled = await _silo.Http.Post($"{Path("1")}/cancel", "{}", headers: ("Idempotency-Key", "c"));
        Assert.Equal("cancelled", (string)cancelled.Ok().Json["state"]!);
        Assert.Equal(((5, 0, 0), (5, 0, 0)), (await Stock("A"), await Stock("B")));
        Assert.Equal(0, (await Points()).Points);
        (await _silo.Http.Post($"{Path("1")}/cancel", "{}", headers: ("Idempotency-Key", "c"))).Ok();
        Assert.Equal("order.cancelled",
            (string)(await _silo.Http.Post($"{Path("1")}/ship", "{}", headers: ("Idempotency-Key", "s")))
                .Json["code"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task S02_S03_Lines_of_one_SKU_are_summed_before_the_check_and_never_wait_for_each_other(string store)
    {
        await Begin(store, ("A", 3), ("B", 3));
        string Two(int first, int second) => $$"""
            {"userId":"{{_id}}","lines":[{"sku":"{{Sku("A")}}","quantity":{{first}}},{"sku":"{{Sku("B")}}","quantity":1},
             {"sku":"{{Sku("A").ToLowerInvariant()}}","quantity":{{second}}}]}
            """;
        var refused = await _silo.Http.Put(Path("1"), Two(2, 2));
        refused.IsProblem(409, "stock.sold_out");
        Assert.Equal(Sku("A"), (string)refused.Json["sku"]!);
        Assert.Equal(((3, 0, 0), (3, 0, 0)), (await Stock("A"), await Stock("B")));
        (await _silo.Http.Put(Path("1"), Two(2, 1))).Ok(); // the next attempt
        Assert.Equal(((3, 3, 0), (3, 1, 0)), (await Stock("A"), await Stock("B")));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task S15_Who_cannot_have_one_line_does_not_keep_another_buyer_from_his(string store)
    {
        await Begin(store, ("A", 100), ("B", 2), ("C", 100));
        var basket = $$"""
            {"lines":[{"sku":"{{Sku("A")}}","quantity":1},{"sku":"{{Sku("B")}}","quantity":3},{"sku":"{{Sku("C")}}","quantity":1}]}
            """;
        var many = Enumerable.Range(0, 20).Select(i => _silo.Http.Put(Path($"b{i}"), basket)).ToArray();
        (await Place("2", "B", 2)).Ok();
        Assert.All(await Task.WhenAll(many), a => a.IsProblem(409, "stock.sold_out"));
        Assert.Equal(((100, 0, 0), (2, 2, 0)), (await Stock("A"), await Stock("B")));
    }

    private async Task Begin(string store, params (string Sku, int Units)[] stock)
    {
        _silo = await TestSilo.On(store);
        (await _silo.Http.Put($"/api/users/{_id}", """{"market":"gb"}""")).Ok();
        foreach (var (sku, units) in stock)
        {
            (await _silo.Http.Put($"/api/skus/{Sku(sku)}", """{"title":"T","priceMinor":1000,"currency":"GBP","market":"gb"}""")).Ok();
            (await _silo.Http.Put($"/api/skus/{Sku(sku)}/receipts/r", $$"""{"quantity":{{units}}}""")).Ok();
        }
    }

    private string Sku(string name) => $"{_id}-{name}".ToUpperInvariant();

    private string Path(string order) => $"/api/orders/{_id}-{order}";

    private string Lines(string sku, int quantity, string more) =>
        $$"""{"lines":[{"sku":"{{Sku(sku)}}","quantity":{{quantity}}}],{{more}}}""";

    private async Task<Answer> Place(string order, string sku, int quantity) =>
        (await _silo.Http.Put(Path(order), Lines(sku, quantity, $"\"userId\":\"{_id}\""))).Ok();

    private Task<Answer> Pay(string order, string key, string outcome = "captured") => _silo.Http.Post(
        $"{Path(order)}/pay", $$"""{"method":"local","outcome":"{{outcome}}"}""", headers: ("Idempotency-Key", key));

    private async Task<(int OnHand, int Held, int Sold)> Stock(string sku)
    {
        var stock = (await _silo.Http.Get($"/api/skus/{Sku(sku)}/stock")).Ok().Json;
        return ((int)stock["onHand"]!, (int)stock["held"]!, (int)stock["sold"]!);
    }

    private async Task<(long Points, int Orders)> Points()
    {
        var user = (await _silo.Http.Get($"/api/users/{_id}")).Ok().Json;
        return ((long)user["points"]!, (int)user["orders"]!);
    }

    private byte[] Body(string eventId, long amount, string type = "captured", string order = "1",
        string currency = "GBP") =>
        Encoding.UTF8.GetBytes($$"""
            {"eventId":"{{_id}}-{{eventId}}","type":"{{type}}","orderId":"{{_id}}-{{order}}","amountMinor":{{amount}},
             "currency":"{{currency}}","at":"2026-06-01T12:00:00Z"}
            """);

    private string Sign(byte[] body, int minutes = 0) => PaymentSignature.Sign(
        body, TimeProvider.System.GetUtcNow().AddMinutes(minutes), _silo.Services.GetRequiredService<PaymentSecret>());

    private Task<Answer> Event(
        string eventId, string type, long amount, string order = "1", string currency = "GBP", string? signature = null)
    {
        var body = Body(eventId, amount, type, order, currency);
        return _silo.Http.Post("/api/payments/events", Encoding.UTF8.GetString(body), role: null,
            headers: ("X-Ale-Signature", signature ?? Sign(body)));
    }

    private static async Task<string> State(Task<Answer> answer) => (string)(await answer).Ok().Json["state"]!;
}
