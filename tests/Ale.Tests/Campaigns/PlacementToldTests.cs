using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Kernel;
using Ale.Platforms;
using Ale.Policy;
using Xunit;

namespace Ale.Campaigns;

/// <summary>What is decided about sums that platforms tell of a placement, and how they are made.</summary>
public sealed class PlacementToldTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 6, 15);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly CampaignPolicy Policy = Book.For(null, Noon).Campaigns;
    private static readonly PlacementTerms Terms =
        new("C1", "douyin", SpendClass.Performance, "visitor", 100_000, "CNY", 400);

    private static Placement Live() => Placement.New()
        .Apply(new PlacementEvent.Put(Terms, "marketing", "mia", Noon)).Apply(new PlacementEvent.Lived(true, 1, Noon));

    private static PlatformSum Spend(long amount, string batch = "b1", string currency = "CNY") =>
        new("douyin", batch, Day, "spend", currency, 1, 1, amount, Noon, Noon, batch);

    private static PlatformSum Visits(long count, string batch = "b1") =>
        new("douyin", batch, Day, "visitor", "", 1, count, 0, Noon, Noon, batch);

    private static (PlacementTold? Told, PlacementEvent[] Events) Tell(
        Placement p, DateTimeOffset at, params PlatformSum[] sums)
    {
        var (reply, events) = p.DecideTold([.. sums], "P1", Policy, at);
        foreach (var e in events) p.Apply(e);
        return (reply.Value, [.. events]);
    }

    public static TheoryData<PlatformSum, string?> Bounds() => new()
    {
        { Spend(7), null },
        { Spend(7, currency: "USD"), "placement.currency" },
        { Spend(7, currency: ""), null },
        { Spend(7) with { At = Noon.AddMinutes(5) }, null },
        { Spend(7) with { At = Noon.AddMinutes(5).AddTicks(1) }, "placement.bad_terms" },
        { Spend(7) with { At = Noon.AddDays(-7) }, null },
        { Spend(7) with { At = Noon.AddDays(-7).AddTicks(-1) }, "placement.late" },
        // The reaction comes later than the event was taken: that does not make it late,
        { Spend(7) with { At = Noon.AddDays(-13.9), TakenAt = Noon.AddDays(-6.9) }, null },
        // up to the days for which ids are remembered.
        { Spend(7) with { At = Noon.AddDays(-7), TakenAt = Noon.AddDays(-7) }, null },
        { Spend(7) with { At = Noon.AddDays(-8), TakenAt = Noon.AddDays(-7).AddTicks(-1) }, "placement.late" },
        { Spend(-7), "placement.bad_terms" },
        { Spend(101), "placement.changed" }, // of the batch there was
    };

    [Theory, MemberData(nameof(Bounds))]
    public void DAT_07_A_sum_that_cannot_be_booked_is_named_and_the_others_are_booked(PlatformSum sum, string? code)
    {
        var p = Live();
        var there = Spend(100, sum.AmountMinor == 101 ? "b1" : "b0");
        Assert.Single(Tell(p, Noon, there).Events);
        var (told, events) = Tell(p, Noon, sum, Visits(3, "b2"));
        Assert.Equal(code, told!.Refused.SingleOrDefault()?.Why);
        Assert.Equal((code is null ? 107L : 100L, 3L), (p.SpendMinor, p.Results));
        Assert.Equal(code is null ? 2 : 1, events.OfType<PlacementEvent.Reported>().Single().Reports.Length);
        Assert.Empty(Tell(p, Noon, sum, Visits(3, "b2")).Events); // told again
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(1_000_001)]
    [InlineData(2_147_483_648)] // more than an int
    [InlineData(1_000_000_000_000)] // the most of one event
    [InlineData(500_000_000_000_000)] // and of all events of a message
    public void DAT_07_No_result_is_lost_however_many_there_are(long count)
    {
        var p = Live();
        var (told, _) = Tell(p, Noon, Visits(count));
        Assert.Equal((count, 0), (p.Results, told!.Refused.Length));
        Assert.Empty(Tell(p, Noon, Visits(count)).Events);
        Assert.Equal("placement.changed", Tell(p, Noon, Visits(count + 1)).Told!.Refused.Single().Why);
        var awake = Placement.Snapshots.Thaw(Placement.Snapshots.Freeze(p)());
        Assert.Empty(Tell(awake, Noon, Visits(count)).Events);
    }

    [Fact]
    public void DAT_07_Money_beyond_one_report_is_booked_as_several()
    {
        var p = Live();
        Tell(p, Noon, Spend((3 * Limits.AmountMinorMax) + 5));
        Assert.Equal(((3 * Limits.AmountMinorMax) + 5, 4), (p.SpendMinor, p.EventCount));
        Assert.Empty(Tell(p, Noon, Spend((3 * Limits.AmountMinorMax) + 5)).Events);
    }

    [Fact]
    public void DAT_07_Ids_are_remembered_from_when_the_event_was_taken()
    {
        var (p, later) = (Live(), Noon.AddDays(6.9));
        var sum = Spend(7) with { At = Noon.AddDays(-6.9) };
        Tell(p, later, sum);
        Tell(p, later, Spend(5, "b2") with { At = later, TakenAt = later }); // here old ids are forgotten
        Assert.Empty(Tell(p, later, sum).Events);
        Assert.Equal(12, p.SpendMinor);
    }

    [Fact]
    public void CAM_02_Spend_and_results_of_one_message_are_judged_together()
    {
        var p = Live();
        Assert.Empty(Tell(p, Noon, Visits(120), Spend(59_760)).Events.OfType<PlacementEvent.Adjusted>()); // 4.98
        Assert.Equal(PlacementStrategy.LowerBid, // 5.01
            Tell(p, Noon, Spend(360, "b2")).Events.OfType<PlacementEvent.Adjusted>().Single().Step.Strategy);
        Assert.Equal("placement.unknown",
            Placement.New().DecideTold([], "P1", Policy, Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void K02_A_sum_is_booked_in_the_month_of_its_own_day()
    {
        var (_, events) = Tell(Live(), Noon, Spend(7) with { Day = new(2026, 5, 31) }, Spend(5, "b2"), Visits(1));
        Assert.Equal([new("2026-05", 7), new MonthSpend("2026-06", 5)],
            events.OfType<PlacementEvent.Reported>().Single().Months.AsEnumerable());
    }

    [Fact]
    public void DAT_07_What_is_not_booked_is_counted_for_each_platform_reason_and_day()
    {
        RefusedSum R(string batch, string why = "placement.late", int days = 0) =>
            new(Spend(7, batch) with { Events = 2, TakenAt = Noon.AddDays(days) }, why);
        var said = PlatformSpend.NotBooked("P1", [R("b1"), R("b2"), R("b3", "placement.currency"), R("b4", days: 1)])
            .ToArray();
        Assert.Equal(
            [
                "Platform douyin tells of placement P1 what is not booked (placement.late): 4 so far, b1, b2",
                "Platform douyin tells of placement P1 what is not booked (placement.currency): 2 so far, b3",
                "Platform douyin tells of placement P1 what is not booked (placement.late): 2 so far, b4",
            ],
            said.Select(s => s.Title));
        var other = PlatformSpend.NotBooked("P2", [R("b1")]).Single();
        Assert.Equal(5, said.Append(other).Select(s => s.Item(1)).Append(other.Item(2)).Distinct().Count());
    }

    [Fact]
    public void DAT_07_A_message_is_told_to_each_placement_as_one_sum_for_each_day_kind_and_currency()
    {
        var (first, second) = (Day.AddDays(-1), Day);
        KeptEvent E(string id, string kind, DateOnly day, string? placement = "P1", long? amount = null) =>
            new(new(id, kind, Noon.AddSeconds(day.DayNumber - Day.DayNumber))
            {
                Count = 2,
                PlacementId = placement,
                AmountMinor = amount,
                Currency = amount is null ? null : "CNY",
            }, day);
        var taken = new PlatformsEvent.Taken(
            [
                E("e9", "view", second, null), E("e3", "spend", first, amount: 10), E("e2", "spend", first, amount: 5),
                E("e4", "spend", second, amount: 7), E("e5", "visitor", second), E("e6", "visitor", second),
                E("e7", "spend", second, "P2", 1),
            ], [], 0, 3, null, Noon.AddMinutes(1));
        var told = PlatformSpend.SumsOf("douyin", taken).ToArray();
        Assert.Equal(["P1", "P2"], told.Select(t => t.Placement));
        PlatformSum[] expected =
        [
            new("douyin", "e9", first, "spend", "CNY", 2, 4, 15, Noon.AddSeconds(-1), taken.At, "e2"),
            new("douyin", "e9", second, "spend", "CNY", 1, 2, 7, Noon, taken.At, "e4"),
            new("douyin", "e9", second, "visitor", "", 2, 4, 0, Noon, taken.At, "e5"),
        ];
        Assert.Equal(expected, told[0].Sums.ToArray());
        Assert.Equal(4, told.SelectMany(t => t.Sums.Select(s => Placement.ReportId(s, t.Placement, 0)))
            .Distinct().Count(Limits.IsId));
    }
}
