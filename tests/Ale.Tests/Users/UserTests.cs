using Xunit;

namespace Ale.Users;

public sealed class UserTests
{
    private static readonly DateTimeOffset Noon = UserLife.Noon;

    [Fact]
    public void USR_01_of_two_orders_paid_at_the_same_moment_one_earns_300_and_the_other_100()
    {
        var life = new UserLife("cn");
        Assert.Equal(new PointsEarned(300, true, UserTier.New), life.Earn("A", 100_00).Value);
        Assert.Equal(new PointsEarned(100, false, UserTier.Regular), life.Earn("B", 100_00).Value);
        Assert.Equal(400, life.View.PendingPoints);
    }

    [Fact]
    public void USR_01_the_order_after_a_returned_first_one_is_not_first_again()
    {
        var life = new UserLife();
        life.Earn("A", 100_00);
        life.Reverse("r", "A", 300, 100_00);
        Assert.Equal(new PointsEarned(100, false, UserTier.Regular), life.Earn("B", 100_00).Value);
    }

    [Theory]
    [InlineData(99, 0, 0)] // the rest of an amount earns nothing
    [InlineData(100, 0, 3)]
    [InlineData(199_99, 0, 597)]
    [InlineData(100_00, 100_00, 400)] // 1 + 2 for the first order + 1 for eco packaging
    [InlineData(100_00, 50_99, 350)] // the eco bonus is of the eco goods alone
    [InlineData(0, 0, 0)]
    public void USR_06_a_first_order_earns_by_whole_units(long goodsMinor, long ecoMinor, long points) =>
        Assert.Equal(points, new UserLife().Earn("A", goodsMinor, ecoMinor).Value!.Points);

    [Fact]
    public void USR_06_a_later_order_in_eco_packaging_earns_twice()
    {
        var life = new UserLife();
        life.Earn("A", 0);
        Assert.Equal(200, life.Earn("B", 100_00, 100_00).Value!.Points);
    }

    [Theory]
    [InlineData("JPY", 100, 300)]
    [InlineData("KWD", 1_999, 3)]
    [InlineData("CNY", 100, 3)]
    public void USR_06_whole_units_follow_the_currency(string currency, long goodsMinor, long points) =>
        Assert.Equal(points, new UserLife().Earn("A", goodsMinor, currency: currency).Value!.Points);

    [Fact]
    public void USR_06_a_returned_order_takes_its_points_back_and_both_entries_stay()
    {
        var life = new UserLife();
        life.Earn("A", 100_00);
        Assert.Equal(new PointsReversed(300, 0, 0), life.Reverse("r", "A", 300, 100_00).Value);
        Assert.Equal((0, 0L, 100_00L), (life.View.Points, life.View.SpentMinor, life.View.RefundedMinor));
        Assert.Equal([(1L, 300L, 300L), (2, 300, 0)], life.Events.Select(e => e switch
        {
            UserEvent.Earned x => (x.No, x.Points, x.Balance),
            UserEvent.Reversed x => (x.No, x.Points, x.Balance),
            _ => default,
        }).Where(x => x.Item1 > 0));
    }

    [Fact]
    public void L01_an_order_told_again_earns_nothing_and_answers_as_the_first_time()
    {
        var life = new UserLife();
        var first = life.Earn("A", 100_00).Value;
        life.Earn("B", 100_00);
        var events = life.Events.Count;
        Assert.Equal(first! with { Tier = UserTier.Regular }, life.Earn("A", 100_00).Value);
        Assert.Equal(new PointsEarned(100, false, UserTier.Regular), life.Earn("B", 100_00).Value);
        Assert.Same(UserRefusals.Changed, life.Earn("A", 100_01).Refusal);
        Assert.Same(UserRefusals.Changed, life.Earn("A", 100_00, 1).Refusal);
        Assert.Equal(events, life.Events.Count);
        Assert.Equal((400, 2), (life.View.Points, life.View.Orders));
    }

    [Fact]
    public void L02_a_return_takes_pending_points_first_and_then_goes_below_zero()
    {
        var life = new UserLife("cn"); // pending for 7 days
        life.Earn("A", 100_00);
        life.Now = Noon.AddDays(1);
        life.Earn("B", 100_00);
        Assert.Equal(new PointsReversed(100, 0, 300), life.Reverse("r1", "A", 100, 33_34).Value);
        life.Now = Noon.AddDays(7); // A's are spendable, B's are not
        Assert.Equal((200, 100), (life.View.Points, life.View.PendingPoints));
        Assert.Equal(new PointsReversed(200, 0, 100), life.Reverse("r2", "A", 200, 66_66).Value);
        Assert.Equal(new PointsReversed(100, 0, 0), life.Reverse("r3", "B", 100, 100_00).Value);
        Assert.Equal(life.User.ReviewAt, life.User.DueAt); // of the tier; no points wait

        var spent = new UserLife("gb");
        spent.Earn("A", 100_00);
        Assert.Equal(new PointsReversed(301, -1, 0), spent.Reverse("r", "A", 301, 100_00).Value);
    }

    [Fact]
    public void L02_pending_points_become_spendable_on_their_day_and_once()
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        Assert.Equal(Noon.AddDays(7), life.User.DueAt);
        life.Now = Noon.AddDays(7).AddTicks(-1);
        life.Due();
        Assert.Equal((0, 300), (life.View.Points, life.View.PendingPoints));
        life.Now = Noon.AddDays(7);
        life.Due();
        life.Due();
        Assert.Equal((300, 0, 300), (life.View.Points, life.View.PendingPoints, life.User.Points));
        Assert.Single(life.Events.OfType<UserEvent.Matured>());
    }

    [Fact]
    public void USR_03_core_comes_with_the_fifth_order_once_and_a_refund_demotes_nobody()
    {
        var life = new UserLife();
        for (var i = 1; i <= 6; i++) life.Earn($"o{i}", 10_00);
        Assert.Equal([UserTier.Regular, UserTier.Core], life.Events.OfType<UserEvent.TierChanged>().Select(e => e.To));
        var fifth = life.Events.FindIndex(e => e is UserEvent.Earned { OrderId: "o5" });
        Assert.IsType<UserEvent.TierChanged>(life.Events[fifth + 1]);
        for (var i = 1; i <= 6; i++) life.Reverse("r", $"o{i}", 10, 10_00);
        Assert.Equal((UserTier.Core, 6, 0L), (life.View.Tier, life.View.Orders, life.View.SpentMinor));
    }

    [Theory]
    [InlineData(499_99, UserTier.New)]
    [InlineData(500_00, UserTier.Regular)]
    [InlineData(2_999_99, UserTier.Regular)]
    [InlineData(3_000_00, UserTier.Core)]
    public void USR_03_money_alone_is_enough(long goodsMinor, UserTier tier) =>
        Assert.Equal(tier, new UserLife().Earn("A", goodsMinor).Value!.Tier);

    [Fact]
    public void USR_03_a_refunded_order_counts_as_an_order_and_its_money_does_not()
    {
        var life = new UserLife();
        life.Earn("A", 400_00);
        life.Reverse("r", "A", 1_200, 400_00);
        Assert.Equal(UserTier.New, life.View.Tier);
        Assert.Equal(UserTier.Regular, life.Earn("B", 2_999_99).Value!.Tier); // 2 orders; net below 3,000.00
        Assert.Equal(UserTier.Core, life.Earn("C", 1).Value!.Tier); // 3,000.00 exactly
    }

    [Theory]
    [InlineData(179, UserTier.Regular, 2)]
    [InlineData(180, UserTier.New, 2)] // on the tick it is out
    [InlineData(181, UserTier.New, 1)]
    public void USR_03_with_a_window_only_what_lies_within_counts(int daysLater, UserTier tier, int kept)
    {
        var life = new UserLife("cn");
        life.Earn("A", 10_00);
        life.Now = Noon.AddDays(daysLater);
        Assert.Equal(tier, life.Earn("B", 10_00).Value!.Tier);
        Assert.Equal(kept, life.User.Recent.Count); // what left the window is dropped
    }

    [Theory] // Five orders at noon and three after 100 days, under a window of 90: what is before day 10 was dropped.
    [InlineData(90, UserTier.Regular)]
    [InlineData(170, UserTier.Regular)]
    [InlineData(171, UserTier.Core)]
    public void USR_03_a_wider_window_lowers_no_tier_by_orders_that_a_narrower_one_dropped(int window, UserTier tier)
    {
        var days = 90;
        var life = new UserLife("cn")
        {
            Home = policy => policy with { Tiers = policy.Tiers with { WindowDays = days } },
        };
        for (var i = 1; i <= 5; i++) life.Earn($"o{i}", 1_00);
        life.Now = Noon.AddDays(100);
        for (var i = 6; i <= 8; i++) life.Earn($"o{i}", 1_00);
        days = window;
        life.Now = Noon.AddDays(180);
        life.Due();
        Assert.Equal(tier, life.View.Tier);
    }

    [Fact]
    public void USR_03_within_the_window_money_counts_net_of_refunds()
    {
        var life = new UserLife("cn");
        life.Earn("A", 2_990_00);
        life.Reverse("r", "A", 0, 2_990_00);
        Assert.Equal(UserTier.Regular, life.Earn("B", 10_00).Value!.Tier);
        Assert.Equal([(10_00L, 0L)], life.User.Recent.Skip(1).Select(o => (o.SpentMinor, o.RefundedMinor)));
    }

    [Fact]
    public void USR_03_without_a_window_no_order_is_kept_but_its_id()
    {
        var life = new UserLife();
        for (var i = 0; i < 100; i++) life.Earn($"o{i}", 10_00);
        Assert.Empty(life.User.Recent);
        Assert.Equal(100, life.User.Earned.Count);
    }

    [Fact]
    public void L04_the_balance_does_not_depend_on_the_order_in_which_returns_are_told()
    {
        (string Id, string Order, long Points)[] returns =
            [("r1", "A", 100), ("r1", "B", 30), ("r2", "A", 50), ("r2", "B", 70)];
        var balances = Permutations(returns).Select(permutation =>
        {
            var life = new UserLife("cn");
            life.Earn("A", 100_00);
            life.Earn("B", 100_00);
            foreach (var r in permutation) life.Reverse(r.Id, r.Order, r.Points, r.Points);
            return (life.View.Points, life.View.PendingPoints, life.View.SpentMinor);
        }).Distinct();
        Assert.Equal([(0L, 150L, 200_00L - 250)], balances);

        static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length <= 1 ? [items] :
            items.SelectMany((x, i) =>
                Permutations([.. items[..i], .. items[(i + 1)..]]).Select(rest => (T[])[x, .. rest]));
    }

    [Fact]
    public void L06_every_change_of_tier_begins_where_the_one_before_ended()
    {
        var life = new UserLife();
        for (var i = 1; i <= 8; i++) life.Earn($"o{i}", 700_00);
        var tier = UserTier.New;
        foreach (var e in life.Events.OfType<UserEvent.TierChanged>())
        {
            Assert.Equal(tier, e.From);
            tier = e.To;
        }

        Assert.Equal(life.View.Tier, tier);
    }

    [Fact]
    public void Registering_is_once_and_an_order_registers_in_its_market()
    {
        var life = new UserLife();
        Assert.Equal(("cn", "CNY"), life.Register(null).Value is { } v ? (v.Market, v.Currency) : default);
        Assert.Equal(life.View, life.Register("cn").Value);
        Assert.Same(UserRefusals.Changed, life.Register("gb").Refusal);
        Assert.Single(life.Events);

        var implied = new UserLife("gb");
        implied.Earn("A", 1_00);
        Assert.Equal("gb", implied.Register(null).Value!.Market);
        Assert.Same(UserRefusals.Changed, implied.Register("cn").Refusal);
    }

    [Fact]
    public void Money_in_another_currency_earns_points_and_is_not_added_to_what_was_spent()
    {
        var life = new UserLife();
        life.Register("cn");
        Assert.Equal(30_000, life.Earn("A", 10_000_00, sale: "gb").Value!.Points);
        Assert.Equal((0L, 1, UserTier.New), (life.View.SpentMinor, life.View.Orders, life.View.Tier));
        life.Reverse("r", "A", 3, 1_00);
        Assert.Equal((0L, 0L, 29_997L), (life.View.SpentMinor, life.View.RefundedMinor, life.View.Points));
    }

    [Fact]
    public void A_return_is_refused_in_order_of_precedence()
    {
        var life = new UserLife();
        Assert.Same(UserRefusals.BadAmount, life.Reverse("r", "A", -1, 0).Refusal);
        Assert.Same(UserRefusals.BadAmount, life.Reverse("r", "A", 0, -1).Refusal);
        Assert.Same(UserRefusals.Unknown, life.Reverse("r", "A", 0, 0).Refusal);
        life.Earn("A", 100_00);
        Assert.Same(UserRefusals.UnknownOrder, life.Reverse("r", "B", 1, 1).Refusal);
        Assert.Equal(new PointsReversed(10, 290, 0), life.Reverse("r", "A", 10, 3_34).Value);
        Assert.Equal(new PointsReversed(10, 290, 0), life.Reverse("r", "A", 10, 3_34).Value);
        Assert.Same(UserRefusals.Changed, life.Reverse("r", "A", 11, 3_34).Refusal);
        Assert.Same(UserRefusals.Changed, life.Reverse("r", "A", 10, 3_35).Refusal);
        Assert.Equal(3, life.Events.Count);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(10, 11)]
    public void An_order_of_impossible_amounts_is_refused(long goodsMinor, long ecoMinor)
    {
        var life = new UserLife();
        Assert.Same(UserRefusals.BadAmount, life.Earn("A", goodsMinor, ecoMinor).Refusal);
        Assert.Empty(life.Events);
    }
}
