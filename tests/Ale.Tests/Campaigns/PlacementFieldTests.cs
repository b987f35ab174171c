using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Campaigns;

/// <summary>Bad input of a placement names its field and the rule; a change is made once.</summary>
public sealed class PlacementFieldTests
{
    private const string Bad = "placement.bad_terms", From0 = "Must be 0 to 1000000000000.",
        From1 = "Must be 1 to 1000000000000.";

    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly CampaignPolicy Policy = Book.For(null, Noon).Campaigns;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);
    private static readonly PlacementTerms Terms =
        new("C1", "douyin", SpendClass.Performance, "visitor", 100_000, "CNY", 400);

    private static void Names(Refusal? refusal, string code, string field, string rule)
    {
        Assert.Equal(code, refusal?.Code);
        Assert.Equal((field, rule), (Of("field"), Of("detail")));

        string Of(string name) => Assert.Single(refusal!.Details, d => d.Key == name).Value;
    }

    public static TheoryData<SpendReport, string, string, string> Reports()
    {
        var good = new SpendReport("e1", 7, 1, Noon, null);
        return new()
        {
            { good with { SpendMinor = -1 }, "bad_terms", "spendMinor", From0 },
            { good with { SpendMinor = Limits.AmountMinorMax + 1 }, "bad_terms", "spendMinor", From0 },
            { good with { Results = Limits.QuantityMax + 1 }, "bad_terms", "results", "Must be 0 to 1000000." },
            { good with { At = Noon.AddMinutes(5).AddTicks(1) }, "bad_terms", "at",
                "Must be at most 5 minutes ahead." },
            { good with { At = Noon.AddDays(-7).AddTicks(-1) }, "late", "at", "Must be at most 7 days back." },
            { good with { Currency = "USD" }, "currency", "currency", "The placement's is CNY." },
        };
    }

    [Theory, MemberData(nameof(Reports))]
    public void CAM_02_A_report_that_is_refused_names_the_event_the_field_and_the_rule(
        SpendReport report, string code, string field, string rule)
    {
        var p = Placement.New().Apply(new PlacementEvent.Put(Terms, null, "mia", Noon));
        var refusal = p.Decide([report], Policy, Market, Noon).Reply.Refusal;
        Names(refusal, "placement." + code, field, rule);
        Assert.Contains(refusal!.Details, d => d is { Key: "eventId", Value: "e1" });
    }

    [Fact]
    public void CAM_02_Terms_and_amounts_out_of_range_name_the_field()
    {
        var p = Placement.New();
        Names(p.WhyNotPut(Terms with { CapMinor = -1 }), Bad, "capMinor", From0);
        Names(p.WhyNotPut(Terms with { BidMinor = 0 }), Bad, "bidMinor", From1);
        Names(p.WhyNotPut(Terms with { Class = (SpendClass)9 }), Bad, "class",
            "Must be performance or brand.");
        Assert.Null(Placement.WhyNotBooked(Terms, "CNY"));
        Names(Placement.WhyNotBooked(Terms, "GBP"), "placement.currency", "currency", "Its budget line's is GBP.");
        p.Apply(new PlacementEvent.Put(Terms, null, "mia", Noon));
        Names(p.Decide(new ChangePlacement(-1, null, null, 1, "k", "mia"), Noon).Reply.Refusal,
            Bad, "capMinor", From0);
        Names(p.Decide(new AuthoriseSpend("a", 0), Policy, Noon).Reply.Refusal,
            Bad, "amountMinor", From1);
        Names(p.Decide(new RevertStep(1, "mia", ""), Noon).Reply.Refusal,
            Bad, "reason", "Must have 1 to 1000 characters.");
    }

    [Fact]
    public void TEC_03_a_change_is_made_once_for_a_key_which_no_other_change_may_use()
    {
        var p = Placement.New().Apply(new PlacementEvent.Put(Terms, null, "mia", Noon));
        Assert.Equal("placement.stale", Change(7, 2).Reply.Refusal?.Code);
        p.Apply(Assert.Single(Change(7, 1).Events));
        Assert.Empty(Change(7, 1).Events);
        Assert.Null(Change(7, 1).Reply.Refusal);
        Assert.Equal("placement.changed", Change(8, 2).Reply.Refusal?.Code);
        p = Placement.Snapshots.Thaw(Placement.Snapshots.Freeze(p)());
        Assert.Null(Change(7, 1).Reply.Refusal);
        Assert.Equal("placement.changed", Change(8, 2).Reply.Refusal?.Code);

        Decision<PlacementEvent, Done> Change(long bid, long version) =>
            p.Decide(new ChangePlacement(null, bid, null, version, "k1", "mia"), Noon);
    }
}
