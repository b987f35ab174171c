using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Inbox;
using Xunit;

namespace Ale.Budgets;

/// <summary>Budgets as finance, approvers and backends meet them, on both stores.</summary>
[Trait("needs", "server")]
public sealed class BudgetServerTests
{
    private static string Line(long planned, string kind, string more = "") =>
        $$"""{"plannedMinor":{{planned}},"currency":"CNY","kind":"{{kind}}","goal":"reach"{{more}}}""";

    private static string Spend(long amount, string state = "committed", string more = "") =>
        $$"""{"amountMinor":{{amount}},"currency":"CNY","state":"{{state}}"{{more}}}""";

    /// <summary>A line of this month, in which money is spent: its path and its key.</summary>
    private static (string Path, string Key) ThisMonth(string line)
    {
        var now = TimeProvider.System.GetUtcNow().AddHours(8);
        return (FormattableString.Invariant($"/api/budgets/{now.Year}/{now.Month}/{line}"),
            BudgetKeys.KeyOf(now.Year, now.Month, line));
    }

    private static async Task Decide(SiloHttp http, string approval, string decision = "approve") =>
        (await http.Post($"/api/approvals/{approval}/decide", $$"""{"decision":"{{decision}}","reason":"useful"}""",
            "approver", "ada")).Ok();

    private static async Task<JsonArray> Listed(SiloHttp http, string path, (string, string) at) =>
        (await http.Get("/api/budgets/" + path, "finance", headers: at)).Ok().Json["items"]!.AsArray();

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_01_BUD_09_a_plan_is_entered_submitted_approved_moved_and_exported(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        foreach (var (line, planned, kind) in new[]
        {
            ("marketing", 60_000_000L, "marketing"), ("technology", 18_000_000, "technology"),
            ("labour", 10_000_000, "labour"), ("risk-legal", 12_000_000, "reserve"),
        })
            (await http.Put($"/api/budgets/2096/6/{line}", Line(planned, kind), "finance", "fay")).Ok();
        Assert.Equal("reserve.unknown", (await http.Get("/api/reserves/2096-emergency", "finance")).Code);
        var submitted = (await http.Post("/api/budgets/2096/submit", "{}", "finance", "fay")).Ok().Json;
        Assert.Equal(("submitted", 100_000_000L), ((string)submitted["state"]!, (long)submitted["totalMinor"]!));
        var approval = (string)submitted["approvalId"]!;
        Assert.Equal("approval.own", (await http.Post($"/api/approvals/{approval}/decide",
            """{"decision":"approve","reason":"mine"}""", "approver", "fay")).Code);
        await Decide(http, approval);
        Assert.Equal("in_force", (string)(await http.Get("/api/budgets/2096", "finance")).Ok().Json["state"]!);
        var pot = (await http.Get("/api/reserves/2096-emergency", "finance")).Ok().Json;
        Assert.Equal((5_000_000L, 5_000_000L), ((long)pot["amountMinor"]!, (long)pot["leftMinor"]!));

        const string move = """
            {"fromMonth":6,"fromLine":"marketing","toMonth":6,"toLine":"technology","amountMinor":5000000,
             "note":"a better console"}
            """;
        (await http.Post("/api/budgets/2096/moves", move, "finance", "fay", ("Idempotency-Key", "m1"))).Ok();
        (await http.Post("/api/budgets/2096/moves", move, "finance", "fay", ("Idempotency-Key", "m1"))).Ok();
        const string tool = ",\"acquisition\":\"subscription\"";
        (await http.Put("/api/budgets/2096/6/technology/spends/s0", Spend(700_000, "actual", tool), "finance"))
            .IsProblem(400, "budget.month"); // nothing of it has happened
        (await http.Put("/api/budgets/2096/6/technology/spends/s1", Spend(700_000), "finance"))
            .IsProblem(400, "budget.acquisition_required");
        (await http.Put("/api/budgets/2096/6/technology/spends/s1", Spend(700_000, more: tool), "finance")).Ok();
        var last = (await http.Put("/api/budgets/2096/6/technology/spends/s2", Spend(300_000, more: tool), "finance"))
            .Ok();
        var at = ("Ale-At", last.Headers["Ale-At"]);
        var lines = await Listed(http, "2096/lines?month=6", at);
        var technology = lines.Single(l => (string)l!["line"]! == "technology")!;
        Assert.Equal((23_000_000L, 1_000_000L, 0L), ((long)technology["plannedMinor"]!,
            (long)technology["committedMinor"]!, (long)technology["actualMinor"]!));
        Assert.Equal(55_000_000, (long)lines.Single(l => (string)l!["line"]! == "marketing")!["plannedMinor"]!);
        var versions = await Listed(http, "2096/versions?limit=1", at);
        Assert.Equal(("moved", "fay"), ((string)versions[0]!["what"]!, (string)versions[0]!["by"]!));
        Assert.Contains("a better console", (string)versions[0]!["note"]!, StringComparison.Ordinal);
        var csv = await http.Get("/api/budgets/2096/lines", "finance", headers: [at, ("Accept", "text/csv")]);
        var table = csv.Text.Split("\r\n").Select(row => row.Split(',')).ToArray();
        var exported = table.Single(row => row[0] == "2096-06-technology");
        Assert.Equal([23_000_000m, 1_000_000m, 0m, -100m, 23_000_000m, 0m],
            new[] { "plannedMinor", "committedMinor", "actualMinor", "variancePercent", "yearPlannedMinor",
                "yearActualMinor" }.Select(column => decimal.Parse(
                exported[Array.IndexOf(table[0], column)], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task BUD_03_how_many_people_approve_an_overrun_and_a_plan_is_policy()
    {
        await using var silo = await TestSilo.Start();
        var http = silo.Http;
        foreach (var (key, people) in new[] { ("budget.overQuorum", 2), ("budget.planQuorum", 3) })
            (await http.Put($"/api/policy/{key}", $$"""{"value":{{people}},"reason":"four eyes"}""", "ops")).Ok();
        (await http.Put("/api/policy/budget.overQuorum", """{"value":11,"reason":"all"}""", "ops"))
            .IsProblem(400, "policy.bad_value");
        await new Func<Task<Answer>>(() => http.Get("/api/policy/budget.planQuorum", "ops"))
            .Until(a => (int)a.Json["value"]! == 3, 30);
        // What is spent is booked in its own month.
        var ((tools, line), (risk, _)) = (ThisMonth("tools"), ThisMonth("risk"));
        const string tool = ",\"acquisition\":\"subscription\"";
        (await http.Put(tools, Line(880, "technology"), "finance", "fay")).Ok();
        (await http.Put(risk, Line(120, "reserve"), "finance", "fay")).Ok();
        (await http.Put(tools + "/spends/s", Spend(1_057, "actual", tool), "finance")).Ok();
        var over = $"budget:{line}:1";
        Assert.Equal(2, (int)(await http.Get($"/api/approvals/{over}", "approver")).Ok().Json["quorum"]!);
        await Decide(http, over);
        Assert.Equal("budget.held", (await http.Put(tools + "/spends/t", Spend(1, more: tool), "finance")).Code);
        (await http.Post($"/api/approvals/{over}/decide", """{"decision":"approve","reason":"too"}""",
            "approver", "bob")).Ok();
        (await http.Put(tools + "/spends/t", Spend(1, more: tool), "finance")).Ok();
        var plan = (await http.Post($"/api/budgets/{line[..4]}/submit", "{}", "finance", "fay")).Ok().Json;
        Assert.Equal(3, (int)(await http.Get($"/api/approvals/{(string)plan["approvalId"]!}", "approver")).Ok()
            .Json["quorum"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_02_of_twenty_spends_at_once_only_so_many_pass_as_the_remainder_bears(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/budgets/2095/6/rush", Line(100_000, "labour"), "finance")).Ok();
        (await http.Put("/api/budgets/2095/6/rush/spends/first", Spend(116_000), "finance")).Ok();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            http.Put($"/api/budgets/2095/6/rush/spends/r{i}", Spend(800), "finance")));
        Assert.Equal(5, answers.Count(a => a.Status == 200)); // 4,000 were left up to the mark
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((409, "budget.held"), (a.Status, a.Code)));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_03_an_overrun_is_decided_by_people_while_what_comes_waits(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (path, key) = ThisMonth("over-media");
        (await http.Put(path, Line(100_000, "marketing"), "finance")).Ok();
        var (spends, first) = (path + "/spends/", $"budget:{key}:1");
        Assert.Equal((400, "budget.class_required"), Said(await http.Put(spends + "a0", Spend(5_000), "finance")));
        var crossing = (await http.Put(spends + "a1",
            Spend(120_001, "actual", ",\"class\":\"brand\",\"hostId\":\"H2\""), "finance")).Ok().Json["line"]!;
        Assert.Equal(("held", first),
            ((string)crossing["state"]!, (string)crossing["approvalId"]!));
        var approval = (await http.Get($"/api/approvals/{first}", "approver")).Ok().Json;
        Assert.Equal("open", (string)approval["state"]!); // it stood there when the reply came
        Assert.Contains(approval["breakdown"]!.AsArray(), b => (string)b!["label"]! == "a1"
            && (long)b["amountMinor"]! == 120_001 && ((string)b["note"]!).Contains("H2", StringComparison.Ordinal));
        Assert.Equal((409, "budget.held"), Said(await http.Put(spends + "a2",
            Spend(10, more: ",\"class\":\"brand\""), "finance")));
        var waits = await http.Put(spends + "a3", Spend(500, more: ",\"class\":\"brand\",\"wait\":true"), "finance");
        Assert.Equal((202, "waiting"), (waits.Status, (string)waits.Json["state"]!));
        await Decide(http, first);
        Assert.Equal("committed", (string)(await http.Get(spends + "a3", "finance")).Ok().Json["state"]!);
        (await http.Put(spends + "a4", Spend(10, more: ",\"class\":\"brand\""), "finance")).Ok();
        Assert.Equal((409, "approval.decided"), Said(await http.Post($"/api/approvals/{first}/decide",
            """{"decision":"reject","reason":"no"}""", "approver", "bob")));
    }

    private static (int, string?) Said(Answer answer) => (answer.Status, answer.Code);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_06_a_rigid_line_is_booked_and_asks_for_a_transfer(string store)
    {
        var silo = await TestSilo.On(store);
        var (path, key) = ThisMonth("rent");
        (await silo.Http.Put(path, Line(20_000, "labour", ",\"rigid\":true"), "finance")).Ok();
        (await silo.Http.Put(path + "/spends/r1", Spend(20_500, "actual"), "finance")).Ok();
        (await silo.Http.Put(path + "/spends/r2", Spend(100, "actual"), "finance")).Ok();
        var opened = await Item(1, i => i.Terms.Title.Contains("600 CNY", StringComparison.Ordinal));
        Assert.Equal("finance", opened.Terms.Role);
        Assert.Null((await silo.Grains.InboxItem(BudgetReactions.TransferItem(key, 2)).Get()).Value);
        (await silo.Http.Put(path, Line(20_600, "labour", ",\"rigid\":true"), "finance")).Ok();
        await Item(1, i => i.State == InboxState.Done);
        (await silo.Http.Put(path + "/spends/r3", Spend(100, "actual"), "finance")).Ok();
        await Item(2, i => i.Terms.Title.Contains("100 CNY", StringComparison.Ordinal));
        await silo.Grains.InboxItem(BudgetReactions.TransferItem(key, 2)).Finish(new("k", "fay", "it comes", null));
        (await silo.Http.Put(path + "/spends/r4", Spend(200, "actual"), "finance")).Ok();
        await Item(3, i => i.Terms.Title.Contains("300 CNY", StringComparison.Ordinal));

        async Task<InboxItemInfo> Item(int number, Func<InboxItemInfo, bool> isSo) =>
            (await new Func<Task<Outcome<InboxItemInfo>>>(
                () => silo.Grains.InboxItem(BudgetReactions.TransferItem(key, number)).Get())
                .Until(o => o.Value is { } item && isSo(item), 30)).Value!;
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_11_a_law_incident_draws_the_legal_earmark_and_no_other(string store)
    {
        var silo = await TestSilo.On(store);
        var http = silo.Http;
        foreach (var (line, planned) in new[] { ("all", 880_000L), ("risk-legal", 60_000), ("risk-promo", 60_000) })
            (await http.Put($"/api/budgets/2094/6/{line}",
                Line(planned, line == "all" ? "labour" : "reserve"), "finance", "fay")).Ok();
        var plan = (await http.Post("/api/budgets/2094/submit", null, "finance", "fay")).Ok().Json;
        await Decide(http, (string)plan["approvalId"]!);
        const string legal = "/api/reserves/2094-risk-legal", promo = "/api/reserves/2094-risk-promo";
        var body = """{"amountMinor":20000,"reason":"counsel","incidentKind":"law","incidentId":"L94"}""";
        Assert.Equal("reserve.no_incident", (await http.Put(legal + "/draws/d1", body, "finance", "fay")).Code);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        (await http.Put("/api/registers/incident_law/L94/entries/open",
            $$$"""{"title":"A new law","validFrom":"{{{from}}}","attributes":{}}""", "legal")).Ok();
        var drawn = await http.Put(legal + "/draws/d1", body, "finance", "fay");
        Assert.Equal((202, "waiting"), (drawn.Status, (string)drawn.Json["state"]!));
        await Decide(http, (string)drawn.Json["approvalId"]!);
        var draw = (await http.Get(legal + "/draws/d1", "finance")).Ok().Json;
        Assert.Equal(("granted", "L94", 40_000L), ((string)draw["state"]!, (string)draw["incident"]!["id"]!,
            (long)draw["reserve"]!["leftMinor"]!));
        Assert.Equal("reserve.wrong_incident", (await http.Put(promo + "/draws/d1", body, "finance", "fay")).Code);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_01_of_two_moves_and_a_spend_at_once_none_takes_the_money_of_another(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (path, key) = ThisMonth("race");
        var now = BudgetKeys.Parse(key);
        (await http.Put(path, Line(160, "labour"), "finance")).Ok();
        (await http.Put(path + "-to", Line(1, "labour"), "finance")).Ok();
        (await http.Put(path + "/spends/s1", Spend(60, "actual"), "finance")).Ok();
        // 100 are left: for one of the moves, or for one of the spends, which would pass the mark after it.
        var moves = Enumerable.Range(0, 8).Select(i => http.Post($"/api/budgets/{now.Year}/moves", $$"""
            {"fromMonth":{{now.Month}},"fromLine":"race","toMonth":{{now.Month}},"toLine":"race-to","amountMinor":60,
             "note":"at once"}
            """, "finance", "fay", ("Idempotency-Key", $"race{i}")));
        var spends = Enumerable.Range(2, 4).Select(i => http.Put($"{path}/spends/s{i}", Spend(100), "finance"));
        var answers = await Task.WhenAll(spends.Concat(moves));
        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200),
            a => Assert.Contains(Said(a), new[] { (409, "budget.spent"), (409, (string?)"budget.held") }));
        var from = (await http.Get(path, "finance")).Ok().Json;
        var (own, taken) = ((long)from["ownMinor"]!, (long)from["actualMinor"]! + (long)from["committedMinor"]!);
        Assert.True(own >= taken, $"{taken} of {own} are taken");
        Assert.Equal(161, own + (long)(await http.Get(path + "-to", "finance")).Ok().Json["plannedMinor"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_03_who_spends_over_the_mark_does_not_approve_it(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (path, key) = ThisMonth("own-overrun");
        (await http.Put(path, Line(100_000, "labour"), "finance", "fay")).Ok();
        (await http.Put(path + "/spends/s1", Spend(120_001, "actual"), "finance", "fay")).Ok();
        const string yes = """{"decision":"approve","reason":"mine"}""";
        (await http.Post($"/api/approvals/budget:{key}:1/decide", yes, "approver", "fay"))
            .IsProblem(403, "approval.own");
        Assert.Equal(202, (await http.Put(path + "/spends/s2", Spend(1, more: ",\"wait\":true"), "finance", "ada"))
            .Status); // what waits asks, too
        (await http.Post($"/api/approvals/budget:{key}:1/decide", yes, "approver", "ada"))
            .IsProblem(403, "approval.own");
        (await http.Post($"/api/approvals/budget:{key}:1/decide", yes, "approver", "bob")).Ok();
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_01_a_tree_is_planned_spent_and_broken_down_once(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (path, key) = ThisMonth("tree");
        (await http.Put(path, Line(2_000, "labour"), "finance")).Ok();
        (await http.Put(path + "-part", Line(3_000, "labour", ",\"parent\":\"tree\""), "finance"))
            .IsProblem(409, "budget.parts");
        (await http.Put(path + "-part", Line(300, "marketing", ",\"parent\":\"tree\""), "finance"))
            .IsProblem(400, "budget.parent_kind");
        (await http.Put(path + "-part", Line(300, "labour", ",\"parent\":\"tree\""), "finance")).Ok();
        Assert.Equal(1_700, (long)(await http.Get(path, "finance")).Ok().Json["ownMinor"]!);
        (await http.Put(path + "/spends/s1", Spend(2_041), "finance")).IsProblem(409, "budget.held");
        (await http.Put(path + "/spends/s2", Spend(1_000, "actual"), "finance")).Ok();
        var last = (await http.Put(path + "-part/spends/s1", Spend(200, "actual"), "finance")).Ok();
        var at = ("Ale-At", last.Headers["Ale-At"]);
        var (year, month, _) = BudgetKeys.Parse(key);
        var rows = await Listed(http, $"{year}/lines?month={month}&limit=200", at);
        var row = rows.Single(l => (string)l!["line"]! == "tree")!;
        Assert.Equal(1_700, (long)row["ownMinor"]!);
        var broken = await Listed(http, $"{year}/breakdown?month={month}&by=line&limit=200", at);
        Assert.Equal([1_000L, 200], broken.Where(b => ((string)b!["value"]!).StartsWith("tree",
            StringComparison.Ordinal)).Select(b => (long)b!["amountMinor"]!));
        var hosts = await Listed(http, $"{year}/breakdown?month={month}&by=host&limit=200", at);
        Assert.Equal(hosts.Sum(h => (long)h!["amountMinor"]!), broken.Sum(b => (long)b!["amountMinor"]!));
    }

    [Theory]
    [InlineData("/api/budgets/2096/lines?month=13", "month")]
    [InlineData("/api/budgets/2096/breakdown?by=foo", "by")]
    public async Task BUD_01_a_list_of_what_cannot_be_is_refused(string path, string field)
    {
        var http = (await TestSilo.On("sqlite")).Http;
        var refused = await http.Get(path, "finance");
        refused.IsProblem(400, "request.invalid");
        Assert.Equal(field, (string)refused.Json["errors"]![0]!["field"]!);
    }
}
