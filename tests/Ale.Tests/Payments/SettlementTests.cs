using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Kernel;
using Xunit;

namespace Ale.Payments;

/// <summary>A day's money against the acquirer's statement.</summary>
public sealed class SettlementTests
{
    private const string Key = "2026-06-18";
    private static readonly DateOnly Day = new(2026, 6, 18), Today = new(2026, 6, 19);
    private static readonly DateTimeOffset Now = new(2026, 6, 19, 1, 0, 0, TimeSpan.Zero);

    private static StatementLine Line(
        string id, long amount, StatementType type = StatementType.Captured, string? evt = null, string order = "O1") =>
        new(id, type, evt ?? "e" + id, order, amount, "CNY");

    private static ToldMoney Told(string evt, long amount, StatementType type = StatementType.Captured,
        string order = "O1", int day = 18) => new(evt, type, order, amount, "CNY", new(2026, 6, day));

    private static readonly ToldMoney[] Ours = [Told("e1", 500), Told("e2", 200, StatementType.Refunded)];

    [Theory] // The lines, as id:type:event:order:amount; matched; the differences, as id:kind:amount.
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200", 2, "")]
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Fee:e1:O1:3 4:Fee:e2:O1:1", 4, "")]
    [InlineData("1:Captured:e1:O1:501 2:Refunded:e2:O1:200", 1, "1:Amount:1")] // a fen too much
    [InlineData("1:Captured:e1:O1:499 2:Refunded:e2:O1:200", 1, "1:Amount:-1")]
    [InlineData("1:Captured:e1:O1:500", 1, "e2:NotThere:-200")]
    [InlineData("", 0, "e1:NotThere:-500 e2:NotThere:-200")]
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Captured:e9:O9:70", 2, "3:NotHere:70")]
    [InlineData("1:Captured:e1:O1:500 2:Captured:e1:O1:500 3:Refunded:e2:O1:200", 2, "2:Twice:500")]
    [InlineData("1:Captured:e1:O2:500 2:Refunded:e2:O1:200", 1, "1:Content:500")] // another order
    [InlineData("1:Refunded:e1:O1:500 2:Refunded:e2:O1:200", 1, "1:Content:500")] // the wrong way round
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Fee:e9:O1:3", 2, "3:NotHere:3")] // a fee for nothing
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Fee:e1:O1:3 4:Fee:e1:O1:3", 3, "4:Twice:3")]
    public void SHP_06_each_line_is_matched_or_stands_as_a_difference(string lines, int matched, string differences)
    {
        var found = SettlementDecide.Compare(lines.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(':')).Select(l => new StatementLine(l[0], Enum.Parse<StatementType>(l[1]), l[2], l[3],
                long.Parse(l[4], CultureInfo.InvariantCulture), "CNY")), Ours, Day);
        Assert.Equal(matched, found.Matched);
        Assert.Equal(differences, string.Join(' ', found.Differences.Select(
            d => FormattableString.Invariant($"{d.Id}:{d.Kind}:{d.AmountMinor}"))));
    }

    [Fact]
    public void SHP_06_other_money_of_another_day_is_matched_and_not_missed()
    {
        var (matched, differences) = SettlementDecide.Compare(
            [Line("1", 500), Line("7", 70, evt: "late")], [Told("e1", 500), Told("late", 70, day: 17)], Day);
        Assert.Equal(2, matched);
        Assert.Empty(differences);
    }

    private static Settlement Of(params SettlementEvent[] events) =>
        events.Aggregate(Settlement.New(), (s, e) => s.Apply(e));

    private static Settlement After(Settlement day, Decision<SettlementEvent, SettlementInfo> decision) =>
        decision.Events.Aggregate(day, (s, e) => s.Apply(e));

    [Fact]
    public void SHP_06_the_day_stays_open_until_each_difference_is_explained_to_the_fen()
    {
        var day = Of(new SettlementEvent.Taken([Line("1", 510), Line("3", 70)], Now));
        Assert.Equal(SettlementState.Waiting, day.State);
        Assert.Equal("settlement.incomplete", day.DecideCompared(3, Ours, Key, Today, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.too_soon", day.DecideCompared(2, Ours, Key, Day, Now).Reply.Refusal!.Code);
        day = After(day, day.DecideCompared(2, Ours, Key, Today, Now));
        Assert.Equal((SettlementState.Open, 0, 3), (day.State, day.Matched, day.Unexplained));
        Assert.Equal("settlement.bad_terms", Explain("1", (9, "rounding")).Reply.Refusal!.Code); // a fen is left
        Assert.Equal("settlement.bad_terms", Explain("1").Reply.Refusal!.Code);
        Assert.Equal("settlement.unknown", Explain("none", (1, "x")).Reply.Refusal!.Code);
        day = After(day, Explain("1", (9, "tip"), (1, "rounding")));
        Assert.Empty(Explain("1", (9, "tip"), (1, "rounding")).Events); // said again
        Assert.Equal("settlement.explained", Explain("1", (10, "other")).Reply.Refusal!.Code);
        day = After(day, Explain("3", (70, "of another shop")));
        day = After(day, Explain("e2", (-200, "paid tomorrow")));
        Assert.Equal((SettlementState.Closed, 0), (day.State, day.Unexplained));

        // Compared again: what was explained stays so.
        Assert.Empty(day.DecideCompared(2, Ours, Key, Today, Now).Events);

        // More lines open it again.
        day = After(day, day.Decide([Line("2", 200, StatementType.Refunded)], Key, Today, Now));
        Assert.Equal(SettlementState.Waiting, day.State);
        day = After(day, day.DecideCompared(3, Ours, Key, Today, Now));
        Assert.Equal((SettlementState.Closed, 1), (day.State, day.Matched)); // the refund is there now
        Assert.DoesNotContain(day.Differences, d => d.Id == "e2");

        Decision<SettlementEvent, SettlementInfo> Explain(string id, params (long Amount, string Reason)[] parts) =>
            day.Decide(new ExplainDifference(
                id, [.. parts.Select(p => new ExplainedPart(p.Amount, p.Reason))], "fay"), Key, Now);
    }

    [Fact]
    public void SHP_06_lines_are_taken_once_and_all_or_none()
    {
        var day = Of(new SettlementEvent.Taken([Line("1", 500)], Now));
        Assert.Empty(day.Decide([Line("1", 500)], Key, Today, Now).Events);
        foreach (var other in new[] { Line("1", 501), Line("2", 6) })
            Assert.Equal("settlement.changed", day.Decide([Line("2", 5), other], Key, Today, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.bad_terms", day.Decide([Line("2", 0)], Key, Today, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.bad_terms", day.Decide(ImmutableArray<StatementLine>.Empty, Key, Today, Now)
            .Reply.Refusal!.Code);
        Assert.Equal("settlement.too_soon", day.Decide([Line("2", 5)], Key, Day, Now).Reply.Refusal!.Code);
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.CheckText("Payments/Settlement.golden.jsonl",
        Settlement.EventJson, new SettlementEvent.Taken([Line("1", 500)], Now),
        new SettlementEvent.Compared(3, [new("1", DifferenceKind.Amount, "e1", "O1", "CNY", 510, 500, 10,
            [new(10, "tip")], "fay")], 2, Now),
        new SettlementEvent.Explained("1", [new(10, "tip")], "fay", Now));

    [Theory]
    [InlineData("""{"id":"1","type":"Captured","eventId":"e1","orderId":"O1","amountMinor":5,"currency":"CNY"}""", null)]
    [InlineData("""{"id":"1","type":"Captured","eventId":"e1","orderId":"O1","currency":"CNY"}""", "Line 1")]
    [InlineData("""{"id":"1","type":"Stolen","eventId":"e1","orderId":"O1","amountMinor":5,"currency":"CNY"}""", "Line 1")]
    [InlineData("{", "Line 1")]
    [InlineData("null", "Line 1")]
    public async Task SHP_06_a_file_that_cannot_be_read_names_its_line(string line, string? fault)
    {
        if (fault is null) Assert.Single(await FolderStatements.Parse(Text(line)));
        else
        {
            Assert.StartsWith(fault, (await Assert.ThrowsAsync<StatementException>(
                () => FolderStatements.Parse(Text(line)))).Message, StringComparison.Ordinal);
        }

        static async IAsyncEnumerable<string> Text(string line)
        {
            await Task.CompletedTask;
            yield return line;
        }
    }

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
            [Captured("l1", "s1", 700), Captured("l2", "s2", 690)]);
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
}
