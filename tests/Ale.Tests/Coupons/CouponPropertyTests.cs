using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Ale.Coupons;

public sealed class CouponPropertyTests
{
    private static readonly DateTimeOffset Noon = CouponLife.Noon;

    private sealed record Step(int Command, int User, int Number, int Order, int Hours);

    private static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[0, 72],
        (command, user, number, order, hours) => new Step(command, user, number, order, hours)).Array[1, 60];

    [Fact]
    public void P01_whatever_users_and_orders_do_a_code_has_one_order_and_the_pool_holds() => Steps.Sample(steps =>
    {
        var life = new CouponLife();
        var holders = new Dictionary<string, (string Order, bool IsRedeemed)>(); // the model: code → its one order
        foreach (var step in steps)
        {
            life.Now += TimeSpan.FromHours(step.Hours);
            var (user, order) = ($"u{step.User}", $"o{step.Order}");
            var code = life.Coupon.Decide(new ClaimCoupon(new(user), step.Number), "JUNE-ZZZZZZZZZZ", CouponLife.Policy,
                life.Now).Reply.Value?.Code ?? "JUNE-NOSUCHCODE";
            Outcome<CouponUse> Do() => step.Command switch
            {
                1 => life.Hold(code, order, user),
                2 => life.Redeem(code, order),
                3 => life.Redeem(CouponLife.Content(code, order, user)),
                _ => life.GiveBack(code, order),
            };

            if (step.Command == 0)
            {
                var claimed = life.Claim(user, step.Number);
                var claims = life.Events.Count;
                Assert.Equal(claimed, life.Claim(user, step.Number));
                Assert.Equal(claims, life.Events.Count);
            }
            else
            {
                var free = !holders.TryGetValue(code, out var holder);
                var use = Do();
                var events = life.Events.Count;
                Assert.Equal(use.Refusal, Do().Refusal);
                Assert.Equal(events, life.Events.Count); // a repeat decides nothing
                if (use.Value is { State: not CouponUseState.GivenBack } had)
                {
                    Assert.True(free || holder.Order == order, $"{code} of {holder.Order} went to {order}");
                    holders[code] = (order, had.State == CouponUseState.Redeemed);
                }
                else if (use.Value is not null && !free && holder.Order == order) holders.Remove(code);
            }

            var view = life.View;
            Assert.Equal((holders.Values.Count(h => h.IsRedeemed), life.Events.OfType<CouponEvent.Claimed>().Count()),
                (view.Redeemed, view.Claimed));
            Assert.True(view.Claimed <= 3 && view.SpentMinor == view.Redeemed * 20_00L);
        }

        var given = life.Events.OfType<CouponEvent.Claimed>().ToArray();
        Assert.All(given, e => Assert.InRange(e.Number, 1, 2));
        Assert.Equal(given.Length, given.DistinctBy(e => e.Code).Count());
        Assert.Equal(given.Length, given.DistinctBy(e => (e.User, e.Number)).Count());

        // The same events again, as stored, and a snapshot of the state all give the same.
        var json = CouponJson.Default.CouponEvent;
        var replayed = life.Events
            .Select(e => JsonSerializer.Deserialize(JsonSerializer.Serialize(e, json), json)!)
            .Aggregate(Coupon.New(), (coupon, e) => coupon.Apply(e));
        Assert.Equal(Bytes(life.Coupon), Bytes(replayed));
        var thawed = Coupon.Snapshots.Thaw(Coupon.Snapshots.Freeze(life.Coupon)());
        Assert.Equal(Bytes(life.Coupon), Bytes(thawed));
        Assert.Equal(life.View, thawed.View("JUNE", life.Now));
        foreach (var e in given)
        {
            var again = new ClaimCoupon(new(e.User), e.Number);
            Assert.Equal(life.Coupon.Decide(again, "", CouponLife.Policy, life.Now).Reply,
                thawed.Decide(again, "", CouponLife.Policy, life.Now).Reply);
        }
    });

    [Fact]
    public void P08_a_discount_lies_from_zero_to_the_goods() => Gen.Select(
        Gen.Int[1, 100], Gen.Long[0, Limits.AmountMinorMax]).Sample((percent, goodsMinor) =>
    {
        var life = new CouponLife(CouponLife.Twenty with { OffMinor = null, Percent = percent, MinGoodsMinor = 0 });
        var off = life.Hold(life.CodeOf("u1"), "o1", goodsMinor: goodsMinor).Value!.OffMinor;
        Assert.InRange(off, 0, goodsMinor);
        Assert.Equal(Math.Round(goodsMinor * (decimal)percent / 100, MidpointRounding.ToEven), off);
    });

    [Fact]
    public void A_snapshot_is_not_moved_by_later_events()
    {
        var life = new CouponLife();
        var code = life.CodeOf("u1");
        var frozen = Coupon.Snapshots.Freeze(life.Coupon);
        var before = life.View;
        life.Redeem(CouponLife.Content(code, "o1"));
        life.CodeOf("u2");
        Assert.Equal(before, Coupon.Snapshots.Thaw(frozen()).View("JUNE", Noon));
        Assert.NotEqual(before, life.View);
    }

    [Fact]
    public void Stored_events_keep_their_form() => GoldenLines.Check<CouponEvent>(
        "Coupons/Coupon.golden.jsonl", CouponJson.Default.CouponEvent,
        new CouponEvent.Defined(CouponLife.Twenty),
        new CouponEvent.Defined(CouponLife.Twenty with { OffMinor = null, Percent = 15, MinGoodsMinor = 0 }),
        new CouponEvent.Claimed("JUNE-2345678923", "u1", 1, Noon, Noon.AddDays(30)),
        new CouponEvent.Held("JUNE-2345678923", "o1/1", 100_00, 20_00, Noon),
        new CouponEvent.Redeemed("JUNE-2345678923", "o1/1", 20_00, Noon),
        new CouponEvent.GivenBack("JUNE-2345678923", "o1/1", 20_00, true, Noon),
        new CouponEvent.Fenced("JUNE-2345678923", "o1/2", Noon),
        new CouponEvent.Changed(CouponLife.Twenty with { Pool = 9 }, "k1", "s1", Noon));

    private static string Bytes(Coupon coupon) => Encoding.UTF8.GetString(Coupon.Snapshots.Freeze(coupon)());
}
