using System.Globalization;
using Ale.Edge;
using Ale.Inbox;
using Xunit;

namespace Ale.Budgets;

/// <summary>The budget in the start-up phase, over HTTP.</summary>
[Trait("needs", "server")]
public sealed class BudgetStartServerTests
{
    [Fact]
    public async Task BUD_06_at_the_start_marketing_stretches_rent_is_booked_and_its_money_stays()
    {
        await using var silo = await TestSilo.Start();
        var http = silo.Http;
        var now = TimeProvider.System.GetUtcNow().AddHours(8);
        (await http.Put("/api/phases/1", """{"gates":[{"id":"model","title":"The model"}]}""", "ops")).Ok();
        var asked = await http.Post("/api/phases/1/begin", $$"""
            {"from":"{{now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}","reason":"go"}
            """, "ops");
        (await http.Post($"/api/approvals/{(string)asked.Json["approvalId"]!}/decide",
            """{"decision":"approve","reason":"ready"}""", "approver", "ada")).Ok();
        var month = FormattableString.Invariant($"/api/budgets/{now.Year}/{now.Month}/");
        (await http.Put(month + "media", Line(100_000, "marketing", false), "finance")).Ok();
        (await http.Put(month + "rent", Line(20_000, "labour", true), "finance")).Ok();

        var media = (await http.Put(month + "media/spends/m1", """
            {"amountMinor":118000,"currency":"CNY","state":"committed","class":"brand"}
            """, "finance")).Ok().Json;
        Assert.Equal((true, true, 18_000L),
            ((bool)media["elastic"]!, (bool)media["over"]!, (long)media["line"]!["overMinor"]!));
        var rent = (await http.Put(month + "rent/spends/r1", """
            {"amountMinor":20500,"currency":"CNY","state":"actual"}
            """, "finance")).Ok().Json;
        Assert.Equal(("actual", false, true),
            ((string)rent["state"]!, (bool)rent["elastic"]!, (bool)rent["over"]!));
        var item = silo.Grains.InboxItem(
            BudgetReactions.TransferItem(BudgetKeys.KeyOf(now.Year, now.Month, "rent"), 1));
        var told = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get()).Until(o => o.Value is not null, 30);
        Assert.Contains("Move 500 CNY", told.Value!.Terms.Title, StringComparison.Ordinal);
        (await http.Post(FormattableString.Invariant($"/api/budgets/{now.Year}/moves"), $$"""
            {"fromMonth":{{now.Month}},"fromLine":"rent","toMonth":{{now.Month}},"toLine":"media","amountMinor":1,
             "note":"more media"}
            """, "finance", "fay", ("Idempotency-Key", "k"))).IsProblem(409, "budget.rigid");
        (await http.Put(month + "rent", Line(19_999, "labour", true), "finance")).IsProblem(409, "budget.rigid");
        (await http.Put(month + "rent", Line(20_000, "labour", false), "finance")).IsProblem(409, "budget.rigid");

        // Another role hears of such things from now on: the item that stands there is enough.
        (await http.Put("/api/policy/budget.financeRole", """{"value":"treasury","reason":"new"}""", "ops")).Ok();
        await new Func<Task<Answer>>(() => http.Get("/api/policy/budget.financeRole", "ops"))
            .Until(a => (string)a.Json["value"]! == "treasury", 30);
        (await http.Put(month + "rent/spends/r2", """
            {"amountMinor":100,"currency":"CNY","state":"actual"}
            """, "finance")).Ok();
        var settled = await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops"))
            .Until(a => a.Status == 200, 30);
        Assert.Equal((0, 0), ((int)settled.Json["parked"]!, (int)settled.Json["retrying"]!));

        static string Line(long planned, string kind, bool rigid) => $$"""
            {"plannedMinor":{{planned}},"currency":"CNY","kind":"{{kind}}","goal":"reach",
             "rigid":{{(rigid ? "true" : "false")}}}
            """;
    }
}
