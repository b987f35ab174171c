using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Budgets;

/// <summary>What is watched of costs, over HTTP and over a month's end.</summary>
[Trait("needs", "server")]
public sealed class CostServerTests
{
    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_15_an_invoice_of_three_times_the_usual_is_held_until_somebody_has_checked_it(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var today = TimeProvider.System.GetUtcNow().AddHours(8);
        var path = FormattableString.Invariant($"/api/budgets/{today.Year}/{today.Month}/cleaning-{store}");
        (await http.Put(path, """{"plannedMinor":9000000,"currency":"CNY","kind":"labour"}""", "finance")).Ok();
        long[] usual = [300_000, 250_000, 350_000, 320_000, 280_000, 300_000];
        for (var i = 0; i < usual.Length; i++) await Post($"i{i}", usual[i]);
        await new Func<Task<JsonArray>>(Spends).Until(s => s.Count == 6, 30);
        await Post("big", 900_000);
        var held = await new Func<Task<Answer>>(() => http.Get($"{path}/spends/big", "finance"))
            .Until(s => (string)s.Json["check"]! == "held", 30);
        Assert.Equal(2_700_000, (long)held.Json["line"]!["actualMinor"]!);
        var item = CauseIds.Of("budget_unusual", FormattableString.Invariant(
            $"{BudgetKeys.KeyOf(today.Year, today.Month, "cleaning-" + store)}/big"));
        var told = await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{item}", "finance"))
            .Until(a => a.Status == 200, 30);
        Assert.Contains("300000", (string)told.Json["title"]!, StringComparison.Ordinal);
        (await http.Post($"{path}/spends/i1/check", """{"passed":true,"reason":"fine"}""", "finance"))
            .IsProblem(409, "budget.not_held");
        (await http.Post($"{path}/spends/big/check", """{"passed":false}""", "finance")).IsProblem(400, "request.invalid");
        (await http.Post($"{path}/spends/big/check", """{"passed":false,"reason":"twice"}""", "agent"))
            .IsProblem(403, "auth.forbidden");
        var off = (await http.Post($"{path}/spends/big/check", """{"passed":false,"reason":"twice"}""", "finance")).Ok();
        Assert.Equal(("refused", 1_800_000L),
            ((string)off.Json["check"]!, (long)off.Json["line"]!["actualMinor"]!));
        (await http.Post($"{path}/spends/big/check", """{"passed":true,"reason":"no"}""", "finance"))
            .IsProblem(409, "budget.checked");
        await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{item}", "finance"))
            .Until(a => (string)a.Json["state"]! == "done", 30);
        await new Func<Task<JsonArray>>(Spends).Until(l => l.Count(s => (string)s!["state"]! == "actual") == 6, 20);

        async Task Post(string id, long amount) => (await http.Put($"{path}/spends/{id}", $$"""
            {"amountMinor":{{amount}},"currency":"CNY","state":"actual","category":"rooms"}
            """, "finance")).Ok();

        async Task<JsonArray> Spends() =>
            (await http.Get($"{path}/spends", "finance")).Ok().Json["items"]!.AsArray();
    }

    [Fact]
    public async Task BUD_15_each_quarter_the_one_before_is_audited()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow().AddHours(8);
        var quarter = new DateTime(now.Year, now.Month - ((now.Month - 1) % 3), 1, 0, 0, 0, DateTimeKind.Utc);
        var name = FormattableString.Invariant($"{now.Year}-Q{((now.Month - 1) / 3) + 1}");
        await using (var before = await TestSilo.Start(database))
        {
            var path = FormattableString.Invariant($"/api/budgets/{now.Year}/{now.Month}/cleaning");
            (await before.Http.Put(path, """{"plannedMinor":9000000,"currency":"CNY","kind":"technology"}""",
                "finance")).Ok();
            for (var i = 0; i < 6; i++) await Post($"i{i}", 300_000);
            await new Func<Task<Answer>>(() => before.Http.Get($"{path}/spends", "finance"))
                .Until(s => s.Json["items"]!.AsArray().Count == 6, 30);
            await Post("big", 900_000);
            await new Func<Task<Answer>>(() => before.Http.Get($"{path}/spends/big", "finance"))
                .Until(s => (string)s.Json["check"]! == "held", 60);

            async Task Post(string id, long amount) => (await before.Http.Put($"{path}/spends/{id}", $$"""
                {"amountMinor":{{amount}},"currency":"CNY","state":"actual","category":"rooms","acquisition":"service"}
                """, "finance")).Ok();
        }

        // In the middle of the next quarter, when it is run by hand: the one before is that of the spend all the same.
        var off = quarter.AddMonths(4).AddDays(9) - now.UtcDateTime;
        await using var later = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={off:c}");
        (await later.Http.Post("/api/jobs/cost-audit/run", role: "ops")).Ok();
        var audit = await new Func<Task<Answer>>(() => later.Http.Get(
            $"/api/reviews/{CauseIds.Of("cost_audit", name)}", "finance")).Until(a => a.Status == 200, 60);
        Assert.Equal($"{name}: 1 unusual, 1 unchecked. {BudgetKeys.KeyOf(now.Year, now.Month, "cleaning")}/big: "
            + "900000 CNY, Held.", (string)audit.Json["finding"]!);
        Assert.StartsWith("Check what is held", (string)audit.Json["proposal"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BUD_16_BUD_17_BUD_18_a_months_end_goes_through_tools_research_and_automations()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow().AddHours(8);
        var first = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        var next = first.AddMonths(1);
        var month = first.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var path = FormattableString.Invariant($"/api/budgets/{now.Year}/{now.Month}/");
        await using (var before = await TestSilo.Start(database))
        {
            var http = before.Http;
            foreach (var at in new[] { path, FormattableString.Invariant($"/api/budgets/{next.Year}/{next.Month}/") })
                (await http.Put(at + "research", """
                    {"plannedMinor":20000000,"currency":"CNY","kind":"technology","goal":"new"}
                    """, "finance")).Ok();
            (await http.Post("/api/jobs/explore-line/run", role: "ops")).Ok();
            var line = await new Func<Task<Answer>>(() => http.Get(path + "research-explore", "finance"))
                .Until(a => a.Status == 200, 30);
            Assert.Equal(1_000_000, (long)line.Json["plannedMinor"]!);
            (await http.Put(path + "research-explore/spends/x", """
                {"amountMinor":400000,"currency":"CNY","state":"actual","acquisition":"subscription"}
                """, "finance")).Ok();
            (await http.Put(path + "research/spends/camera", """
                {"amountMinor":690000,"currency":"CNY","state":"actual","acquisition":"purchase"}
                """, "finance")).IsProblem(400, "budget.reason_required");
            (await http.Put(path + "research/spends/camera", """
                {"amountMinor":690000,"currency":"CNY","state":"actual","acquisition":"purchase","note":"none to rent"}
                """, "finance")).Ok();
            await Paper("subscription/editor/e1", "Editor", null, next.AddDays(20));
            await Paper("automation/bot/a1", "Service bot", """{"before":"400","after":"20"}""", null);
            await Paper($"automation_use/bot/{month}", "Tickets", """{"count":"3000"}""", null);
            await Paper($"labour_hours/care/{month}", "Hours", """{"creative":"410","routine":"590"}""", null);
            await Paper($"labour_hours/care/{first.AddMonths(-1):yyyy-MM}", "Hours",
                """{"creative":"350","routine":"650"}""", null);
            var assets = await new Func<Task<JsonArray>>(async () => (await http.Get(
                $"/api/budgets/{now.Year}/fixed-assets", "finance")).Ok().Json["items"]!.AsArray())
                .Until(a => a.Count > 0);
            Assert.Equal(690_000, (long)assets[0]!["amountMinor"]!);

            async Task Paper(string id, string title, string? attributes, DateTime? to) =>
                (await http.Put($"/api/registers/{id.Insert(id.LastIndexOf('/'), "/entries")}", $$"""
                    {"title":"{{title}}","validFrom":"{{Iso(now.AddDays(-60))}}"
                     {{(to is { } end ? $",\"validTo\":\"{Iso(end)}\"" : "")}}
                     {{(attributes is null ? "" : $",\"attributes\":{attributes}")}}}
                    """, "ops")).Ok();
        }

        var off = next.AddHours(8).AddMinutes(1) - now.UtcDateTime;
        await using var later = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={off:c}");
        var tools = await Review("subscription_check", month);
        Assert.Contains("Bought for 690000 CNY", (string)tools["finding"]!, StringComparison.Ordinal);
        Assert.Contains("Editor ends", (string)tools["finding"]!, StringComparison.Ordinal);
        var unused = await Review("explore_unused", BudgetKeys.KeyOf(now.Year, now.Month, "research-explore"));
        Assert.Contains("600000 CNY is left, not carried", (string)unused["finding"]!, StringComparison.Ordinal);
        var fresh = await new Func<Task<Answer>>(() => later.Http.Get(FormattableString.Invariant(
            $"/api/budgets/{next.Year}/{next.Month}/research-explore"), "finance")).Until(a => a.Status == 200, 60);
        Assert.Equal(1_000_000, (long)fresh.Json["plannedMinor"]!); // nothing of the other is in it
        var structure = await Review("cost_structure", month);
        Assert.Contains("saved 1140000 minor units; creative hours 41.0 %, +6.0 points", (string)structure["finding"]!,
            StringComparison.Ordinal);

        async Task<JsonNode> Review(string kind, string of) => (await new Func<Task<Answer>>(() =>
            later.Http.Get($"/api/reviews/{CauseIds.Of(kind, of)}", "finance")).Until(a => a.Status == 200, 60)).Json;
    }
}
