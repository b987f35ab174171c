using System.Text;
using Xunit;

namespace Ale.Users;

/// <summary>Changes of a user's market.</summary>
public sealed class UserChangeTests
{
    [Fact]
    public void A_change_is_refused_in_order_of_precedence()
    {
        var life = new UserLife();
        Assert.Same(UserRefusals.Unknown, life.Change(1, "k", "cn").Refusal);
        life.Register("gb");
        life.Earn("A", 100_00);
        var events = life.Events.Count;
        Assert.Same(UserRefusals.Stale, life.Change(1, "k", "cn").Refusal); // before currency
        Assert.Same(UserRefusals.Currency, life.Change(events, "k", "cn").Refusal);
        Assert.Equal("gb", life.Change(events, "k", "gb").Value!.Market); // no difference, no event
        Assert.Equal("gb", life.Change(events, "k", null).Value!.Market);
        Assert.Equal(events, life.Events.Count);
    }

    [Fact]
    public void A_change_makes_the_market_of_later_orders_and_its_key_is_remembered()
    {
        var life = new UserLife();
        life.Register("gb");
        var first = life.Change(1, "k", "cn").Value!;
        Assert.Equal(("cn", "CNY", 2L), (first.Market, first.Currency, first.Version));
        Assert.Equal([new UserEvent.MarketChanged("cn", "CNY", "k", 2, life.Now)], life.Events.Skip(1));
        life.Earn("A", 500_00, sale: "cn");
        Assert.Equal((UserTier.Regular, 500_00L), (life.View.Tier, life.View.SpentMinor));
        Assert.Equal(first, life.Change(1, "k", "cn").Value); // as it was answered then
        Assert.Same(UserRefusals.Changed, life.Change(1, "k", "gb").Refusal);
        Assert.Same(UserRefusals.Changed, life.Register("gb").Refusal); // a PUT compares with what he has now
        Assert.Null(life.Register("cn").Refusal);
        life.Now = life.Now.AddHours(24);
        Assert.Same(UserRefusals.Stale, life.Change(1, "k", "cn").Refusal); // forgotten
    }

    [Fact]
    public void A_frozen_user_remembers_changes()
    {
        var life = new UserLife();
        life.Register("gb");
        life.Change(1, "k", "cn");
        var bytes = User.Snapshots.Freeze(life.User)();
        var thawed = User.Snapshots.Thaw(bytes);
        Assert.Equal("cn", thawed.Keys.Find("k", life.Now)!.Answer.Market);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(User.Snapshots.Freeze(thawed)()));
    }
}
