using System.Collections.Immutable;
using System.Text;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>Changes of a SKU's terms.</summary>
public sealed class StockTermsTests
{
    private static readonly ChangeSku Wish = new(1, "k", "s1");

    /// <summary>A wish that every rule has something against.</summary>
    private static readonly ChangeSku Worst = Wish with
    {
        Version = 9,
        Currency = "GBP",
        Levels = new(1, 1, 0),
    };

    public static TheoryData<string, string, ChangeSku, string?, string?> Wishes => new()
    {
        { "no SKU", "nothing", Worst, "stock.unknown_sku", null },
        { "stale before fixed", "one", Worst, "stock.stale", null },
        { "an older version", "one", Wish with { Version = 0 }, "stock.stale", null },
        { "fixed before levels", "one", Worst with { Version = 1 }, "stock.fixed", "currency" },
        { "another market", "one", Wish with { Market = "gb" }, "stock.fixed", "market" },
        { "the currency it has", "one", Wish with { Currency = "CNY", Market = "cn", Title = "New" }, null, null },
        { "levels not in order", "one", Wish with { Levels = new(2, 2, 1) }, "stock.bad_levels", null },
        { "levels in order", "one", Wish with { Levels = new(3, 2, 0) }, null, null },
        { "STK-07: the total of an edition", "limits", Wish with { LimitedTotal = 6 }, "stock.fixed", "limitedTotal" },
        { "a total from now on", "one", Wish with { LimitedTotal = 6 }, null, null },
        { "a total while units are held", "one held", Wish with { LimitedTotal = 6 }, "stock.fixed", "limitedTotal" },
        { "a user's limit from now on", "one", Wish with { PerUserMax = 1 }, null, null },
        { "a user's limit while units are held", "one held", Wish with { PerUserMax = 1 }, "stock.fixed",
            "perUserMax" },
        { "a user's limit after units were sold", "sold", Wish with { PerUserMax = 1 }, "stock.fixed", "perUserMax" },
        { "a user's limit after all came back", "released", Wish with { PerUserMax = 1 }, null, null },
        { "a session's limit while units are held", "one held", Wish with { PerSessionMax = 1 }, "stock.fixed",
            "perSessionMax" },
        { "limits that are counted, lower and higher", "limits", Wish with { PerUserMax = 1, PerSessionMax = 9 }, null,
            null },
        { "the price while units are held", "one held", Wish with { PriceMinor = 1 }, null, null },
    };

    [Theory, MemberData(nameof(Wishes))]
    public void A_change_of_terms_is_taken_or_refused_in_order_of_precedence(
        string why, string situation, ChangeSku wish, string? code, string? field)
    {
        var (reply, events) = Situation(situation).Decide(wish, Sku, Noon);
        Assert.True(code == reply.Refusal?.Code, $"{why}: {reply.Refusal?.Code}");
        Assert.Equal(code is null ? 1 : 0, events.Length);
        if (field is not null) Assert.Equal(field, reply.Refusal!.Details.Single(d => d.Key == "field").Value);
    }

    [Fact]
    public void A_change_changes_what_it_names_and_its_key_is_remembered()
    {
        var stock = Situation("limits");
        var before = stock.Terms!;
        var wish = Wish with { Title = "Rouge", PriceMinor = 8_800, EcoPackaging = true };
        var (first, events) = stock.Decide(wish, Sku, Noon);
        var terms = before with { Title = "Rouge", PriceMinor = 8_800, EcoPackaging = true };
        Assert.Equal(new SkuInfo(Sku, terms, 2), first.Value);
        Assert.Equal([new StockEvent.Changed(terms, "k", "s1", Noon)], events);

        stock.Apply(events[0]);
        var (again, none) = stock.Decide(wish, Sku, Noon.AddHours(1)); // its version is stale by now
        Assert.Equal(first.Value, again.Value);
        Assert.Empty(none);
        Assert.Equal("stock.changed", stock.Decide(wish with { Title = "Other" }, Sku, Noon).Reply.Refusal?.Code);
        Assert.Equal("stock.stale", stock.Decide(wish, Sku, Noon.AddHours(24)).Reply.Refusal?.Code); // forgotten
        Assert.Equal("stock.stale", stock.Decide(wish with { Key = "l" }, Sku, Noon).Reply.Refusal?.Code);
        var same = stock.Decide(new ChangeSku(2, "m", "s1") { Title = "Rouge" }, Sku, Noon);
        Assert.Equal(2, same.Reply.Value!.Version);
        Assert.Empty(same.Events);

        Assert.Equal(terms, stock.Decide(terms).Reply.Value); // a PUT compares with the terms as they are now
        Assert.Equal("stock.changed", stock.Decide(before).Reply.Refusal?.Code);
    }

    [Fact]
    public void S23_a_hold_keeps_its_price_and_is_sold_at_it_whatever_the_terms_became()
    {
        var stock = Situation("one held, five there");
        stock.Apply(stock.Decide(Wish with { Title = "Rouge", PriceMinor = 1 }, Sku, Noon).Events[0]);
        var sold = stock.Decide(new ConfirmStock("h1"), null, Sku, Noon.AddSeconds(1)).Reply.Value!;
        Assert.Equal((ReservationState.Confirmed, 9_900L), (sold.State, sold.PriceMinor));
        Assert.Equal(1, stock.Decide(Ask("h2 1"), null, Sku, Rules, Noon).Reply.Value!.PriceMinor);
    }

    [Fact]
    public void A_limit_that_was_counted_from_its_beginning_counts_on_when_it_is_raised()
    {
        var stock = Situation("limits"); // two a user, and u1 holds two
        Assert.Equal("stock.limit", stock.Decide(Ask("h2 1 u1"), null, Sku, Rules, Noon).Reply.Refusal?.Code);
        stock.Apply(stock.Decide(Wish with { PerUserMax = 3 }, Sku, Noon).Events[0]);
        Assert.Null(stock.Decide(Ask("h2 1 u1"), null, Sku, Rules, Noon).Reply.Refusal);
        Assert.Equal("stock.limit", stock.Decide(Ask("h2 2 u1"), null, Sku, Rules, Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void A_frozen_state_remembers_changes()
    {
        var stock = Situation("one");
        var wish = Wish with { OptionValues = ImmutableSortedDictionary<string, string>.Empty.Add("size", "M") };
        stock.Apply(stock.Decide(wish, Sku, Noon).Events[0]);
        var bytes = Stock.Snapshots.Freeze(stock)();
        var thawed = Stock.Snapshots.Thaw(bytes);
        Assert.Equal(stock.Info(Sku), thawed.Info(Sku));
        Assert.Equal(2, thawed.Decide(wish, Sku, Noon).Reply.Value!.Version);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(Stock.Snapshots.Freeze(thawed)()));
    }

    private static ReserveStock Ask(string text) => Given.Wish(text);
}
