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
        }, 0, actual, actual, BudgetFigures.Variance(actual, planned));
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

    private static readonly ImmutableArray<BreakdownRow> Breakdown =
    [
        new("session", "S1", "CNY", 30_000, 3, 71.4m), new("session", null, "CNY", 12_000, 1, 28.6m),
        new("host", "H2", "CNY", 42_000, 4, 100m), new("category", null, "CNY", 42_000, 4, 100m),
    ];

    [Fact]
    public void BUD_04_the_finding_names_what_the_money_went_for()
    {
        var text = BudgetReview.Finding(Row("2026-06-marketing", 50_000, 42_000), Breakdown);
        Assert.Equal("Planned 50000, booked 42000 CNY (minor units), -16.0 %. By session: S1 30000 (71.4 %), "
            + "none 12000 (28.6 %). By host: H2 42000 (100 %).", text);
    }

    [Theory] // Spent; then the lines of July: id, plan, benefit. The move, or none.
    [InlineData(42_000, "marketing:50000:80 series:20000:300 tools:5000:100", "2026|7|marketing|7|series|8000")]
    [InlineData(60_000, "marketing:50000:80 series:20000:300 tools:5000:100", "2026|7|tools|7|marketing|5000")]
    [InlineData(60_000, "marketing:50000:80 series:20000:300", "2026|7|series|7|marketing|10000")]
    [InlineData(42_000, "marketing:50000:80", null)] // nothing to move it to
    [InlineData(42_000, "series:20000:300", null)] // it is planned no more
    [InlineData(42_000, "marketing:0:80 series:20000:300", null)] // nothing left
    public void BUD_04_the_proposal_moves_what_is_off_to_where_it_brings_more(long actual, string july, string? move)
    {
        ImmutableArray<BudgetLineRow> next = [.. july.Split(' ').Select(l => l.Split(':')).Select(l => Row(
            $"2026-07-{l[0]}", long.Parse(l[1], CultureInfo.InvariantCulture), 0,
            int.Parse(l[2], CultureInfo.InvariantCulture)))];
        var (text, effect) = BudgetReview.Proposal(Row("2026-06-marketing", 50_000, actual), Breakdown, next);
        Assert.Equal(move, effect?.Argument);
        Assert.Contains("host H2", text, StringComparison.Ordinal);
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
        }

        var off = next.AddHours(-8).AddHours(7).AddMinutes(1) - now.AddHours(-8).UtcDateTime;
        await using var later = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={off:c}");
        var review = CauseIds.Of("budget_variance", BudgetKeys.KeyOf(now.Year, now.Month, "marketing"));
        var found = await new Func<Task<Answer>>(() => later.Http.Get($"/api/reviews/{review}", "finance"))
            .Until(a => a.Status == 200, 60);
        Assert.Contains("H2 30000 (71.4 %)", (string)found.Json["finding"]!, StringComparison.Ordinal);
        Assert.Contains("Move 8000", (string)found.Json["proposal"]!, StringComparison.Ordinal);
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
