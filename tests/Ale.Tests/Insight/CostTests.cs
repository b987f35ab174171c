using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Budgets;
using Ale.Edge;
using Ale.Policy;
using Ale.Registers;
using Xunit;

namespace Ale.Insight;

/// <summary>What steps, categories and automations cost and bring.</summary>
public sealed class CostTests
{
    private static readonly PolicySet Policy = PolicyBook.Load(Repository.At("deploy", "policy"))
        .For(null, new DateTimeOffset(2026, 6, 15, 4, 0, 0, TimeSpan.Zero));
    private static readonly StepCaps Caps = new(500_000, 2_000_000, 150, 600, 200);
    private static readonly DateOnly Week = new(2026, 6, 22); // a Monday
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 4, 0, 0, TimeSpan.Zero);

    [Theory] // A cap of 6.00 a parcel.
    [InlineData(640_000, 1_000, 640.0, true)]
    [InlineData(600_000, 1_000, 600.0, false)]
    [InlineData(600_001, 1_000, 600.0, true)]
    [InlineData(640_000, 0, null, false)] // nothing was sent
    public void BUD_14_a_step_above_its_cap_on_average_is_over(
        long amount, long parcels, double? average, bool isOver)
    {
        var step = Assert.Single(StepCosts.Of(
            [new("step", "logistics", "CNY", amount, 3, 100m), new("step", null, "CNY", 5, 1, 0m),
                new("step", "gifts", "CNY", 5, 1, 0m)], 4, parcels, 900, Caps));
        Assert.Equal(("logistics", "parcel", isOver), (step.Step, step.Unit, step.IsOver));
        Assert.Equal(average, (double?)step.AverageMinor);
    }

    [Theory] // Percent of skin and hair, the latest week first.
    [InlineData("5:4 5:4 5:4 5:4", "skin")]
    [InlineData("5:4 5:4 5:4 4:5", null)] // three weeks only
    [InlineData("5:4 5:5 5:4 5:4", null)] // level with another
    [InlineData("5:4 5:4 5:4", null)] // no data of one week
    [InlineData("0:0 0:0 0:0 0:0", null)] // nobody buys
    [InlineData("4:5 4:5 4:5 4:5 5:4", "hair")]
    public void BUD_13_a_category_leads_when_it_was_best_alone_in_each_of_four_weeks(string weeks, string? leader)
    {
        var rows = weeks.Split(' ').SelectMany((w, back) => w.Split(':').Zip(new[] { "skin", "hair" }, (p, c) =>
            new CategoryWeek(Week.AddDays(-7 * back), c, 100, 0, decimal.Parse(p, CultureInfo.InvariantCulture))));
        Assert.Equal(leader, CategoryLead.Of(rows, Week, 4));
    }

    [Theory, InlineData(22), InlineData(25), InlineData(28)]
    public void BUD_13_weeks_begin_on_Monday(int day) => Assert.Equal(Week, CategoryLead.MondayOf(new(2026, 6, day)));

    private static RegisterEntry Paper(
        string kind, string subject, string id, params (string Name, string Value)[] of) =>
        new(kind, subject, id, new(id, [.. of.Select(a => new RegisterAttribute(a.Name, a.Value))], Noon, null),
            RegisterState.Valid, null, "ann", Noon, null, null, null, null);

    [Fact]
    public void BUD_18_a_bot_that_takes_3000_tickets_saves_11400_and_creative_work_gains_6_points()
    {
        var found = CostStructures.Of(new(2026, 6, 1),
            [Paper("automation", "bot", "a", ("before", "400"), ("after", "20")), Paper("automation", "idle", "a")],
            [Paper("automation_use", "bot", "2026-06", ("count", "3000")),
                Paper("automation_use", "bot", "2026-05", ("count", "9"))],
            [Paper("labour_hours", "care", "2026-06", ("creative", "41"), ("routine", "59")),
                Paper("labour_hours", "care", "2026-05", ("creative", "35"), ("routine", "65"))]);
        Assert.Equal((1_140_000L, 41.0m, 35.0m, 6.0m),
            (found.SavingMinor, found.CreativePercent!.Value, found.CreativeBefore!.Value, found.Points!.Value));
        Assert.Equal("bot", Assert.Single(found.Automations).Name);
    }

    [Theory] // Before and after of the bot, its count: all of them stand in the entry as they are.
    [InlineData("400", null, "3000", "automation/bot/a: after")] // as 0 it would save more than there is
    [InlineData("400", "", "3000", "automation/bot/a: after")]
    [InlineData("400", "-20", "3000", "automation/bot/a: after")]
    [InlineData("400", "0.2", "3000", "automation/bot/a: after")]
    [InlineData(null, "20", "3000", "automation/bot/a: before")]
    [InlineData("400", "20", "many", "automation_use/bot/2026-06: count")]
    [InlineData("9223372036854775807", "20", "3000", "automation/bot/a: before")]
    [InlineData("1000000000000", "0", "1000000000000", "automation_use/bot/2026-06: count")] // no sum of money
    public void BUD_18_an_entry_with_a_wrong_figure_counts_nowhere_and_is_named(
        string? before, string? after, string count, string named)
    {
        var found = CostStructures.Of(new(2026, 6, 1),
            [Paper("automation", "bot", "a", [.. new[] { ("before", before), ("after", after) }
                .Where(f => f.Item2 is not null).Select(f => (f.Item1, f.Item2!))]),
                Paper("automation", "desk", "a", ("before", "9"), ("after", "4"))],
            [Paper("automation_use", "bot", "2026-06", ("count", count)),
                Paper("automation_use", "desk", "2026-06", ("count", "10"))],
            [Paper("labour_hours", "care", "2026-06", ("creative", "41"), ("routine", "59")),
                Paper("labour_hours", "shop", "2026-06", ("creative", "41"))]);
        Assert.Equal((50L, 41.0m), (found.SavingMinor, found.CreativePercent!.Value));
        Assert.Equal([named, "labour_hours/shop/2026-06: routine"], found.Skipped);
    }

    [Fact]
    public void BUD_18_of_two_definitions_of_an_automation_the_one_entered_last_counts() =>
        Assert.Equal(50, CostStructures.Of(new(2026, 6, 1),
            [Paper("automation", "desk", "b", ("before", "9"), ("after", "4")),
                Paper("automation", "desk", "a", ("before", "9"), ("after", "8"))],
            [Paper("automation_use", "desk", "2026-06", ("count", "10"))], []).SavingMinor);

    [Theory]
    [InlineData(null, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void BUD_13_categories_get_more_from_growth_on(int? phase, bool isEarly) =>
        Assert.Equal(isEarly, CategoryLead.WhyNot(phase) is not null);

    [Theory] // Lines with their plan; a phase. Ranks, and whether what it leans to comes first.
    [InlineData("content-studio:40 traffic:30 tools:20", 2, "content-studio 40 traffic 30 tools 20", true)]
    [InlineData("content-studio:40 traffic:10 tools:20", 2, "content-studio 40 tools 20 traffic 10", false)]
    [InlineData("content-studio:40 tools:20", 2, "content-studio 40 tools 20", false)] // no traffic at all
    [InlineData("rent:90:rigid risk:50:reserve brand:30 ecosystem:30 tools:20", 3, "brand 30 ecosystem 30 tools 20", true)]
    [InlineData("brand:10 brand:30 ecosystem:30 tools:20", 3, "brand 40 ecosystem 30 tools 20", true)] // two months
    [InlineData("tools:20", 1, "tools 20", null)]
    [InlineData("tools:20", null, "tools 20", null)]
    public void PHS_03_the_lines_that_a_phase_leans_to_are_shown_in_a_ranking(
        string lines, int? phase, string ranked, bool? isMet)
    {
        var month = 0;
        ImmutableArray<PlannedLine> planned =
        [
            .. lines.Split(' ').Select(l => l.Split(':')).Select(l => new PlannedLine(
                new(++month, l[0]), new(long.Parse(l[1], CultureInfo.InvariantCulture), "CNY",
                    l[^1] == "reserve" ? BudgetKind.Reserve : BudgetKind.Marketing, "reach", l[^1] == "rigid", null))),
        ];
        var total = planned.Sum(l => l.Terms.PlannedMinor);
        var tilt = PlanTilts.Of(
            new("2026", BudgetPlanState.Draft, 1, "", total, "CNY", [], planned, [], null, []), phase, Policy.Budgets);
        Assert.Equal(ranked, string.Join(' ', tilt.Rows.Select(r => $"{r.Line} {r.PlannedMinor}")));
        Assert.Equal(isMet, tilt.IsMet);
        Assert.All(tilt.Rows, r => Assert.Equal(Math.Round(r.PlannedMinor * 100m / total, 1), r.Percent));
    }

    [Fact]
    public void PHS_03_a_line_that_is_split_counts_as_its_parts()
    {
        ImmutableArray<PlannedLine> planned =
        [
            new(new(6, "marketing"), new(90, "CNY", BudgetKind.Marketing, "reach", false, null)),
            new(new(6, "traffic"), new(50, "CNY", BudgetKind.Marketing, "reach", false, "marketing")),
            new(new(6, "content"), new(40, "CNY", BudgetKind.Marketing, "reach", false, "marketing")),
        ];
        var tilt = PlanTilts.Of(
            new("2026", BudgetPlanState.Draft, 1, "", 90, "CNY", [], planned, [], null, []), 2, Policy.Budgets);
        Assert.Equal(["traffic", "content"], tilt.Rows.Select(r => r.Line));
        Assert.True(tilt.IsMet);
    }

    [Theory]
    [InlineData(10_000, "2026|7|tools|7|skin|5000")] // 10 % of 50,000, from the least benefit
    [InlineData(4_999, "2026|7|series|7|skin|5000")] // tools have not so much left
    public void BUD_13_the_money_comes_from_the_line_with_the_least_benefit_that_has_it(long tools, string move)
    {
        ImmutableArray<BudgetLineRow> lines =
        [
            Line("skin", 50_000, 100), Line("tools", tools, 10), Line("series", 90_000, 50),
            Line("rent", 90_000, 0, true),
        ];
        Assert.Equal(move, BudgetReview.MoreFor("skin", 10, lines)!.Argument);
        Assert.Null(BudgetReview.MoreFor("hair", 10, lines));

        static BudgetLineRow Line(string id, long planned, int benefit, bool isRigid = false) => new(
            $"2026-07-{id}", 7, id, new(planned, "CNY", BudgetKind.Marketing, "reach", isRigid, null)
            {
                BenefitPercent = benefit,
            }, 0, 0, 0, null)
        { OwnMinor = planned };
    }

    [Fact]
    [Trait("needs", "server")]
    public async Task BUD_13_BUD_14_a_leading_category_gets_more_and_a_dear_step_stands_in_an_inbox()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow();
        var today = DateOnly.FromDateTime(now.AddHours(8).DateTime);
        var then = today.AddDays(7);
        var path = FormattableString.Invariant($"/api/budgets/{then.Year}/{then.Month}/");
        await using (var first = await TestSilo.Start(database))
        {
            var http = first.Http;
            (await http.Put("/api/policy/cost.leadWeeks", """{"value":1,"reason":"try it"}""", "ops")).Ok();
            (await http.Put("/api/platforms/tv", """{"title":"TV","market":"cn"}""", "ops")).Ok();
            (await http.Post("/api/platforms/tv/events", $$"""
                {"events":[{"id":"v1","kind":"visit","tag":"skin","count":50,"at":"{{Iso(now)}}"},
                 {"id":"v2","kind":"visit","tag":"hair","count":10,"at":"{{Iso(now)}}"}]}
                """)).Ok();
            foreach (var (id, category) in new[] { ("p-skin", "skin/cream"), ("p-hair", "hair") })
            {
                (await http.Put($"/api/products/{id}", $$"""{"title":"{{id}}","category":"{{category}}"}""", "ops")).Ok();
                (await http.Put($"/api/skus/{id}-1", $$"""
                    {"title":"One","priceMinor":100,"currency":"CNY","market":"cn","product":"{{id}}"}
                    """)).Ok();
                (await http.Put($"/api/skus/{id}-1/receipts/r", """{"quantity":9}""")).Ok();
            }

            (await http.Put("/api/orders/c1", """{"userId":"ann","lines":[{"sku":"p-skin-1","quantity":1}]}""")).Ok();
            (await http.Post("/api/orders/c1/pay", """{"method":"local"}""")).Ok();
            var rows = await Rows(http, $"categories?day={today:yyyy-MM-dd}&weeks=1",
                r => r.Count == 2 && (long)r[0]!["buyers"]! == 1);
            Assert.Equal(("skin", 2m, 0m), ((string)rows[0]!["category"]!, (decimal)rows[0]!["percent"]!,
                (decimal)rows[1]!["percent"]!));
            Assert.Equal(rows.Count, (await Rows(http, $"categories?day={today:yyyy-MM-dd}", r => r.Count > 0)).Count);
            (await http.Get("/api/costs/categories?day=2026-06-01&weeks=53", "finance"))
                .IsProblem(400, "request.invalid");
            foreach (var (line, planned) in new[] { ("skin", 50_000), ("tools", 9_000) })
                (await http.Put(path + line, $$"""
                    {"plannedMinor":{{planned}},"currency":"CNY","kind":"technology","goal":"reach"}
                    """, "finance")).Ok();
            var care = FormattableString.Invariant($"/api/budgets/{today.Year}/{today.Month}/care");
            (await http.Put(care, """{"plannedMinor":90000,"currency":"CNY","kind":"labour"}""", "finance")).Ok();
            (await http.Put(care + "/spends/s", """
                {"amountMinor":640,"currency":"CNY","state":"actual","step":"service"}
                """, "finance")).Ok();
            var steps = await Rows(http, $"steps?month={today:yyyy-MM-dd}", r => r.Count == 1);
            Assert.Equal((1L, 640m, 200L, true), ((long)steps[0]!["units"]!, (decimal)steps[0]!["averageMinor"]!,
                (long)steps[0]!["capMinor"]!, (bool)steps[0]!["isOver"]!));
            (await http.Post("/api/jobs/category-lead/run", role: "ops")).Ok();
            await new Func<Task<Answer>>(() => http.Get("/api/jobs/category-lead/runs", "ops")).Until(
                a => a.Text.Contains("No phase has begun", StringComparison.Ordinal), 30);
            for (var phase = 1; phase <= 2; phase++) await Begin(http, phase);
            if (today.Day > 1) await Dear(http); // the job looks at the month of the day before
        }

        await using var later = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=7.00:00:00");
        if (today.Day == 1) await Dear(later.Http);
        (await later.Http.Post("/api/jobs/category-lead/run", role: "ops")).Ok();
        var review = CauseIds.Of("category_lead", FormattableString.Invariant($"skin/{then:yyyy-MM}"));
        var found = await new Func<Task<Answer>>(() => later.Http.Get($"/api/reviews/{review}", "finance"))
            .Until(a => a.Status == 200, 30);
        Assert.Equal("+10 % for skin", (string)found.Json["title"]!);
        (await later.Http.Post($"/api/reviews/{review}/accept", """{"reason":"yes"}""", "finance", "fay")).Ok();
        await new Func<Task<Answer>>(() => later.Http.Get(path + "skin", "finance"))
            .Until(l => (long)l.Json["plannedMinor"]! == 55_000, 30);

        async Task Begin(SiloHttp http, int phase)
        {
            (await http.Put($"/api/phases/{phase}", """{"gates":[{"id":"model","title":"The model"}]}""", "ops")).Ok();
            var asked = await http.Post($"/api/phases/{phase}/begin",
                $$"""{"from":"{{today.AddDays(phase - 1):yyyy-MM-dd}}","reason":"go"}""", "ops");
            (await http.Post($"/api/approvals/{(string)asked.Json["approvalId"]!}/decide",
                """{"decision":"approve","reason":"ready"}""", "approver", "ada")).Ok();
            if (phase == 1) (await http.Put("/api/phases/1/gates/model", """{"evidence":"report/7"}""", "ops")).Ok();
        }

        async Task Dear(SiloHttp http)
        {
            (await http.Post("/api/jobs/cost-steps/run", role: "ops")).Ok();
            var item = CauseIds.Of("cost_step", FormattableString.Invariant($"{today:yyyy-MM}/service/CNY"));
            var told = await new Func<Task<Answer>>(() => http.Get($"/api/inbox/{item}", "finance"))
                .Until(a => a.Status == 200, 30);
            Assert.Contains("service costs 640 CNY (minor units) for each order", (string)told.Json["title"]!,
                StringComparison.Ordinal);
        }

        static Task<JsonArray> Rows(SiloHttp http, string query, Func<JsonArray, bool> isSo) =>
            new Func<Task<JsonArray>>(async () => (await http.Get($"/api/costs/{query}", "finance")).Ok()
                .Json["items"]!.AsArray()).Until(isSo, 20);

        static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
