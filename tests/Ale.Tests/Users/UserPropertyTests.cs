using System.Text.Json;
using CsCheck;
using Xunit;

namespace Ale.Users;

public sealed class UserPropertyTests
{
    private static readonly DateTimeOffset Noon = UserLife.Noon;

    private static readonly Gen<(int What, int Order, int Return, int Amount, int Days)> Step =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 6], Gen.Int[0, 2], Gen.Int[0, 200_000], Gen.Int[0, 200]);

    [Fact]
    public void Whatever_happens_repeats_change_nothing_and_a_replay_ends_where_the_user_is() =>
        Gen.Select(Gen.Bool, Step.Array[0, 40]).Sample((inGb, steps) =>
        {
            var life = new UserLife(inGb ? "gb" : "cn");
            foreach (var step in steps)
            {
                if (step.What == 5) life.Now = life.Now.AddDays(step.Days);
                var before = life.Events.Count;
                Run(life, step);
                var between = life.Events.Count;
                Run(life, step);
                Assert.Equal(between, life.Events.Count); // a repeat yields no event
                Assert.True(between - before <= 20);
            }

            var replayed = life.Events.Aggregate(User.New(), (user, e) => user.Apply(RoundTrip(e)));
            Assert.Equal(Bytes(life.User), Bytes(replayed));
            Assert.Equal(Bytes(life.User), Bytes(User.Snapshots.Thaw(User.Snapshots.Freeze(life.User)())));
            var entries = life.Events.Sum(e => e switch
            {
                UserEvent.Earned x => x.Points,
                UserEvent.Reversed x => -x.Taken,
                UserEvent.Expired x => -x.Points,
                _ => 0,
            });
            Assert.Equal(entries, life.User.Points + life.User.PendingSum);
            Assert.True(life.User.Expiring.All(p => p.Points > 0));
            Assert.Equal(life.User.Expiring.OrderBy(p => p.ExpiresAt), life.User.Expiring);
            Assert.True(life.User.Expiring.Sum(p => p.Points) <= Math.Max(0, life.User.Points));
            if (inGb) Assert.DoesNotContain(life.Events, e => e is UserEvent.Expired or UserEvent.TierReviewed);
            else Assert.Equal(Math.Max(0, life.User.Points), life.User.Expiring.Sum(p => p.Points)); // all of them
            Assert.True(life.User.Pending.All(p => p.Points > 0));
            Assert.Equal(life.User.Pending.OrderBy(p => p.DueAt), life.User.Pending);
        });

    private static void Run(UserLife life, (int What, int Order, int Return, int Amount, int Days) step)
    {
        var order = $"o{step.Order}";
        if (step.What <= 2) life.Earn(order, step.Amount, step.Amount / 3);
        else if (step.What <= 4) life.Reverse($"r{step.Return}", order, step.Amount / 100, step.Amount / 2);
        else life.Due();
    }

    private static string Bytes(User user) => System.Text.Encoding.UTF8.GetString(User.Snapshots.Freeze(user)());

    private static UserEvent RoundTrip(UserEvent e) => JsonSerializer.Deserialize(
        JsonSerializer.Serialize(e, UserJson.Default.UserEvent), UserJson.Default.UserEvent)!;

    [Fact]
    public void Every_event_is_stored_as_the_golden_lines_say()
    {
        UserEvent[] events =
        [
            new UserEvent.Registered("gb", "GBP", Noon),
            new UserEvent.Earned("A", "gb", "GBP", 100_50, 50_00, 100_50, 100, 350, true, null, null, 1, 350, Noon),
            new UserEvent.Earned("B", "cn", "CNY", 100_50, 0, 0, 100, 100, false, Noon.AddDays(7), 180, 2, 450, Noon),
            new UserEvent.TierChanged(UserTier.New, UserTier.Regular, 2, 100_50, Noon),
            new UserEvent.Reversed("r", "B", 100, 60, 100_50, 0, 3, 350, Noon),
            new UserEvent.Matured("B", 40, 4, 350, Noon),
            new UserEvent.MarketChanged("cn", "CNY", "k1", 2, Noon),
            new UserEvent.Expired("B", 40, 5, 310, Noon),
            new UserEvent.TierReviewed(
                UserTier.Core, UserTier.Regular, true, 2, 100_50, Noon.AddDays(180), "ops", Noon),
            new UserEvent.ReviewTold(Noon),
            new UserEvent.Earned("C", "cn", "CNY", 100_50, 0, 0, 100, 100, false, Noon.AddDays(7), 180, 2, 450, Noon)
            { ExpiresAt = Noon.AddDays(372) },
            new UserEvent.Reversed("r", "C", 100, 60, 100_50, 0, 3, 350, Noon) { FromExpired = 40 },
            new UserEvent.TierChanged(UserTier.New, UserTier.Regular, 2, 100_50, Noon) { ReviewAt = Noon.AddDays(180) },
        ];
        GoldenLines.Check("Users/User.golden.jsonl", UserJson.Default.UserEvent, events);
        Assert.ThrowsAny<JsonException>(
            () => JsonSerializer.Deserialize("""{"$type":"user.other"}""", UserJson.Default.UserEvent));
    }
}
