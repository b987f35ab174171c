using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Policy;
using Xunit;

namespace Ale.Shops;

/// <summary>What is decided about a shop, rule by rule.</summary>
public sealed class ShopTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly ShopTerms Terms = new("Tmall", "http://127.0.0.1:8090", "cn");
    private static readonly ShopPolicy Policy = new(500, 15, 5, "0 5 * * *", "ops");

    private static Shop Given(long seq = 0)
    {
        var shop = Shop.New().Apply(new ShopEvent.Connected(Terms, "ann", At))
            .Apply(new ShopEvent.Listed("K3", "ann", At));
        for (var i = 1; i <= seq; i++) shop = shop.Apply(Booked(i));
        return shop;
    }

    private static ShopEvent.Booked Booked(long seq) => new(seq, "K3", -1, "sale", At, null, At);

    private static ShopMovement M(long seq, long delta = -1, string sku = "K3", string kind = "sale") =>
        new(seq, sku, delta, kind, At);

    [Theory]
    [InlineData("88", "88", 0, false)]
    [InlineData("88 88", "88", 1, false)] // twice in one message
    [InlineData("87", "", 1, false)] // again
    [InlineData("87 88", "88", 1, false)]
    [InlineData("89", "", 0, true)] // a gap
    [InlineData("88 90", "88", 0, true)] // booked up to the gap
    [InlineData("90 89 88", "88 89 90", 0, false)] // the wrong way round
    [InlineData("1", "", 1, false)] // long ago
    [InlineData("", "", 0, false)]
    public void STK_02_What_follows_is_booked_once_and_nothing_behind_a_gap(
        string told, string booked, int repeats, bool waits)
    {
        var run = Given(87).Next(Seqs(told).Select(s => M(s)));
        Assert.Equal(Seqs(booked), run.Run.Select(m => m.Seq));
        Assert.Equal((repeats, waits, null), (run.Repeats, run.Waits, run.Refusal));

        static IEnumerable<long> Seqs(string text) =>
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => long.Parse(s, null));
    }

    [Theory]
    [InlineData(87, -2, "K3")] // other units
    [InlineData(87, -1, "K4")] // another SKU
    public void STK_02_A_number_with_other_content_books_nothing(long seq, long delta, string sku)
    {
        Assert.Equal(ShopRefusals.Changed, Given(87).Next([M(seq, delta, sku), M(88)]).Refusal);
        Assert.Equal(ShopRefusals.Changed, Given(86).Next([M(87), M(seq, delta, sku)]).Refusal); // in one message
    }

    [Fact]
    public void STK_02_Only_so_many_numbers_are_remembered_with_their_content()
    {
        var shop = Given(Shop.RecentMax + 10);
        Assert.Equal(Shop.RecentMax, shop.Recent.Count);
        Assert.Equal(1, shop.Next([M(10, -7)]).Repeats); // too long ago to tell
        Assert.Equal(ShopRefusals.Changed, shop.Next([M(11, -7)]).Refusal);
    }

    [Fact]
    public void STK_02_Up_to_a_number_and_not_beyond() =>
        Assert.Equal([88L, 89], Given(87).Next([M(88), M(89), M(90)], upTo: 89).Run.Select(m => m.Seq));

    [Theory]
    [InlineData("K3", -1, null)]
    [InlineData("k3", -1, null)] // SKUs are compared without case
    [InlineData("K4", -1, "shop.not_listed")]
    [InlineData("a b", -1, "shop.bad_movement")]
    [InlineData("K3", 0, "shop.bad_movement")]
    [InlineData("K3", 1_000_000, null)]
    [InlineData("K3", -1_000_001, "shop.bad_movement")]
    [InlineData("K3", long.MinValue, "shop.bad_movement")]
    public void STK_02_A_movement_that_is_none_is_passed_over_with_its_reason(string sku, long delta, string? why)
    {
        var shop = Given();
        var run = shop.Next([M(1, delta, sku)]).Run;
        Assert.Equal(why, shop.WhyNot(run[0])?.Code);
        var decision = shop.DecideBooked(run, [shop.WhyNot(run[0])], At);
        var after = decision.Events.Aggregate(shop, (s, e) => s.Apply(e));
        Assert.Equal((1, 0), (after.Seq, after.Next([M(1, delta, sku), M(2)]).Refusal is null ? 0 : 1));
    }

    [Theory]
    [InlineData(null, false, "")]
    [InlineData(299, false, "")] // 5 minutes
    [InlineData(300, false, "Lost")]
    [InlineData(300, true, "")] // it is known
    [InlineData(null, true, "Found")]
    public void STK_02_A_shop_that_is_silent_for_five_minutes_is_away_until_it_answers(
        int? secondsAgo, bool isAway, string expected)
    {
        var shop = isAway ? Given().Apply(new ShopEvent.Lost("no", "ops", At.AddMinutes(-9), At)) : Given();
        var since = secondsAgo is { } s ? At.AddSeconds(-s) : (DateTimeOffset?)null;
        Assert.Equal(expected, string.Concat(
            shop.DecideReached(since, "no", Policy, At).Events.Select(e => e.GetType().Name)));
    }

    [Fact]
    public void STK_02_Differences_are_one_episode_until_both_agree()
    {
        var shop = Given();
        (string Key, int Different, int Episode, int Before)[] days =
            [("d1", 0, 0, 0), ("d2", 2, 1, 0), ("d3", 1, 1, 2), ("d4", 0, 1, 1), ("d5", 0, 1, 0), ("d6", 3, 2, 0)];
        foreach (var (key, different, episode, before) in days)
        {
            var decision = shop.DecideReconciled(new(key, 1, 5, different, [], At), Policy);
            var e = Assert.IsType<ShopEvent.Reconciled>(Assert.Single(decision.Events));
            Assert.Equal((key, episode, before), (key, e.Episode, e.Before));
            shop = shop.Apply(e);
            Assert.Empty(shop.DecideReconciled(new(key, 2, 5, 9, [], At), Policy).Events); // the same key
        }
    }

    [Theory]
    [InlineData(10, 0, -4, 6, true)] // told 10, sold 4 since
    [InlineData(10, -3, -4, 9, true)] // 3 of the 4 are counted in the level
    [InlineData(10, 0, -4, 8, false)] // two more than there are
    [InlineData(2, 0, -4, -2, true)] // sold more than it was told
    [InlineData(10, 0, 0, null, false)] // it does not know the SKU
    public void STK_02_Their_figure_is_the_level_they_were_told_with_what_they_moved_since(
        long told, long movedThen, long movedNow, int? theirs, bool isEqual)
    {
        var ledger = new ShopLedger(7, theirs is { } t ? [new("K3", t, 5, 3)] : []);
        var differences = ShopCompare.Differences(
            new Dictionary<string, ToldLevel> { ["K3"] = new(5, told, 3, movedThen) },
            new Dictionary<string, long> { ["K3"] = movedNow, ["UNTOLD"] = -9 }, ledger);
        if (isEqual) Assert.Empty(differences);
        else Assert.Equal(new("K3", told + movedNow - movedThen, theirs), Assert.Single(differences));
    }

    [Theory]
    [InlineData(5, 3, "")]
    [InlineData(4, 3, "K3")]
    [InlineData(5, 2, "K3")]
    public void STK_02_A_level_that_the_shop_has_not_taken_is_told_again(long version, long basis, string lost) =>
        Assert.Equal(lost, string.Concat(ShopCompare.NotTaken(
            new Dictionary<string, ToldLevel> { ["K3"] = new(5, 10, 3, 0) },
            new(7, [new("k3", 10, version, basis)]))));

    [Theory]
    [InlineData("", "http://a", "shop.bad_terms")]
    [InlineData("T", "a", "shop.bad_terms")]
    [InlineData("T", "ftp://a", "shop.bad_terms")]
    [InlineData("T", "http://u:p@a", "shop.bad_terms")] // a password does not stand in the journal
    [InlineData("T", "http://a?q=1", "shop.bad_terms")]
    [InlineData("T", "https://a/b", null)]
    public void STK_02_A_shop_answers_at_an_address_without_secrets(string title, string endpoint, string? why) =>
        Assert.Equal(why, Shop.New().Decide(new ConnectShop(new(title, endpoint, "cn"), "ann"), "s1", At)
            .Reply.Refusal?.Code);

    [Fact]
    public void STK_02_A_change_of_terms_names_its_version_and_is_repeated_by_its_key()
    {
        var shop = Given();
        Assert.Equal(ShopRefusals.Stale, shop.Decide(Change(2, "k"), "s1", At).Reply.Refusal);
        var changed = shop.Decide(Change(1, "k"), "s1", At);
        Assert.Equal((2, "http://b"), (changed.Reply.Value!.Version, changed.Reply.Value.Terms.Endpoint));
        shop = shop.Apply(Assert.Single(changed.Events));
        Assert.Empty(shop.Decide(Change(1, "k"), "s1", At).Events);
        Assert.Equal("s1", shop.Decide(Change(1, "k"), "s1", At).Reply.Value!.Id);
        Assert.Equal(ShopRefusals.Changed, shop.Decide(Change(1, "k") with { Title = "X" }, "s1", At).Reply.Refusal);

        static ChangeShop Change(long version, string key) => new(version, key, "ann", null, "http://b");
    }

    [Fact]
    public void STK_02_A_shop_lists_so_many_SKUs_and_no_more()
    {
        var shop = Given();
        for (var i = 1; i < IShopGrain.ListingsMax; i++) shop = shop.Apply(new ShopEvent.Listed($"S{i}", "ann", At));
        Assert.Equal(ShopRefusals.Full, shop.Decide(new ListSku("MORE", true, "ann"), At).Reply.Refusal);
        Assert.Empty(shop.Decide(new ListSku("S1", true, "ann"), At).Events); // listed
        Assert.Single(shop.Decide(new ListSku("S1", false, "ann"), At).Events);
        Assert.Empty(shop.Decide(new ListSku("MORE", false, "ann"), At).Events);
    }

    [Fact]
    public void Stored_events_are_read_as_they_were_written() => GoldenLines.CheckText(
        "Shops/Shop.golden.jsonl", Shop.EventJson,
        [
            new ShopEvent.Connected(Terms, "ann", At),
            new ShopEvent.Changed(Terms with { Endpoint = "http://b" }, "k1", "ann", At),
            new ShopEvent.Listed("K3", "ann", At),
            new ShopEvent.Unlisted("K3", "ann", At),
            new ShopEvent.Booked(88, "K3", -4, "sale", At, null, At),
            new ShopEvent.Booked(89, "K4", -1, "sale", At, "stock.negative", At),
            new ShopEvent.Lost("movements answers 503", "ops", At, At),
            new ShopEvent.Found(At, At),
            new ShopEvent.Reconciled(new("d1", 88, 2, 1, [new("K3", 6, 8)], At), 1, 0, "ops"),
        ]);
}
