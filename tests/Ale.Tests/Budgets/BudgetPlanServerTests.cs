using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Inbox;
using Xunit;

namespace Ale.Budgets;

/// <summary>The plan of a year, as planners meet it over HTTP.</summary>
[Trait("needs", "server")]
public sealed class BudgetPlanServerTests
{
    private static string Line(long planned, string kind = "labour", string more = "") =>
        $$"""{"plannedMinor":{{planned}},"currency":"CNY","kind":"{{kind}}","goal":"reach"{{more}}}""";

    private static Task<Answer> Decide(SiloHttp http, JsonNode of, string decision = "approve") =>
        http.Post($"/api/approvals/{(string)of["approvalId"]!}/decide",
            $$"""{"decision":"{{decision}}","reason":"useful"}""", "approver", "ada");

    [Fact]
    public async Task TEC_03_of_two_planners_who_change_a_line_one_hears_of_the_other()
    {
        var http = (await TestSilo.On("sqlite")).Http;
        const string path = "/api/budgets/2092/6/two";
        var version = $"\"{(long)(await http.Put(path, Line(100), "finance", "fay")).Ok().Json["planVersion"]!}\"";
        var changed = (await Patch("""{"plannedMinor":150}""", "k1")).Ok();
        Assert.Equal((150L, "reach"), ((long)changed.Json["plannedMinor"]!, (string)changed.Json["goal"]!));
        Assert.Equal(changed.Text, (await Patch("""{"plannedMinor":150}""", "k1")).Text);
        (await Patch("""{"plannedMinor":120}""", "k2")).IsProblem(409, "budget.stale");

        Task<Answer> Patch(string body, string key) => http.Send(HttpMethod.Patch, path, body, "finance", "fay",
            (ExpectedVersion.Header, version), (CommandKey.Header, key));
    }

    [Fact]
    public async Task BUD_09_BUD_10_the_coming_years_reserves_are_looked_at_until_its_plan_is_approved()
    {
        await using var silo = await TestSilo.Start();
        var http = silo.Http;
        var year = TimeProvider.System.GetUtcNow().AddHours(8).Year + 1;
        (await http.Put($"/api/budgets/{year}/6/all", Line(880_000), "finance", "fay")).Ok();
        var job = () => http.Post("/api/jobs/reserve-check/run", role: "ops");
        await job.Until(a => a.Status < 300, 30);
        var item = silo.Grains.InboxItem(ReserveCheck.ItemOf(FormattableString.Invariant($"{year}")));
        var told = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get()).Until(o => o.Value is not null, 30);
        Assert.StartsWith($"The plan of {year}: It is not submitted. 0 % of the plan are set aside for risks",
            told.Value!.Terms.Title, StringComparison.Ordinal);
        (await http.Put($"/api/budgets/{year}/6/risk", Line(120_000, "reserve"), "finance", "fay")).Ok();
        var plan = (await http.Post($"/api/budgets/{year}/submit", "{}", "finance", "fay")).Ok().Json;
        (await Decide(http, plan)).Ok();
        await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get())
            .Until(o => o.Value!.State == InboxState.Done, 30);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_11_what_is_drawn_or_held_of_a_reserve_is_not_moved_away(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        foreach (var (line, planned) in new[] { ("all", 850_000L), ("risk", 150_000) })
            (await http.Put($"/api/budgets/2093/6/{line}",
                Line(planned, line == "all" ? "labour" : "reserve"), "finance", "fay")).Ok();
        (await http.Put("/api/budgets/2093/6/risk/spends/s", """{"amountMinor":1,"currency":"CNY","state":"committed"}""",
            "finance", "fay"))
            .IsProblem(409, "budget.reserve");
        var plan = (await http.Post("/api/budgets/2093/submit", null, "finance", "fay")).Ok().Json;
        (await Decide(http, plan)).Ok();
        var flood = await Draw("d1", 110_000);
        (await Move(40_001, "m1")).IsProblem(409, "budget.spent");
        (await Move(40_000, "m2")).Ok();
        var pot = (await http.Get("/api/reserves/2093-risk", "finance")).Ok().Json;
        Assert.Equal((110_000L, 110_000L, 0L),
            ((long)pot["amountMinor"]!, (long)pot["heldMinor"]!, (long)pot["leftMinor"]!));
        (await Move(1, "m3")).IsProblem(409, "budget.spent");
        (await http.Post("/api/budgets/2093/revise", """{"note":"less"}""", "finance", "fay")).Ok();
        (await http.Put("/api/budgets/2093/6/risk", Line(109_999, "reserve"), "finance", "fay"))
            .IsProblem(409, "budget.spent");
        (await http.Put("/api/budgets/2093/6/part", Line(1, "reserve", ",\"parent\":\"risk\""), "finance", "fay"))
            .IsProblem(409, "budget.spent");

        // What is drawn while a plan is discussed is drawn all the same.
        (await Decide(http, flood, "reject")).Ok();
        (await http.Put("/api/budgets/2093/6/risk", Line(100_000, "reserve"), "finance", "fay")).Ok();
        plan = (await http.Post("/api/budgets/2093/submit", null, "finance", "fay")).Ok().Json;
        var storm = await Draw("d2", 100_001);
        (await Decide(http, plan)).IsProblem(409, "budget.spent");
        (await Decide(http, storm, "reject")).Ok();
        (await Decide(http, plan)).Ok();
        Assert.Equal(100_000, (long)(await http.Get("/api/reserves/2093-risk", "finance")).Ok().Json["amountMinor"]!);

        // The emergency reserve is a share of the whole: 49,500 of 990,000, and 45,000 of 900,000.
        await Draw("d3", 45_001, "emergency");
        (await http.Post("/api/budgets/2093/revise", """{"note":"less"}""", "finance", "fay")).Ok();
        (await http.Put("/api/budgets/2093/6/all", Line(800_000), "finance", "fay")).Ok();
        (await http.Post("/api/budgets/2093/submit", null, "finance", "fay")).IsProblem(409, "budget.spent");

        async Task<JsonNode> Draw(string id, long amount, string pot = "risk")
        {
            var draw = await http.Put($"/api/reserves/2093-{pot}/draws/{id}",
                $$"""{"amountMinor":{{amount}},"reason":"flood"}""", "finance", "fay");
            Assert.Equal(202, draw.Status);
            return draw.Json;
        }

        Task<Answer> Move(long amount, string key) => http.Post("/api/budgets/2093/moves", $$"""
            {"fromMonth":6,"fromLine":"risk","toMonth":6,"toLine":"all","amountMinor":{{amount}},"note":"less"}
            """, "finance", "fay", ("Idempotency-Key", key));
    }
}
