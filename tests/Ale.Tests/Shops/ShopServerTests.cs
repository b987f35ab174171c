using System.Globalization;
using Ale.Edge;
using Xunit;

namespace Ale.Shops;

/// <summary>Our stock and a shop's ledger in a process of its own, on both stores.</summary>
[Trait("needs", "server")]
public sealed class ShopServerTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_02_Both_sides_sell_and_hear_of_each_other_and_repeats_count_once(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await using var shop = await Connected(http, "tmall", 100, "SHOP-A");
        Assert.True(await shop.Sell("s1", "SHOP-A", 4)); // the shop tells it by itself
        await OnHand(http, "SHOP-A", 96);
        (await http.Put("/api/skus/SHOP-A/reservations/r1", """{"quantity":6}""")).Ok();
        await Available(shop, "SHOP-A", 90);

        const string again = """
            {"movements":[{"seq":1,"sku":"shop-a","delta":-4,"kind":"sale","at":"2026-06-18T12:00:00Z"}]}
            """;
        var taken = (await http.Post("/api/shops/tmall/movements", again)).Ok().Json;
        Assert.Equal((1L, 0, 1, false), ((long)taken["seq"]!, (int)taken["booked"]!, (int)taken["repeats"]!,
            (bool)taken["waits"]!));
        (await http.Post("/api/shops/tmall/movements", again.Replace("-4", "-5"))).IsProblem(409, "shop.changed");
        (await http.Post("/api/shops/tmall/movements", again.Replace("\"seq\":1", "\"seq\":0"))).IsProblem(400,
            "request.invalid");

        // What the shop's message loses is asked for: one of three sales gets through.
        await shop.Err(new(Drop: 1));
        Assert.True(await shop.Sell("s2", "SHOP-A", 1));
        Assert.True(await shop.Sell("s3", "SHOP-A", 1));
        await shop.Err(new());
        Assert.True(await shop.Sell("s4", "SHOP-A", 1));
        await OnHand(http, "SHOP-A", 93);
        Assert.False(await shop.Sell("s5", "SHOP-A", 88)); // 87 are left, for 6 are held here
        await new Func<Task<Answer>>(() => http.Get("/api/shops/tmall/movements?sku=shop-a", "ops"))
            .Until(list => list.Json["items"]!.AsArray().Count == 4);

        (await http.Put("/api/shops/tmall/listings/none", role: "ops")).IsProblem(404, "stock.unknown_sku");
        (await http.Put("/api/shops/none/listings/SHOP-A", role: "ops")).IsProblem(404, "shop.unknown");
        (await http.Put("/api/shops/tmall", shop.Body.Replace("cn", "xx"), "ops"))
            .IsProblem(400, "shop.unknown_market");
        (await http.Put("/api/shops/tmall", shop.Body, "agent")).IsProblem(403, "auth.forbidden");
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_02_A_difference_of_two_opens_an_item_until_both_agree(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await using var shop = await Connected(http, "jd", 10, "SHOP-B");
        Assert.Equal(0, (int)(await Reconcile(http, "jd", "k1")).Json["different"]!);
        await shop.Err(new(Deaf: true)); // it says yes, and forgets
        (await http.Put("/api/skus/SHOP-B/adjustments/lost", """{"delta":-2,"reason":"lost"}""")).Ok();
        await Settled(http); // the tables know of it, and so it is told
        var found = (await Reconcile(http, "jd", "k2")).Json;
        Assert.Equal((1, "SHOP-B", 8L, 10L), ((int)found["different"]!, (string)found["differences"]![0]!["sku"]!,
            (long)found["differences"]![0]!["ours"]!, (long)found["differences"]![0]!["theirs"]!));
        Assert.Equal(found.ToJsonString(), (await Reconcile(http, "jd", "k2")).Text);
        var item = () => http.Get($"/api/inbox/{ShopReactions.DifferenceItem("jd", 1)}", "ops");
        var open = await item.Until(a => a.Status == 200);
        Assert.Equal("Shop jd differs from our stock in 1 SKUs: SHOP-B +2", (string)open.Json["title"]!);
        await Reconcile(http, "jd", "k3");
        Assert.Equal("open", (string)(await item()).Ok().Json["state"]!);

        await shop.Err(new()); // it hears again, and is told what it had not taken
        await Available(shop, "SHOP-B", 8);
        Assert.Equal(0, (int)(await Reconcile(http, "jd", "k4")).Json["different"]!);
        await item.Until(a => (string)a.Json["state"]! == "done");

        // It loses its books: nothing of ours moves, and people hear of it.
        Assert.True(await shop.Sell("s1", "SHOP-B", 3));
        await OnHand(http, "SHOP-B", 5);
        shop.Kill();
        shop.Forget();
        await shop.Start();
        Assert.True((bool)(await Reconcile(http, "jd", "k5")).Json["fellBack"]!);
        var lost = await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{ShopReactions.DifferenceItem("jd", 2)}",
            "ops")).Until(a => a.Status == 200);
        Assert.Contains("fallen back to movement 0", (string)lost.Json["title"]!);
        await OnHand(http, "SHOP-B", 5);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_02_What_our_stock_cannot_follow_is_shown_and_the_sync_goes_on(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await using var shop = await Connected(http, "red", 5, "SHOP-C");
        await Available(shop, "SHOP-C", 5);
        await shop.Err(new(Deaf: true, Drop: 1)); // it hears nothing of what is lost here
        (await http.Put("/api/skus/SHOP-C/adjustments/lost", """{"delta":-3,"reason":"lost"}""")).Ok();
        Assert.True(await shop.Sell("s1", "SHOP-C", 4));
        await shop.Err(new());
        Assert.True(await shop.Sell("s2", "SHOP-C", 1)); // of the 2 that are here
        await OnHand(http, "SHOP-C", 1);
        await Available(shop, "SHOP-C", 1);
        var refused = await new Func<Task<Answer>>(() => http.Get("/api/shops/red/movements?refused=true", "ops"))
            .Until(list => list.Json["items"]!.AsArray().Count == 1);
        Assert.Equal(("stock.negative", -4L), ((string)refused.Json["items"]![0]!["refused"]!,
            (long)refused.Json["items"]![0]!["delta"]!));
        var e = new ShopEvent.Booked(1, "SHOP-C", -4, "sale", default, "stock.negative",
            DateTimeOffset.Parse((string)refused.Json["items"]![0]!["bookedAt"]!, CultureInfo.InvariantCulture));
        await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{ShopReactions.RefusedItem("red", e)}", "ops"))
            .Until(a => a.Status == 200);
        Assert.Equal(0, (int)(await Reconcile(http, "red", "k1")).Json["different"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_02_After_kills_on_both_sides_nothing_is_lost_and_nothing_counts_twice(string store)
    {
        var database = store == "postgres" ? await (await PostgresServer.Shared).NewDatabase() : null;
        await using var silo = await SiloProcess.Start(database);
        await using var shop = await Connected(silo.Http, "far", 2_000, "FAR-A", "FAR-B");
        await shop.Err(new(Drop: 0.3, Repeat: 0.5, Reorder: 0.5, Seed: 7));
        var (sold, ours) = (new int[2], 0);
        for (var i = 0; i < 300; i++)
        {
            if (await shop.Sell($"s{i}", i % 2 == 0 ? "FAR-A" : "FAR-B", 1 + (i % 3))) sold[i % 2] += 1 + (i % 3);
            if (i % 10 == 0)
                ours += (await silo.Http.Put($"/api/skus/FAR-A/reservations/r{i}", """{"quantity":1}""")).Status == 200
                    ? 1 : 0;
            if (i == 100)
            {
                await silo.Kill(); // the shop sells on
                for (var j = 0; j < 50; j++) if (await shop.Sell($"alone{j}", "FAR-B", 1)) sold[1]++;
                await silo.Start();
            }
            else if (i == 200)
            {
                shop.Kill(); // we sell on
                for (var j = 0; j < 20; j++)
                    (await silo.Http.Put($"/api/skus/FAR-A/reservations/x{j}", """{"quantity":1}""")).Ok();
                ours += 20;
                await shop.Start();
            }
        }

        await OnHand(silo.Http, "FAR-A", 2_000 - sold[0], 60);
        await OnHand(silo.Http, "FAR-B", 2_000 - sold[1], 60);
        await Available(shop, "FAR-A", 2_000 - sold[0] - ours, 60);
        await Available(shop, "FAR-B", 2_000 - sold[1], 60);
        Assert.Equal(0, (int)(await Reconcile(silo.Http, "far", "end")).Json["different"]!);
        var info = (await silo.Http.Get("/api/shops/far", "ops")).Ok().Json;
        Assert.Equal((350L, "in_step"), ((long)info["seq"]!, (string)info["state"]!));
        await Settled(silo.Http);
        Assert.Contains("\"ok\":true", (await silo.Http.Post("/api/verify", role: "ops")).Ok().Text);
    }

    [Fact]
    public async Task STK_02_A_shop_that_is_away_is_told_of_and_the_daily_comparison_waits_for_it()
    {
        await using var silo = await TestSilo.Start(settings: await Policies("""
            {"values":[{"key":"shop.awayMinutes","unit":"minutes","section":"2.4.2.1","owner":"ops",
             "effectiveAt":"2001-01-01T00:00:00Z","note":"At once.","value":{"default":0}}]}
            """));
        var http = silo.Http;
        await using var shop = await Connected(http, "near", 10, "NEAR");
        await shop.Err(new(Away: true));
        (await http.Put("/api/skus/NEAR/adjustments/more", """{"delta":5,"reason":"found"}""")).Ok();
        var state = () => http.Get("/api/shops/near", "ops");
        var away = await state.Until(a => (string)a.Json["state"]! == "away", 30);
        Assert.Contains("503", (string)away.Json["why"]!);
        (await http.Post("/api/shops/near/reconcile", role: "ops")).IsProblem(503, "shop.away");
        var since = DateTimeOffset.Parse((string)away.Json["awaySince"]!, CultureInfo.InvariantCulture);
        var item = () => http.Get($"/api/inbox/{ShopReactions.AwayItem("near", since)}", "ops");
        await item.Until(a => a.Status == 200);
        await shop.Err(new());
        await state.Until(a => (string)a.Json["state"]! == "in_step", 60);
        await item.Until(a => (string)a.Json["state"]! == "done");
        await Available(shop, "NEAR", 15);
        var job = () => http.Get("/api/jobs/stock-reconciliation", "ops");
        await job.Until(a => a.Status == 200);
        (await http.Post("/api/jobs/stock-reconciliation/run", role: "ops")).Ok();
        await job.Until(a => a.Text.Contains("near: 0 of 1 differ", StringComparison.Ordinal), 30);
    }

    /// <summary>The policy files with one more.</summary>
    private static async Task<string> Policies(string more)
    {
        var folder = Directory.CreateTempSubdirectory("ale-policy-").FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "policy"), "*.json"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(folder, "zz-more.json"), more);
        return $"--Ale:Policy={folder}";
    }

    private static async Task<ShopProcess> Connected(SiloHttp http, string id, int units, params string[] skus)
    {
        foreach (var sku in skus)
        {
            (await http.Put($"/api/skus/{sku}",
                """{"title":"T","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
            (await http.Put($"/api/skus/{sku}/receipts/in", $$"""{"quantity":{{units}}}""")).Ok();
        }

        var shop = new ShopProcess(id, http);
        await shop.Start();
        (await http.Put($"/api/shops/{id}", shop.Body, "ops")).Ok();
        foreach (var sku in skus)
        {
            (await http.Put($"/api/shops/{id}/listings/{sku}", role: "ops")).Ok();
            await Available(shop, sku, units);
        }

        return shop;
    }

    private static Task<Answer> Settled(SiloHttp http) =>
        new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);

    private static Task<Answer> Reconcile(SiloHttp http, string id, string key) =>
        Ok(http.Post($"/api/shops/{id}/reconcile", role: "ops", headers: ("Idempotency-Key", key)));

    private static async Task<Answer> Ok(Task<Answer> answer) => (await answer).Ok();

    private static Task<Answer> OnHand(SiloHttp http, string sku, int units, double seconds = 20) =>
        new Func<Task<Answer>>(() => http.Get($"/api/skus/{sku}/stock"))
            .Until(a => (long)a.Json["onHand"]! == units, seconds);

    private static Task<long?> Available(ShopProcess shop, string sku, int units, double seconds = 20) =>
        new Func<Task<long?>>(() => shop.Available(sku)).Until(a => a == units, seconds);
}
