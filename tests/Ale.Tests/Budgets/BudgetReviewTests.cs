using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Budgets;

/// <summary>The monthly review of the budget.</summary>
public sealed class BudgetReviewTests
{
    private static BudgetLineRow Row(string key, long planned, long actual, int? benefit = null, bool rigid = false)
    {
        var (_, month, line) = BudgetKeys.Parse(key);
        return new(key, month, line, new(planned, "CNY", BudgetKind.Marketing, "reach", rigid, null)
        {
            BenefitPercent = benefit,
        }, 0, actual, actual, BudgetFigures.Variance(actual, planned))
        { OwnMinor = planned };
    }

    [Theory]
    [InlineData(42_000, true)] // -16 %
    [InlineData(42_500, false)] // exactly 15 %
    [InlineData(42_499, true)]
    [InlineData(57_500, false)]
    [InlineData(57_501, true)]
    [InlineData(50_000, false)]
    public void BUD_04_more_than_15_percent_either_way_is_looked_into(long actual, bool isOff) =>
        Assert.Equal(isOff, BudgetReview.IsOff(actual, 50_000, 15));

    private static ImmutableArray<BreakdownRow> Month(params (string? Session, string? Host, long Amount)[] spends) =>
    [
        .. Ways("session", spends.Select(s => (s.Session, s.Amount))),
        .. Ways("host", spends.Select(s => (s.Host, s.Amount))),
        .. Ways("category", spends.Select(s => ((string?)null, s.Amount))),
    ];

    private static IEnumerable<BreakdownRow> Ways(string by, IEnumerable<(string? Value, long Amount)> spends) =>
        spends.GroupBy(s => s.Value).Select(g => new BreakdownRow(
            by, g.Key, "CNY", g.Sum(s => s.Amount), g.Count(), 0));

    // May and April had 50,000 and 44,000; June has 42,000, and H2 got less.
    private static readonly ImmutableArray<BreakdownRow> June = Month(("S1", "H2", 30_000), (null, "H5", 12_000));

    private static readonly ImmutableArray<BreakdownRow>[] Earlier =
        [Month(("S0", "H2", 40_000), (null, "H5", 10_000)), Month((null, "H2", 36_000), (null, "H5", 8_000))];

    private static BudgetVariance Variance(bool hasViews = false)
    {
        var found = BudgetVariance.Of(June, Earlier);
        return !hasViews ? found : found with
        {
            Rows = [.. found.Rows.Select(r => r.Value switch
            {
                "H2" => r with { Views = new(600, 1_000) },
                "H5" => r with { Views = new(990, 1_000) },
                "S1" => r with { Views = new(600, null) },
                _ => r,
            })],
        };
    }

    [Fact]
    public void BUD_04_deviations_from_the_months_before_add_up_to_the_lines_in_each_way()
    {
        var found = Variance();
        Assert.Equal((2, 47_000L, -5_000L), (found.Months, found.MeanMinor, found.OffMinor));
        Assert.All(found.Rows.GroupBy(r => r.By), way => Assert.Equal(-5_000, way.Sum(r => r.OffMinor)));
        Assert.Equal([("H2", 30_000L, 38_000L, false), ("H5", 12_000, 9_000, false)], found.Rows
            .Where(r => r.By == "host").Select(r => (r.Value!, r.AmountMinor, r.MeanMinor, r.IsNew)));
        Assert.Equal([("S1", 30_000L, true), (null, -15_000L, false), ("S0", -20_000, false)], found.Rows
            .Where(r => r.By == "session").OrderByDescending(r => r.OffMinor)
            .Select(r => (r.Value, r.OffMinor, r.IsNew)));
        // With the plan's own deviation from the mean they are the line's from its plan.
        Assert.Equal(42_000 - 50_000, found.OffMinor - found.PlanOffMinor(50_000));
    }

    [Theory] // Money of three months, a host each: the means are whole and add up to the mean of the whole.
    [InlineData(100, 100, 100)]
    [InlineData(100, 101, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(2, 2, 1)]
    public void BUD_04_means_that_are_rounded_still_add_up(long a, long b, long c)
    {
        var found = BudgetVariance.Of(Month((null, "H1", 50)),
            [Month((null, "H1", a)), Month((null, "H2", b)), Month((null, "H3", c))]);
        var mean = (long)Math.Round((a + b + c) / 3m, MidpointRounding.AwayFromZero);
        Assert.Equal(mean, found.MeanMinor);
        Assert.All(found.Rows.GroupBy(r => r.By), way => Assert.Equal(50 - mean, way.Sum(r => r.OffMinor)));
    }

    [Fact]
    public void BUD_04_the_finding_shows_each_deviation_the_views_and_the_causes()
    {
        var text = BudgetReview.Finding(Row("2026-06-marketing", 50_000, 42_000), Variance(hasViews: true));
        Assert.Equal("Planned 50000, booked 42000 CNY (minor units), -16.0 %. Mean of 2 months before: 47000; booked -5000 "
            + "and planned +3000 against it. By session: S1 30000 (+30000, new; views 600, new), S0 0 (-20000), "
            + "none 12000 (-15000). By host: H2 30000 (-8000; views 600 against 1000, -40.0 %), "
            + "H5 12000 (+3000; views 990 against 1000, -1.0 %). Causes: session S0 0 (-20000), "
            + "host H2 30000 (-8000; views 600 against 1000, -40.0 %).", text);
    }

    [Fact]
    public void BUD_04_what_is_not_shown_stands_in_the_finding_as_one_sum()
    {
        var many = Month([.. Enumerable.Range(1, 9).Select(i => ((string?)null, (string?)$"H{i}", i * 1_000L))]);
        var text = BudgetReview.Finding(Row("2026-06-marketing", 50_000, 45_000), BudgetVariance.Of(many, []));
        Assert.Contains("No month before is there to compare with.", text, StringComparison.Ordinal);
        Assert.Contains("H9 9000 (+9000, new), H8 8000 (+8000, new), H7 7000 (+7000, new), and 6 more (+21000).", text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void BUD_04_the_cause_is_the_host_whose_views_fell_most_else_what_went_the_lines_way_furthest()
    {
        Assert.Equal("H2", Host(Variance(hasViews: true), -8_000));
        Assert.Equal("H2", Host(Variance(hasViews: true), 8_000)); // more money, and fewer saw it
        Assert.Equal("H2", Host(Variance(), -8_000));
        Assert.Equal("H5", Host(Variance(), 8_000)); // the only one that got more
        Assert.Null(Host(BudgetVariance.Of(June, []), -8_000)); // all is new: nothing got less
        Assert.Equal("H2", Host(BudgetVariance.Of(June, []), 8_000));

        static string? Host(BudgetVariance found, long off) =>
            found.Causes(off).SingleOrDefault(c => c.By == "host")?.Value;
    }

    [Theory] // Spent; then the lines of July: id, plan, benefit. The move, or none.
    [InlineData(42_000, "marketing:50000:80 series:20000:300 tools:5000:100", "2026|7|marketing|7|series|8000")]
    [InlineData(60_000, "marketing:50000:80 series:20000:300 tools:5000:100", "2026|7|tools|7|marketing|5000")]
    [InlineData(60_000, "marketing:50000:80 series:20000:300", "2026|7|series|7|marketing|10000")]
    [InlineData(42_000, "marketing:50000:80", null)] // nothing to move it to
    [InlineData(42_000, "series:20000:300", null)] // it is planned no more
    [InlineData(42_000, "marketing:0:80 series:20000:300", null)] // nothing left
    [InlineData(42_000, "marketing:50000:80:reserve series:20000:300", null)] // set aside: neither asked
    [InlineData(42_000, "marketing:50000:80 series:20000:300:reserve", null)] // nor given
    [InlineData(60_000, "marketing:50000:80 series:20000:300:reserve", null)]
    [InlineData(42_000, "marketing:50000:80:rigid series:20000:300", null)] // it would be refused
    public void BUD_04_the_proposal_moves_what_is_off_to_where_it_brings_more(long actual, string july, string? move)
    {
        ImmutableArray<BudgetLineRow> next = [.. july.Split(' ').Select(l => l.Split(':')).Select(l => Row(
            $"2026-07-{l[0]}", long.Parse(l[1], CultureInfo.InvariantCulture), 0,
            int.Parse(l[2], CultureInfo.InvariantCulture), l[^1] == "rigid")).Zip(july.Split(' '), (row, said) =>
                said.EndsWith("reserve", StringComparison.Ordinal)
                    ? row with { Terms = row.Terms with { Kind = BudgetKind.Reserve } } : row)];
        var (text, effect) = BudgetReview.Proposal(
            Row("2026-06-marketing", 50_000, actual), Variance(hasViews: true), next);
        Assert.Equal(move, effect?.Argument);
        Assert.EndsWith("Look at host H2 30000 (-8000; views 600 against 1000, -40.0 %) first.", text,
            StringComparison.Ordinal);
        if (move is not null && actual == 42_000) Assert.StartsWith(
            "Move 8000 from 2026-07-marketing (host H2) to 2026-07-series.", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("needs", "server")]
    public async Task BUD_04_on_the_first_of_the_month_what_was_off_is_found_and_an_accepted_move_is_done()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow().AddHours(8);
        var next = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
        var (month, after) = (FormattableString.Invariant($"/api/budgets/{now.Year}/{now.Month}/"),
            FormattableString.Invariant($"/api/budgets/{next.Year}/{next.Month}/"));
        await using (var before = await TestSilo.Start(database))
        {
            var http = before.Http;
            foreach (var (path, planned) in new[]
            {
                (month + "marketing", 50_000), (month + "tools", 1_000), (after + "marketing", 50_000),
                (after + "series", 20_000),
            })
                (await http.Put(path, $$"""
                    {"plannedMinor":{{planned}},"currency":"CNY","kind":"marketing","goal":"reach"}
                    """, "finance")).Ok();
            (await http.Put(month + "risk-law", """
                {"plannedMinor":9000,"currency":"CNY","kind":"reserve","goal":"safe"}
                """, "finance")).Ok();
            (await http.Put("/api/sessions/S1", """
                {"title":"Evening","kind":"live","tier":"base","market":"cn","hostId":"H2","ownerId":"ann",
                 "startsAt":"2090-01-01T12:00:00Z","endsAt":"2090-01-01T14:00:00Z","inducing":false,"skus":[]}
                """)).Ok();
            (await http.Put("/api/platforms/tv", """{"title":"TV","market":"cn"}""", "ops")).Ok();
            var at = TimeProvider.System.GetUtcNow().ToString(
                "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            (await http.Post("/api/platforms/tv/events", $$"""
                {"events":[{"id":"v1","kind":"view","sessionId":"S1","count":600,
                 "at":"{{at}}"}]}
                """)).Ok();
            await Spend(http, month + "marketing/spends/s1", 30_000, "\"hostId\":\"H2\",\"sessionId\":\"S1\"");
            await Spend(http, month + "marketing/spends/s2", 12_000, "\"hostId\":\"H5\"");
            await Spend(http, month + "tools/spends/s1", 1_150, "\"step\":\"content\"");
            var rows = await new Func<Task<JsonArray>>(() => Rows(http, "?by=host")).Until(
                r => r.Sum(x => (long)x!["amountMinor"]!) == 43_150);
            Assert.Equal(["H2", "H5", null], rows.Select(r => (string?)r!["value"]));
            rows = await Rows(http, FormattableString.Invariant($"?month={now.Month}&line=marketing&by=host"));
            Assert.Equal([71.4m, 28.6m], rows.Select(r => (decimal)r!["percent"]!));
            rows = await Rows(http, "?by=line");
            Assert.Equal([42_000L, 1_150], rows.Select(r => (long)r!["amountMinor"]!).Take(2));
            var page = (await http.Get($"/api/budgets/{now.Year}/breakdown?by=host&limit=2", "finance")).Ok().Json;
            rows = await Rows(http, $"?by=host&limit=2&after={(string)page["next"]!}");
            Assert.Equal(1_150, (long)rows.Single()!["amountMinor"]!);
        }

        var off = next.AddHours(-8).AddHours(7).AddMinutes(1) - now.AddHours(-8).UtcDateTime;
        await using var later = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={off:c}");
        var review = CauseIds.Of("budget_variance", BudgetKeys.KeyOf(now.Year, now.Month, "marketing"));
        var found = await new Func<Task<Answer>>(() => later.Http.Get($"/api/reviews/{review}", "finance"))
            .Until(a => a.Status == 200, 60);
        Assert.Contains("H2 30000 (+30000, new; views 600, new)", (string)found.Json["finding"]!,
            StringComparison.Ordinal);
        Assert.Contains("Move 8000", (string)found.Json["proposal"]!, StringComparison.Ordinal);
        Assert.Equal(404, (await later.Http.Get($"/api/reviews/{CauseIds.Of("budget_variance",
            BudgetKeys.KeyOf(now.Year, now.Month, "risk-law"))}", "finance")).Status); // unused, as it should be
        Assert.Equal(404, (await later.Http.Get($"/api/reviews/{CauseIds.Of("budget_variance",
            BudgetKeys.KeyOf(now.Year, now.Month, "tools"))}", "finance")).Status); // exactly 15 %
        (await later.Http.Post($"/api/reviews/{review}/accept", """{"reason":"yes"}""",
            "finance", "fay")).Ok();
        var moved = await new Func<Task<JsonNode>>(async () =>
            (await later.Http.Get(after + "series", "finance")).Ok().Json).Until(
            l => (long)l["plannedMinor"]! == 28_000, 30);
        Assert.Equal(28_000, (long)moved["plannedMinor"]!);

        async Task<JsonArray> Rows(SiloHttp http, string query) =>
            (await http.Get($"/api/budgets/{now.Year}/breakdown{query}", "finance")).Ok().Json["items"]!.AsArray();

        static async Task Spend(SiloHttp http, string path, long amount, string tags) => (await http.Put(path, $$"""
            {"amountMinor":{{amount}},"currency":"CNY","state":"actual","class":"performance",{{tags}}}
            """, "finance")).Ok();
    }
}
