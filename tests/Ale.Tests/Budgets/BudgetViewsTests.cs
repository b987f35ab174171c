using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Ale.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ale.Budgets;

/// <summary>What the tables of the budget answer, on both stores.</summary>
[Trait("needs", "server")]
public sealed class BudgetViewsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));

    private static BudgetLineEvent Planned(long amount, string currency = "CNY") => new BudgetLineEvent.Planned(
        1, new(amount, currency, BudgetKind.Technology, "reach", false, null), Noon);

    private static BudgetLineEvent Booked(
        string id, long amount, SpendTags? tags = null, string currency = "CNY", DateTimeOffset? at = null) =>
        new BudgetLineEvent.Booked(
            new(id, amount, currency, SpendStage.Actual, false, tags ?? new()), 0, 0, at ?? Noon);

    private static BudgetLineEvent Bought(string id, long amount, DateTimeOffset at) =>
        Booked(id, amount, new(Note: "none to rent") { Acquisition = Acquisition.Purchase }, at: at);

    private static async Task<(TestViews Views, BudgetQueries Queries)> Filled(
        string engine, params (string Key, BudgetLineEvent[] Events)[] all)
    {
        var projection = new BudgetProjection();
        var views = await TestViews.Create(engine, projection);
        await views.Put(batch =>
        {
            foreach (var (key, events) in all)
                projection.Project(TestViews.Row($"budget/{key}", 0, BudgetLine.EventJson, events), batch);
        });
        return (views, new(views.Views, new MarketBook(Book), Book, new JournalClock(new FakeTimeProvider(Noon))));
    }

    [Theory] // This year; 1,000,000 in as much of the last. The change, and whether 30 % less is met.
    [InlineData("sqlite", 690_000, -31.0, true)]
    [InlineData("postgres", 690_000, -31.0, true)]
    [InlineData("sqlite", 700_000, -30.0, true)] // exactly
    [InlineData("sqlite", 700_001, -30.0, false)] // it is only shown as much
    public async Task BUD_16_fixed_assets_are_30_percent_below_the_year_before(
        string engine, long bought, double change, bool isMet)
    {
        var sameDay = new DateTimeOffset(2025, 6, 15, 23, 59, 59, TimeSpan.FromHours(8));
        var (views, queries) = await Filled(engine,
            ("2025-03-tools", [Planned(5_000_000), Bought("a", 400_000, sameDay.AddDays(-90)),
                Booked("b", 70_000, at: sameDay.AddDays(-90))]),
            ("2025-06-tools", [Planned(5_000_000), Bought("a", 600_000, sameDay),
                Bought("later", 80_000, sameDay.AddSeconds(1))]),
            ("2026-02-tools", [Planned(5_000_000), Bought("a", bought, Noon.AddDays(-120)),
                Booked("s", 9_000, new() { Acquisition = Acquisition.Subscription })]));
        await using var _ = views;
        var assets = Assert.Single((await queries.Assets(2026, default, default)).Value);
        Assert.Equal((bought, 1_000_000L, 1_080_000L, (decimal?)change, -30, isMet), (assets.AmountMinor,
            assets.BeforeMinor, assets.BeforeYearMinor, assets.ChangePercent, assets.GoalPercent, assets.IsMet));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_01_a_line_is_listed_with_its_month_and_the_year_up_to_it(string engine)
    {
        var (views, queries) = await Filled(engine,
            ("2025-12-tools", [Planned(9_999), Booked("a", 9_999)]),
            ("2026-01-tools", [Planned(1_000), Booked("a", 400)]),
            ("2026-02-tools", [Planned(2_000), Booked("a", 2_500)]),
            ("2026-02-rooms", [Planned(7_000)]),
            ("2026-03-tools", [Planned(500)]));
        await using var _ = views;
        var rows = (await queries.Lines(new(2026, 10), default, default)).Value;
        Assert.Equal(
            [
                ("2026-01-tools", 1_000L, 400L), ("2026-02-rooms", 7_000, 0), ("2026-02-tools", 3_000, 2_900),
                ("2026-03-tools", 3_500, 2_900),
            ],
            rows.Select(r => (r.Key, r.YearPlannedMinor, r.YearActualMinor)));
        var (one, _) = await queries.Lines(new(2026, 10) { Month = 3, After = "2026-03-a" }, default, default);
        Assert.Equal(("2026-03-tools", 3_500L), (one[0].Key, one[0].YearPlannedMinor)); // narrowed, the sum stays
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_04_the_breakdown_goes_on_where_a_page_ended(string engine)
    {
        var (views, queries) = await Filled(engine,
            ("2026-06-tools", [Planned(9_000), Booked("a", 500, new(HostId: "H1")), Booked("b", 500, new(HostId: "H2")),
                Booked("c", 700, new(HostId: "H3")), Booked("d", 20)]),
            ("2026-06-far", [Planned(9_000, "EUR"), Booked("a", 900, new(HostId: "H9"), "EUR")]));
        await using var _ = views;
        var whole = (await queries.Breakdown(new("2026-06-", int.MaxValue), default, default)).Value;
        Assert.Equal(["H3", "H1", "H2", null, "H9"], whole.Where(r => r.By == "host").Select(r => r.Value));
        var paged = ImmutableArray<BreakdownRow>.Empty;
        for (BreakdownPlace? after = null; ;)
        {
            var (page, refusal) = await queries.Breakdown(
                new("2026-06-", int.MaxValue) { PageMax = 2, After = after }, default, default);
            Assert.Null(refusal);
            if (page.IsEmpty) break;
            paged = paged.AddRange(page);
            after = new(page[^1].By, page[^1].Currency, page[^1].AmountMinor, page[^1].Value);
        }

        Assert.Equal(whole, paged);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task BUD_15_unusual_spends_of_a_quarter_are_counted_whatever_is_shown(string engine)
    {
        BudgetLineEvent[] Flagged(string id, bool? passed)
        {
            var booked = (BudgetLineEvent.Booked)Booked(id, 900);
            var flagged = new BudgetLineEvent.Flagged(booked.Spend, 300, Noon);
            return passed is { } so
                ? [booked, flagged, new BudgetLineEvent.Checked(booked.Spend, so, "ann", "seen", Noon)]
                : [booked, flagged];
        }

        var (views, queries) = await Filled(engine,
            ("2026-03-tools", [Planned(9_000), .. Flagged("early", null)]),
            ("2026-04-tools", [Planned(9_000), .. Flagged("a", null), .. Flagged("b", true), Booked("c", 5)]),
            ("2026-06-tools", [Planned(9_000), .. Flagged("d", null), .. Flagged("e", false)]),
            ("2026-07-tools", [Planned(9_000), .. Flagged("late", null)]));
        await using var _ = views;
        Assert.Equal(new(4, 2), (await queries.UnusualCount("2026-04", "2026-06", default, default)).Value);
        Assert.Equal(3, (await queries.Unusual("2026-04", "2026-06", 3, default, default)).Value.Length);
        Assert.Equal(new(0, 0), (await queries.UnusualCount("2026-08", "2026-09", default, default)).Value);
    }
}
