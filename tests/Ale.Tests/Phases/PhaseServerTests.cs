using System.Globalization;
using Ale.Edge;
using Ale.Inbox;
using Xunit;

namespace Ale.Phases;

/// <summary>The phases of the plan in a silo of their own, since there is one plan.</summary>
[Trait("needs", "server")]
public sealed class PhaseServerTests
{
    private static string Day(int days) => TimeProvider.System.GetUtcNow().AddHours(8).AddDays(days)
        .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task Begin(SiloHttp http, int phase, int days)
    {
        var asked = await http.Post($"/api/phases/{phase}/begin", $$"""{"from":"{{Day(days)}}","reason":"go"}""", "ops");
        Assert.Equal((202, "asked"), (asked.Status, (string)asked.Json["state"]!));
        (await http.Post($"/api/approvals/{(string)asked.Json["approvalId"]!}/decide",
            """{"decision":"approve","reason":"ready"}""", "approver", "ada")).Ok();
    }

    [Fact]
    public async Task PHS_02_PHS_03_rules_of_the_budget_follow_the_phase_that_people_began()
    {
        await using var silo = await TestSilo.Start();
        var http = silo.Http;
        foreach (var (line, planned, kind) in new[]
        {
            ("marketing", 44_000, "marketing"), ("labour", 44_000, "labour"), ("risk", 12_000, "reserve"),
        })
            (await http.Put($"/api/budgets/2096/6/{line}", $$"""
                {"plannedMinor":{{planned}},"currency":"CNY","kind":"{{kind}}","goal":"reach"}
                """, "finance")).Ok();
        async Task<string> Rules() => string.Join(' ', (await http.Get("/api/budgets/2096", "finance")).Ok()
            .Json["findings"]!.AsArray().Select(f => (string)f!["rule"]!));

        Assert.Equal("", await Rules()); // with no phase begun there is no phase's rule
        (await http.Put("/api/phases/1", """{"gates":[{"id":"model","title":"The model"}]}""", "ops")).Ok();
        await Begin(http, 1, 0);
        Assert.Equal("top_hosts", await Rules());
        Assert.Equal("phase.gates", (await http.Post("/api/phases/2/begin",
            $$"""{"from":"{{Day(1)}}","reason":"go"}""", "ops")).Code);
        (await http.Put("/api/phases/1/gates/model", """{"evidence":"report/7"}""", "ops")).Ok();
        // Phases begin on days after one another; what is to come is not in force.
        await Begin(http, 2, 1);
        Assert.Equal(1, (int)(await http.Get("/api/phases/current", "finance")).Ok().Json["phase"]!);
        var then = TimeProvider.System.GetUtcNow().AddDays(2)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Assert.Equal(2, (int)(await http.Get($"/api/phases/current?at={then}", "finance")).Ok().Json["phase"]!);
        Assert.Equal("top_hosts", await Rules());
    }

    [Fact]
    public async Task PHS_01_on_day_62_the_job_marks_the_phase_as_late_and_names_what_is_open()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var silo = await TestSilo.Start(database))
        {
            (await silo.Http.Put("/api/phases/1", """{"gates":[{"id":"seeds","title":"500 seeds"}]}""", "ops")).Ok();
            await Begin(silo.Http, 1, 0);
        }

        await using var later = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=62.00:00:00");
        await later.Grains.Phases().Check();
        var item = later.Grains.InboxItem(PhaseReactions.LateItem(1));
        var opened = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get()).Until(o => o.Value is not null, 30);
        Assert.Contains("500 seeds", opened.Value!.Terms.Title, StringComparison.Ordinal);
        Assert.Equal(PhaseState.Late, (await later.Grains.Phases().Get(1)).Value!.State);
    }
}
