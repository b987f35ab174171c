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
        (await http.Put("/api/phases/2", """{"gates":[{"id":"growth","title":"Growth"}]}""", "ops")).Ok();
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
    public async Task PHS_02_PHS_03_a_plan_is_refused_or_taken_by_the_rules_of_the_phase_in_force()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        async Task Next(SiloHttp http, int phase, int days)
        {
            (await http.Put($"/api/phases/{phase}", $$"""
                {"gates":[{"id":"g{{phase}}","title":"Gate"}]}
                """, "ops")).Ok();
            await Begin(http, phase, days);
            (await http.Put($"/api/phases/{phase}/gates/g{phase}", """{"evidence":"report/7"}""", "ops")).Ok();
        }

        await using (var start = await TestSilo.Start(database))
        {
            await Next(start.Http, 1, 0);
            await Next(start.Http, 2, 1);
        }

        await using (var growth = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=1.00:00:00"))
        {
            var http = growth.Http;
            Assert.Equal(2, (int)(await http.Get("/api/phases/current", "finance")).Ok().Json["phase"]!);
            await Plan(http, 2096, marketing: 55_000, labour: 33_000);
            var refused = await http.Post("/api/budgets/2096/submit", "{}", "finance", "fay");
            refused.IsProblem(409, "budget.rules");
            Assert.Contains("roi: 55", refused.Text, StringComparison.Ordinal);
            (await http.Put("/api/policy/budget.isRoiOn", """{"value":true,"reason":"it runs"}""", "ops")).Ok();
            // It is switched on, and nobody works it out.
            (await http.Post("/api/jobs/placement-returns/pause", role: "ops")).Ok();
            (await http.Post("/api/budgets/2096/submit", "{}", "finance", "fay")).IsProblem(409, "budget.rules");
            (await http.Post("/api/jobs/placement-returns/resume", role: "ops")).Ok();
            var submit = () => http.Post("/api/budgets/2096/submit", "{}", "finance", "fay");
            var taken = await submit.Until(a => a.Status < 300, 30);
            Assert.Equal("submitted", (string)taken.Ok().Json["state"]!);
            await Next(http, 3, 2);
        }

        await using var maturity = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=2.00:00:00");
        Assert.Equal(3, (int)(await maturity.Http.Get("/api/phases/current", "finance")).Ok().Json["phase"]!);
        await Plan(maturity.Http, 2095, marketing: 45_000, labour: 43_000);
        var labour = await maturity.Http.Post("/api/budgets/2095/submit", "{}", "finance", "fay");
        labour.IsProblem(409, "budget.rules");
        Assert.Contains("labour: 43", labour.Text, StringComparison.Ordinal);
    }

    /// <summary>A year's plan of 100,000 with 12 % set aside.</summary>
    private static async Task Plan(SiloHttp http, int year, int marketing, int labour)
    {
        foreach (var (line, planned, kind) in new[]
        {
            ("marketing", marketing, "marketing"), ("labour", labour, "labour"), ("risk", 12_000, "reserve"),
        })
            (await http.Put($"/api/budgets/{year}/6/{line}", $$"""
                {"plannedMinor":{{planned}},"currency":"CNY","kind":"{{kind}}","goal":"reach"}
                """, "finance")).Ok();
    }

    [Fact]
    public async Task PHS_01_on_day_62_the_job_marks_the_phase_as_late_names_what_is_open_and_it_ends_with_the_gate()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var silo = await TestSilo.Start(database))
        {
            var known = () => silo.Http.Get("/api/jobs/phase-gate", "ops");
            await known.Until(a => a.Status == 200);
            (await silo.Http.Put("/api/phases/1", """{"gates":[{"id":"seeds","title":"500 seeds"}]}""", "ops")).Ok();
            await Begin(silo.Http, 1, 0);
        }

        // The job's time is in the morning: a day more, so that it has come for day 62 whatever the hour is.
        await using var later = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=62.00:00:00");
        var job = () => later.Http.Get("/api/jobs/phase-gate", "ops");
        var ran = await job.Until(a => a.Status == 200 && a.Json["runs"]!.AsArray().Count > 0, 60);
        Assert.Equal("Phase 1 is late; 1 gates are open.", (string)ran.Json["runs"]![0]!["note"]!);
        var item = later.Grains.InboxItem(PhaseReactions.LateItem(1));
        var opened = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get()).Until(o => o.Value is not null, 30);
        Assert.Contains("500 seeds", opened.Value!.Terms.Title, StringComparison.Ordinal);
        Assert.Equal(PhaseState.Late, (await later.Grains.Phases().Get(1)).Value!.State);
        (await later.Http.Put("/api/phases/1/gates/seeds", """{"evidence":"cohort"}""", "ops")).Ok();
        await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get())
            .Until(o => o.Value!.State == InboxState.Done, 30);
        Assert.Equal(InboxState.Done, (await item.Get()).Value!.State);
        Assert.Equal(PhaseState.InForce, (await later.Grains.Phases().Get(1)).Value!.State);
    }
}
