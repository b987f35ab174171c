using Ale.Audience;
using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using Ale.Stock;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Orders;

/// <summary>What an order is shown for: its own word, else its buyer's last touch.</summary>
public sealed class OrderAttributionTests
{
    private static readonly TouchSources Touched = new("s-t", "c-t", "k-t", null, null);

    private static PlaceOrder Of(TouchSources own) => OrderLife.Of(("K1", 1, 10_00)) with
    {
        SessionId = own.SessionId,
        Channel = own.Channel,
        CampaignId = own.CampaignId,
        PlacementId = own.PlacementId,
        ShareId = own.ShareId,
    };

    [Fact]
    public void ORD_07_in_each_dimension_the_orders_own_word_comes_before_its_buyers_touch()
    {
        var life = OrderLife.In(OrderPhase.Placing, Of(new(null, "own", null, null, "l-own")));
        Assert.Equal(new TouchSources(null, "own", null, null, "l-own"), life.Order.View("o1").Attribution);
        life.Reserve(touched: Touched);
        Assert.Equal(new TouchSources("s-t", "own", "k-t", null, "l-own"), life.Order.View("o1").Attribution);
        Assert.Equal("own", life.Order.Content!.Channel);
        Assert.Null(life.Order.View("o1").SessionId); // what it named itself stays what it was
    }

    [Fact]
    public void ORD_07_a_placement_that_the_order_names_speaks_for_campaign_and_channel()
    {
        var own = new TouchSources(null, null, null, "p-own", null);
        var life = OrderLife.In(OrderPhase.Placing, Of(own));
        life.Reserve(touched: Touched with { PlacementId = "p-t", ShareId = "l-t" });
        Assert.Equal(own with { SessionId = "s-t", ShareId = "l-t" }, life.Order.View("o1").Attribution);
        life = OrderLife.In(OrderPhase.Placing, Of(own with { Channel = "own" }));
        life.Reserve(touched: Touched with { SessionId = null });
        Assert.Equal(own with { Channel = "own" }, life.Order.View("o1").Attribution);
    }

    [Fact]
    public void ORD_07_touches_that_add_nothing_are_not_stored()
    {
        var life = OrderLife.In(OrderPhase.Placing, Of(new("s", "c", "k", null, null)));
        life.Reserve(touched: Touched);
        Assert.Null(Assert.IsType<OrderEvent.Reserved>(life.Events[^1]).Attribution);
        Assert.Equal(new TouchSources("s", "c", "k", null, null), life.Order.View("o1").Attribution);
    }

    [Fact]
    public void ORD_07_the_first_answer_stays_when_the_order_is_placed_again()
    {
        var own = Of(new(null, null, null, null, null));
        var life = OrderLife.In(OrderPhase.Placing, own);
        life.Reserve(touched: Touched);
        Assert.Null(life.Place(own, isRepeat: true).Refusal);
        Assert.Equal("c-t", life.Order.Attribution.Channel);
        var again = life.Events.Aggregate(Order.New(), (order, e) => order.Apply(e)); // another node, from the journal
        Assert.Equal(life.Order.Attribution, again.Attribution);
    }

    [Fact]
    public void ORD_07_a_refused_orders_next_attempt_is_asked_anew()
    {
        var life = OrderLife.In(OrderPhase.Refused, Of(new("s1", null, null, null, null)));
        life.Place(Of(new(null, "tv", null, null, null)));
        Assert.Equal(new TouchSources(null, "tv", null, null, null), life.Order.Attribution);
    }

    [Theory] // What the order names of its five, whether it is recorded; whether its buyer's touches are asked.
    [InlineData(0, false, true)]
    [InlineData(4, false, true)]
    [InlineData(5, false, false)]
    [InlineData(0, true, false)]
    public void ORD_07_only_an_order_that_leaves_something_open_asks(int named, bool isRecorded, bool asks)
    {
        string? Id(int i) => i < named ? $"x{i}" : null;
        var content = Of(new(Id(0), Id(1), Id(2), Id(3), Id(4))) with
        {
            RecordedAt = isRecorded ? OrderLife.Noon : null,
        };
        Assert.Equal(asks, OrderLife.In(OrderPhase.Placing, content).Order.AsksTouches);
    }

    [Fact]
    [Trait("needs", "server")]
    public async Task ORD_07_a_touch_leads_to_an_order_for_seven_days_and_no_longer()
    {
        var now = new DateTimeOffset(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
        await using var silo = await ClockedSilo.Start(now, services =>
            services.AddSlices(PolicyBook.Load(Repository.At("deploy", "policy")))
                .AddSingleton(new PaymentSecret([1])).AddSingleton(new AcquirerSettings(true)));
        var (sku, user) = (silo.Grains.Sku("CUP"), new UserId("u1"));
        Assert.Null((await sku.Define(new("Cup", 7_00, "CNY", "cn"))).Refusal);
        Assert.Null((await sku.Receive(new("r", 9))).Refusal);
        Assert.Null((await silo.Grains.Touches(user).See(new("t1", Touched, null))).Refusal);
        silo.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(Touched, await Placed("o1"));
        silo.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new TouchSources(null, null, null, null, null), await Placed("o2"));

        async Task<TouchSources> Placed(string id)
        {
            var placed = await silo.Grains.Order(id).Place(new([new("CUP", 1)]) { User = user });
            Assert.Null(placed.Refusal);
            return placed.Value!.Attribution!;
        }
    }
}
