using Ale.Policy;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>A live price is changed before its start: 50 instead of 99 yuan, from second 60 to 180.</summary>
public sealed class StockOfferChangeTests
{
    private static readonly OfferPolicy Offers = new(1, 20, 10, 300, 30) { CompareDays = 7 };
    private static readonly OfferTerms Live = new("S1", 5_000, Noon.AddSeconds(60), Noon.AddSeconds(180)) { Total = 3 };

    private readonly Stock _stock = Of(
        [Defined(Plain), Received(9), new StockEvent.OfferPlanned("S1/o1", Live, "d1", Noon)]);

    private static ChangeOffer Change(string key = "k1", long version = 1, string id = "S1/o1") =>
        new(id, version, key, "d1");

    private Outcome<OfferView> Take(ChangeOffer command, int second = 0)
    {
        var (reply, events) = _stock.Decide(command, "A", Offers, Noon.AddSeconds(second));
        foreach (var e in events) _stock.Apply(e);
        return reply;
    }

    [Theory]
    [InlineData(59, null)]
    [InlineData(60, "offer.started")]
    [InlineData(200, "offer.started")]
    public void SHP_01_An_offer_changes_until_the_second_it_begins(int second, string? refusal) =>
        Assert.Equal(refusal, Take(Change() with { PerUserMax = 1, StartsAt = Noon.AddSeconds(60) }, second)
            .Refusal?.Code);

    [Fact]
    public void SHP_01_What_was_changed_is_what_sells()
    {
        var changed = Take(Change() with { PriceMinor = 4_500, EndsAt = Noon.AddSeconds(240), Total = 4 }).Value!;
        Assert.Equal((2L, 4_500L, 4), (changed.Version, changed.Terms.PriceMinor, changed.Terms.Total));
        Assert.Equal(Noon.AddSeconds(60), changed.Terms.StartsAt);
        var held = _stock.Decide(new ReserveStock("r1", 4) { SessionId = "S1" }, null, "A", Rules,
            Noon.AddSeconds(239)).Reply.Value!;
        Assert.Equal((4_500L, "S1/o1"), (held.PriceMinor, held.Offer));
    }

    [Fact]
    public void SHP_01_The_same_key_gets_the_same_answer_and_a_version_that_was_seen_before_is_stale()
    {
        var wish = Change() with { PriceMinor = 4_500 };
        var first = Take(wish).Value!;
        Assert.Equal(first, Take(wish).Value);
        Assert.Equal(OfferRefusals.Changed, Take(wish with { PriceMinor = 4_400 }).Refusal);
        Assert.Equal(OfferRefusals.Stale, Take(Change("k2") with { PriceMinor = 4_400 }).Refusal);
        Assert.Equal(3, Take(Change("k2", 2) with { PriceMinor = 4_400 }).Value!.Version);
        Assert.Equal(first, Take(wish).Value); // as it was answered then
        Assert.Equal(3, Take(Change("k3", 3) with { PriceMinor = 4_400 }).Value!.Version); // no difference
    }

    [Theory]
    [InlineData("price", "offer.not_lower")]
    [InlineData("short", "offer.bad_times")]
    [InlineData("past", "offer.too_late")]
    [InlineData("unknown", "offer.unknown")]
    public void SHP_01_New_terms_keep_the_rules_of_planned_ones(string what, string refusal)
    {
        var command = what switch
        {
            "price" => Change() with { PriceMinor = 9_900 },
            "short" => Change() with { EndsAt = Noon.AddSeconds(119) },
            "past" => Change() with { StartsAt = Noon.AddSeconds(-1) },
            _ => Change(id: "S1/o2"),
        };
        Assert.Equal(refusal, Take(command).Refusal!.Code);
    }

    [Fact]
    public void SHP_01_A_snapshot_knows_what_was_changed()
    {
        var wish = Change() with { PriceMinor = 4_500 };
        var first = Take(wish).Value!;
        var thawed = Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(_stock)());
        Assert.Equal(first, thawed.Decide(wish, "A", Offers, Noon).Reply.Value);
        Assert.Equal(OfferRefusals.Stale, thawed.Decide(Change("k2"), "A", Offers, Noon).Reply.Refusal);
    }
}
