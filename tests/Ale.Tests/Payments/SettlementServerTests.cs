using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Payments;

/// <summary>Days' money through the edge and the morning's job.</summary>
public sealed class SettlementServerTests
{
    [Fact]
    [Trait("needs", "server")]
    public async Task SHP_06_in_the_morning_the_day_before_is_compared_and_stays_open_until_it_is_explained()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var folder = Directory.CreateTempSubdirectory("ale-statements-").FullName;
        var payments = new Dictionary<string, string>();
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().AddHours(8).DateTime);
        await using (var before = await TestSilo.Start(database))
        {
            var http = before.Http;
            (await http.Put("/api/skus/S-1", """{"title":"Cup","priceMinor":700,"currency":"CNY","market":"cn"}""")).Ok();
            (await http.Put("/api/skus/S-1/receipts/r", """{"quantity":9}""")).Ok();
            foreach (var order in new[] { "s1", "s2" })
            {
                (await http.Put($"/api/orders/{order}", """{"userId":"ann","lines":[{"sku":"S-1","quantity":1}]}""")).Ok();
                var pay = (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
                payments[order] = (string)pay.Json["paymentId"]!;
                await new Func<Task<Answer>>(() => http.Get($"/api/orders/{order}")).Until(
                    a => (string)a.Json["state"]! == "paid", 20);
            }

            (await http.Post($"/api/settlements/{day:yyyy-MM-dd}/compare", """{"lines":0}""", "finance"))
                .IsProblem(409, "settlement.too_soon");
        }

        string Captured(string id, string order, long amount) => $$"""
            {"id":"{{id}}","type":"Captured","eventId":"{{PaymentIds.Of(payments[order], "captured")}}",
            """.Trim() + $$""" "orderId":"{{order}}","amountMinor":{{amount}},"currency":"CNY"}""";

        await File.WriteAllLinesAsync(Path.Combine(folder, $"{day:yyyy-MM-dd}.jsonl"),
            [Captured("l1", "s1", 700), Captured("l2", "s2", 690), Captured("l1", "s1", 700)]); // one line twice
        await using var later = await TestSilo.Start(database, settings:
            ["--Ale:Test:ClockOffset=1.00:00:00", $"--Ale:Payments:Statements={folder}"]);
        (await later.Http.Post("/api/jobs/settlement/run", role: "ops")).Ok();
        var path = $"/api/settlements/{day:yyyy-MM-dd}";
        var open = await new Func<Task<JsonNode>>(async () => (await later.Http.Get(path, "finance")).Ok().Json)
            .Until(d => (string)d["state"]! == "open", 30);
        Assert.Equal((2, 1, 1), ((int)open["lines"]!, (int)open["matched"]!, (int)open["unexplained"]!));
        Assert.Equal(-10, (long)open["differences"]![0]!["amountMinor"]!);
        var item = SettlementJob.ItemOf($"{day:yyyy-MM-dd}");
        await new Func<Task<Answer>>(() => later.Http.Get($"/api/inbox/{item}", "finance"))
            .Until(a => a.Status == 200 && (string)a.Json["state"]! == "open", 30);
        (await later.Http.Post($"{path}/differences/l2/explain", """
            {"parts":[{"amountMinor":-9,"reason":"fee"}]}
            """, "finance")).IsProblem(400, "settlement.bad_terms");
        (await later.Http.Post($"{path}/differences/l2/explain", """
            {"parts":[{"amountMinor":-9,"reason":"fee"},{"amountMinor":-1,"reason":"rounding"}]}
            """, "finance")).Ok();
        Assert.Equal("closed", (string)(await later.Http.Get(path, "finance")).Json["state"]!);
        await new Func<Task<Answer>>(() => later.Http.Get($"/api/inbox/{item}", "finance"))
            .Until(a => (string)a.Json["state"]! == "done", 30);
        var list = await new Func<Task<JsonArray>>(async () =>
            (await later.Http.Get("/api/settlements", "finance")).Ok().Json["items"]!.AsArray()).Until(l => l.Count == 1 && (string)l[0]!["state"]! == "closed", 20);
        Assert.Equal(2, (long)list[0]!["lines"]!);
        Directory.Delete(folder, true);
    }

    /// <summary>
    /// Three days without us: the first has money whose line stands in the second day's statement, with the fee of
    /// another; the second's own statement is whole; of the third nothing comes.
    /// </summary>
    [Fact]
    [Trait("needs", "server")]
    public async Task SHP_06_days_that_were_missed_are_told_of_and_settled_in_order_and_a_reopened_one_again()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var folder = Directory.CreateTempSubdirectory("ale-statements-").FullName;
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().AddHours(8).DateTime);
        var payments = new Dictionary<string, string>();
        await using (var before = await TestSilo.Start(database))
            foreach (var order in new[] { "m1", "m2" }) payments[order] = await Pay(before.Http, order);
        await using (var next = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=1.00:00:00"))
            payments["m3"] = await Pay(next.Http, "m3");

        await Write(day, Captured("a1", "m1", 700));
        await Write(day.AddDays(1), Captured("b1", "m3", 700),
            Captured("b2", "m2", 3).Replace("Captured", "Fee", StringComparison.Ordinal));
        await using var later = await TestSilo.Start(database, settings:
            ["--Ale:Test:ClockOffset=20.00:00:00", $"--Ale:Payments:Statements={folder}"]);
        var http = later.Http;
        // Older than settlement.days, and told all the same: m2 is missing, its fee does not say that it came.
        await Run();
        Assert.Equal(("open", 1, 1), await Stands(day));
        Assert.Equal(("closed", 2, 0), await Stands(day.AddDays(1)));
        Assert.Equal("open", await Item(day, 1));

        // A refund of the closed day is told afterwards: it is compared again.
        var noon = new DateTimeOffset(day.AddDays(1).ToDateTime(new(12, 0)), TimeSpan.FromHours(8));
        Assert.Null((await later.Grains.Payment("late").Keep(
            new("late", PaymentEventType.Refunded, "m3", "r1", 100, "CNY", noon))).Refusal);
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);
        // Where that fails, somebody hears of it, though the day is closed.
        string[] whole = await File.ReadAllLinesAsync(Path.Combine(folder, $"{day.AddDays(1):yyyy-MM-dd}.jsonl"),
            TestContext.Current.CancellationToken);
        await Write(day.AddDays(1), "{");
        await Run();
        Assert.Equal(("closed", 2, 0), await Stands(day.AddDays(1)));
        Assert.Equal("open", await Item(day.AddDays(1), 1));
        await Write(day.AddDays(1), whole);
        await Run();
        Assert.Equal(("open", 2, 1), await Stands(day.AddDays(1)));
        Assert.Equal("open", await Item(day.AddDays(1), 1));

        // It stands in a later statement: the day closes, and its item.
        await Write(day.AddDays(2), Captured("c1", "m2", 700));
        (await http.Post($"/api/settlements/{day.AddDays(2):yyyy-MM-dd}/lines", $$"""
            {"lines":[{{Captured("c1", "m2", 700).Replace("Captured", "captured", StringComparison.Ordinal)}}]}
            """, "finance")).Ok();
        (await http.Post($"/api/settlements/{day.AddDays(2):yyyy-MM-dd}/compare", """{"lines":1}""", "finance")).Ok();
        Assert.Equal(("closed", 1, 0), await Stands(day));
        await Until(() => Item(day, 1), "done");

        // Billed once more: a difference there, and not here.
        (await http.Post($"/api/settlements/{day.AddDays(3):yyyy-MM-dd}/lines", $$"""
            {"lines":[{{Captured("d1", "m2", 700).Replace("Captured", "captured", StringComparison.Ordinal)}}]}
            """, "finance")).Ok();
        (await http.Post($"/api/settlements/{day.AddDays(3):yyyy-MM-dd}/compare", """{"lines":1}""", "finance")).Ok();
        var twice = (await http.Get($"/api/settlements/{day.AddDays(3):yyyy-MM-dd}/differences", "finance")).Ok();
        Assert.Equal("twice", (string)Assert.Single(twice.Json["items"]!.AsArray())!["kind"]!);

        // A line that comes afterwards opens the first day again, and somebody hears of it again.
        (await http.Post($"/api/settlements/{day:yyyy-MM-dd}/lines", """
            {"lines":[{"id":"z","type":"captured","eventId":"no","orderId":"no","amountMinor":5,"currency":"CNY"}]}
            """, "finance")).Ok();
        await Until(async () => (await http.Get("/api/settlements", "finance")).Ok().Json["items"]!.AsArray()
            .Where(d => (string)d!["day"]! == $"{day:yyyy-MM-dd}").Select(d => (string)d!["state"]!).Single(),
            "waiting");
        await Run();
        Assert.Equal("open", await Item(day, 2));
        Directory.Delete(folder, true);

        string Captured(string id, string order, long amount) => $$"""
            {"id":"{{id}}","type":"Captured","eventId":"{{PaymentIds.Of(payments[order], "captured")}}",
            """.Trim() + $$""" "orderId":"{{order}}","amountMinor":{{amount}},"currency":"CNY"}""";

        Task Write(DateOnly of, params string[] lines) =>
            File.WriteAllLinesAsync(Path.Combine(folder, $"{of:yyyy-MM-dd}.jsonl"), lines);

        async Task Run()
        {
            var job = () => http.Get("/api/jobs/settlement", "ops");
            await job.Until(a => a.Status == 200 && a.Json["current"] is null, 60);
            (await http.Post("/api/jobs/settlement/run", role: "ops")).Ok();
            await job.Until(a => a.Json["current"] is null, 60);
        }

        async Task<(string State, int Matched, int Unexplained)> Stands(DateOnly of)
        {
            var json = (await http.Get($"/api/settlements/{of:yyyy-MM-dd}", "finance")).Ok().Json;
            return ((string)json["state"]!, (int)json["matched"]!, (int)json["unexplained"]!);
        }

        async Task<string> Item(DateOnly of, int n)
        {
            var item = await http.Get($"/api/inbox/{SettlementJob.ItemOf($"{of:yyyy-MM-dd}", n)}", "finance");
            return item.Status == 200 ? (string)item.Json["state"]! : "none";
        }
    }

    private static Task<string> Until(Func<Task<string>> asked, string wanted) => asked.Until(s => s == wanted, 30);

    private static async Task<string> Pay(SiloHttp http, string order)
    {
        (await http.Put("/api/skus/S-1", """{"title":"Cup","priceMinor":700,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/S-1/receipts/{order}", """{"quantity":9}""")).Ok();
        (await http.Put($"/api/orders/{order}", """{"userId":"ann","lines":[{"sku":"S-1","quantity":1}]}""")).Ok();
        var pay = (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
        await new Func<Task<Answer>>(() => http.Get($"/api/orders/{order}")).Until(
            a => (string)a.Json["state"]! == "paid", 20);
        return (string)pay.Json["paymentId"]!;
    }
}
