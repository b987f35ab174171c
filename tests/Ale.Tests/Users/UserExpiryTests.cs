using System.Text;
using System.Text.Json;
using Ale.Edge;
using Xunit;

namespace Ale.Users;

/// <summary>Points that are lost by time, and tiers that are looked at again (USR-03, A-15).</summary>
public sealed class UserExpiryTests
{
    private static readonly DateTimeOffset Noon = UserLife.Noon;

    /// <summary>In cn points are spendable after 7 days and expire 365 after that.</summary>
    private static readonly DateTimeOffset Lost = Noon.AddDays(7 + 365);

    [Fact]
    public async Task USR_06_points_expire_365_days_after_they_could_be_spent_and_once()
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        life.Now = Lost.AddTicks(-1);
        life.Due();
        Assert.Equal((300L, 300L, Lost), (life.View.Points, life.View.ExpiringPoints, life.View.ExpireAt));
        Assert.Equal(Lost, life.User.DueAt);
        life.Now = Lost;
        Assert.Equal(0, life.View.Points); // even before anything has said so
        life.Due();
        life.Due();
        Assert.Equal(0, life.User.Points);
        Assert.Equal(new UserEvent.Expired("A", 300, 3, 0, Lost),
            Assert.Single(life.Events.OfType<UserEvent.Expired>()));
        Assert.Null(life.User.DueAt);
        Assert.Equal((100_00L, 1), (life.View.SpentMinor, life.View.Orders)); // money and orders stay
        await Sound(life);
    }

    [Fact]
    public void USR_06_without_a_term_points_never_expire()
    {
        var life = new UserLife("gb");
        life.Earn("A", 100_00);
        life.Now = Noon.AddYears(20);
        Assert.Equal(300, life.View.Points);
        Assert.Null(life.View.ExpireAt);
        Assert.Null(life.User.DueAt);
        Assert.Null(Assert.Single(life.Events.OfType<UserEvent.Earned>()).ExpiresAt);
    }

    [Fact]
    public async Task USR_06_first_earned_is_first_lost_and_half_that_went_back_is_not_lost_again()
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        life.Now = Noon.AddDays(10);
        life.Earn("B", 100_00);
        life.Now = Noon.AddDays(20);
        life.Reverse("r", "A", 150, 50_00);
        life.Now = Lost;
        life.Due();
        Assert.Equal([("A", 150L)], life.Events.OfType<UserEvent.Expired>().Select(e => (e.OrderId, e.Points)));
        Assert.Equal((100L, 100L, Lost.AddDays(10)), (life.View.Points, life.View.ExpiringPoints, life.View.ExpireAt));
        life.Now = Lost.AddDays(10);
        life.Due();
        Assert.Equal(0, life.View.Points);
        await Sound(life);
    }

    [Theory]
    [InlineData(300, 300, 0)] // all of them were lost: nothing goes twice
    [InlineData(100, 100, 0)]
    [InlineData(301, 300, -1)]
    public async Task USR_06_a_return_after_the_expiry_takes_no_more_than_was_left(long points, long lost, long balance)
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        life.Now = Lost;
        Assert.Equal(new PointsReversed(points, balance, 0), life.Reverse("r", "A", points, 100_00).Value);
        var reversed = Assert.Single(life.Events.OfType<UserEvent.Reversed>());
        Assert.Equal((lost, balance), (reversed.FromExpired, reversed.Balance));
        Assert.Equal(new PointsReversed(points, balance, 0), life.Reverse("r", "A", points, 100_00).Value); // once
        await Sound(life);
    }

    [Fact]
    public async Task USR_06_what_was_lost_is_claimed_once_by_all_returns_of_an_order()
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        life.Now = Lost;
        life.Earn("B", 100_00);
        life.Reverse("r1", "A", 200, 60_00);
        life.Reverse("r2", "A", 200, 40_00); // 100 more than A ever earned
        Assert.Equal([200L, 100L], life.Events.OfType<UserEvent.Reversed>().Select(e => e.FromExpired));
        Assert.Equal((-100L, 100L), (life.View.Points, life.View.PendingPoints));
        await Sound(life);
    }

    [Fact]
    public async Task USR_06_points_that_pay_a_debt_are_spent_and_do_not_expire()
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        life.Now = Noon.AddDays(8);
        life.Reverse("r", "A", 340, 100_00);
        Assert.Equal(-40, life.View.Points);
        life.Earn("B", 100_00);
        life.Now = Noon.AddDays(15);
        life.Due();
        Assert.Equal((60L, 60L), (life.View.Points, life.View.ExpiringPoints));
        life.Now = Noon.AddDays(15 + 365);
        life.Due();
        Assert.Equal(0, life.View.Points);
        await Sound(life);
    }

    [Fact]
    public async Task USR_06_after_a_long_sleep_points_mature_and_expire_in_their_order()
    {
        var life = new UserLife("cn");
        life.Earn("A", 100_00);
        life.Now = Noon.AddDays(368);
        life.Earn("B", 100_00);
        life.Now = Noon.AddDays(1_000);
        life.Due();
        Assert.Equal(["Matured A", "Expired A", "Matured B", "Expired B"], life.Events.Select(e => e switch
        {
            UserEvent.Matured m => $"Matured {m.OrderId}",
            UserEvent.Expired x => $"Expired {x.OrderId}",
            _ => "",
        }).Where(text => text.Length > 0));
        await Sound(life);
    }

    [Theory]
    [InlineData(179, false)]
    [InlineData(180, true)]
    public void USR_03_a_tier_is_looked_at_180_days_after_it_was_reached(int days, bool isReviewed)
    {
        var life = Core();
        Assert.Equal(Noon.AddDays(180), life.View.TierReviewAt);
        life.Now = Noon.AddDays(days);
        life.Due();
        life.Due();
        Assert.Equal(isReviewed ? 1 : 0, life.Events.OfType<UserEvent.TierReviewed>().Count());
    }

    [Theory] // Noon's five orders have left the window of 180 days at the review on day 180, on the tick.
    [InlineData(0, 180, UserTier.New, 0)]
    [InlineData(0, 181, UserTier.New, 0)] // it was looked at a day late
    [InlineData(2, 181, UserTier.Regular, 2)]
    [InlineData(5, 181, UserTier.Core, 5)]
    public async Task USR_03_it_falls_to_what_the_window_holds_and_somebody_hears_of_it(
        int more, int day, UserTier tier, int orders)
    {
        var life = Core();
        life.Now = Noon.AddDays(100);
        for (var i = 0; i < more; i++) life.Earn($"m{i}", 1_00);
        life.Now = Noon.AddDays(day);
        life.Due();
        var review = Assert.Single(life.Events.OfType<UserEvent.TierReviewed>());
        Assert.Equal((UserTier.Core, tier, orders), (review.From, review.Would, review.Orders));
        Assert.Equal((tier, tier < UserTier.Core), (life.View.Tier, review.IsLowered));
        Assert.Equal(tier == UserTier.New ? null : life.Now.AddDays(180), life.View.TierReviewAt);
        var told = life.Tell();
        Assert.Equal(tier < UserTier.Core, told is not null);
        if (told is not null)
        {
            var (id, terms) = User.ItemOf("cn", new(2026, 11, 28), told);
            Assert.Equal(("ops", "cn, 2026-11-28: users' tiers were reviewed, and some fell"),
                (terms.Role, terms.Title));
            Assert.Equal((id, terms), // another user's, that day
                User.ItemOf("cn", new(2026, 11, 28), told with { Would = UserTier.New, Orders = 1 }));
        }

        Assert.Null(life.Tell()); // once
        await Sound(life);
    }

    [Fact]
    public void USR_03_where_the_policy_says_so_the_review_only_says_what_the_tier_would_be()
    {
        var life = new UserLife("cn")
        {
            Home = policy => policy with { Tiers = policy.Tiers with { IsLoweredAtReview = false } },
        };
        for (var i = 1; i <= 5; i++) life.Earn($"o{i}", 1_00);
        life.Now = Noon.AddDays(181);
        life.Due();
        Assert.Equal((UserTier.Core, Noon.AddDays(361)), (life.View.Tier, life.View.TierReviewAt!.Value));
        Assert.EndsWith("and some would be lower; they stay",
            User.ItemOf("cn", new(2026, 11, 29), life.Tell()!).Terms.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void USR_03_without_a_term_no_tier_is_looked_at()
    {
        var life = new UserLife("gb");
        for (var i = 1; i <= 5; i++) life.Earn($"o{i}", 1_00);
        Assert.Null(life.View.TierReviewAt);
        life.Now = Noon.AddYears(20);
        life.Due();
        Assert.Equal(UserTier.Core, life.View.Tier);
        Assert.All(life.Events.OfType<UserEvent.TierChanged>(), e => Assert.Null(e.ReviewAt));
    }

    [Fact]
    public async Task USR_03_a_rise_puts_the_review_off_and_after_a_fall_it_rises_again()
    {
        var life = new UserLife("cn");
        life.Earn("o1", 1_00);
        Assert.Null(life.View.TierReviewAt); // who is new has nothing to lose
        life.Earn("o2", 1_00);
        life.Now = Noon.AddDays(90);
        for (var i = 3; i <= 5; i++) life.Earn($"o{i}", 1_00);
        Assert.Equal((UserTier.Core, Noon.AddDays(270)), (life.View.Tier, life.View.TierReviewAt!.Value));
        life.Now = Noon.AddDays(300);
        life.Due();
        Assert.Equal(UserTier.New, life.View.Tier);
        life.Earn("o6", 3_000_00);
        Assert.Equal(UserTier.Core, life.View.Tier);
        await Sound(life);
    }

    [Fact]
    [Trait("needs", "server")]
    public async Task USR_03_USR_06_in_a_silo_a_tier_falls_points_expire_and_people_hear_of_it()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var first = await TestSilo.Start(database))
        {
            var http = first.Http;
            (await http.Put("/api/skus/CUP", """
                {"title":"Cup","priceMinor":400000,"currency":"CNY","market":"cn"}
                """)).Ok();
            (await http.Put("/api/skus/CUP/receipts/r", """{"quantity":9}""")).Ok();
            (await http.Put("/api/orders/O1", """{"userId":"ann","lines":[{"sku":"CUP","quantity":1}]}""")).Ok();
            (await http.Post("/api/orders/O1/pay", """{"method":"local"}""")).Ok();
            var core = await User(first).Until(a => a.Status == 200 && (string)a.Json["tier"]! == "core", 30);
            Assert.Equal(12_000L, (long)core.Json["pendingPoints"]!);
            var listed = () => http.Get("/api/users", "ops");
            var row = (await listed.Until(a => a.Ok().Json["items"]!.AsArray().Count == 1, 20)).Json["items"]![0]!;
            Assert.NotNull(core.Json["tierReviewAt"]);
            Assert.Equal((string)core.Json["tierReviewAt"]!, (string)row["tierReviewAt"]!);
        }

        await using (var reviewed = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=181.00:00:00"))
        {
            await User(reviewed).Until(a => a.Status == 200 && (string)a.Json["tier"]! == "new", 30);
            var inbox = async () =>
            (await reviewed.Http.Get("/api/inbox?limit=500", "ops")).Ok().Json["items"]!.AsArray();
            var items = await inbox.Until(i => i.Any(x => (string)x!["kind"]! == "tier_review"), 30);
            Assert.EndsWith("users' tiers were reviewed, and some fell",
                (string)items.Single(x => (string)x!["kind"]! == "tier_review")!["title"]!, StringComparison.Ordinal);
            Assert.Equal(12_000L, (long)(await User(reviewed)()).Json["points"]!);
        }

        await using var expired = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=372.01:00:00");
        Assert.Equal(0, (long)(await User(expired).Until(a => a.Status == 200, 30)).Json["points"]!);
        var ledger = async () => (await expired.Http.Get("/api/users/ann/points", "ops")).Ok().Json["items"]!.AsArray();
        var entries = await ledger.Until(e => e.Count == 3, 30);
        Assert.Equal(("expire", -12_000L, 0L), ((string)entries[0]!["kind"]!, (long)entries[0]!["points"]!,
            (long)entries[0]!["balance"]!));

        static Func<Task<Answer>> User(TestSilo silo) => () => silo.Http.Get("/api/users/ann", "ops");
    }

    private static UserLife Core()
    {
        var life = new UserLife("cn");
        for (var i = 1; i <= 5; i++) life.Earn($"o{i}", 1_00);
        return life;
    }

    /// <summary>The check of the journal finds nothing.</summary>
    private static async Task Sound(UserLife life)
    {
        var check = new UserCheck();
        var events = $"[{string.Join(',', life.Events.Select(e => JsonSerializer.Serialize(e, UserJson.Default.UserEvent)))}]";
        check.Fold(new(default, "user/u1", 0, life.Events.Count, "user", 0, Encoding.UTF8.GetBytes(events), [], null,
            life.Now.ToUnixTimeMilliseconds(), 0));
        await foreach (var failure in check.Finish([], default)) Assert.Fail($"{failure}");
    }
}
