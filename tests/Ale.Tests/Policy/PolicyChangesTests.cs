using Ale.Edge;
using Xunit;

namespace Ale.Policy;

/// <summary>Changes of the plan's numbers, rule by rule, and in whole silos.</summary>
public sealed class PolicyChangesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);

    private static PolicyBook Book() => PolicyBook.Load(Repository.At("deploy", "policy"));

    private static SetPolicy Set(string key, string value, string? market = null, DateTimeOffset? at = null) =>
        new(key, market, value, at, null, "dearer air time", "olga");

    [Theory]
    [InlineData("placement.costLimitMinor", "600", null, null)]
    [InlineData("placement.costLimitMinor", "0", null, "policy.bad_value")] // out of range
    [InlineData("placement.costLimitMinor", "\"much\"", null, "policy.bad_value")]
    [InlineData("placement.costLimitMinor", "null", null, "policy.bad_value")]
    [InlineData("placement.costLimitMinor", "5.5", null, "policy.bad_value")] // a fraction of a fen
    [InlineData("placement.costLimitMinor", "600", "xx", "policy.unknown_market")]
    [InlineData("placement.none", "600", null, "policy.unknown")]
    [InlineData("budget.overPercent", "101", null, "policy.bad_value")] // percentages over 100
    [InlineData("phase.checkCron", "\"0 0 30 2 *\"", null, "policy.bad_value")] // never
    [InlineData("stock.holdSeconds", "86400", null, "policy.bad_value")] // above its cap: they contradict one another
    [InlineData("market.currency", "\"EUR\"", "cn", "policy.bad_value")] // money that is booked
    public void TEC_14_a_value_that_breaks_a_rule_is_refused(string key, string value, string? market, string? code)
    {
        var (reply, events) = PolicyChanges.New().Decide(Set(key, value, market), Book(), Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(code is null ? 1 : 0, events.Length);
        if (code == "policy.bad_value")
            Assert.Contains(key, Assert.Single(reply.Refusal!.Details).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void TEC_14_a_placement_limit_of_6_from_tomorrow_leaves_todays_at_5()
    {
        var (book, tomorrow) = (Book(), Noon.AddDays(1));
        var (reply, _) = PolicyChanges.New().Decide(Set("placement.costLimitMinor", "600", at: tomorrow), book, Noon);
        book.Take([reply.Value!]);
        Assert.Equal(500, book.For(null, tomorrow.AddTicks(-1)).Campaigns.CostLimitMinor);
        Assert.Equal(600, book.For(null, tomorrow).Campaigns.CostLimitMinor);
        Assert.Equal(600, book.For("gb", tomorrow).Campaigns.CostLimitMinor);
        var entry = book.Find("placement.costLimitMinor", tomorrow)!;
        Assert.Equal(("marketing", "dearer air time", tomorrow), (entry.Owner, entry.Note, entry.EffectiveAt));
    }

    [Theory]
    [InlineData(null, "policy.bad_value")]
    [InlineData("", "policy.bad_value")]
    [InlineData("the ministry's yearbook, 2024", null)]
    public void DAT_13_a_fact_about_the_market_names_its_source(string? source, string? code)
    {
        var (reply, _) = PolicyChanges.New().Decide(
            Set("fact.shortVideoUsers", "1050000000") with { Source = source }, Book(), Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(980_000_000, Book().For(null, Noon).Facts.ShortVideoUsers);
    }

    [Fact]
    public void TEC_14_a_market_has_a_value_of_its_own()
    {
        var book = Book();
        var (reply, _) = PolicyChanges.New().Decide(Set("placement.costLimitMinor", "700", "gb"), book, Noon);
        book.Take([reply.Value!]);
        var then = reply.Value!.EffectiveAt;
        Assert.Equal((500L, 700L), (book.For("cn", then).Campaigns.CostLimitMinor,
            book.For("gb", then).Campaigns.CostLimitMinor));
    }

    [Fact]
    public void TEC_14_the_same_wish_is_one_change_and_the_past_stands()
    {
        var (book, tomorrow) = (Book(), Noon.AddDays(1));
        var wish = Set("placement.costLimitMinor", "600", at: tomorrow);
        var taken = PolicyChanges.New().Apply(new PolicyEvent.Set(
            PolicyChanges.New().Decide(wish, book, Noon).Reply.Value!));
        Assert.Empty(taken.Decide(wish, book, Noon.AddHours(1)).Events);
        Assert.Single(taken.Decide(wish with { Value = "550" }, book, Noon.AddHours(1)).Events); // the later word
        Assert.Equal("policy.past", taken.Decide(wish with { EffectiveAt = Noon.AddTicks(-1), Value = "1" }, book, Noon)
            .Reply.Refusal?.Code);
        var atOnce = taken.Decide(wish with { EffectiveAt = null, Value = "1" }, book, Noon).Reply.Value!;
        Assert.Equal(Noon + IPolicyChangesGrain.Lead, atOnce.EffectiveAt);
    }

    [Fact]
    public void Stored_events_stay_readable() =>
        GoldenLines.Check("Policy/PolicyChanges.golden.jsonl", PolicyChanges.EventJson,
            new PolicyEvent.Set(new(1, "placement.costLimitMinor", "gb", "600", Noon.AddDays(1), "marketing",
                "dearer air time", "olga", Noon)
            { Source = "the rate card" }));

    [Fact]
    [Trait("needs", "server")]
    public async Task TEC_14_a_change_takes_effect_on_every_node_without_a_restart_and_stays()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        const string path = "/api/policy/cart.upliftPercent";
        await using (var one = await TestSilo.Start(database))
        await using (var two = await TestSilo.Start(database))
        {
            const string body = """{"value":7,"reason":"a test of prices"}""";
            Assert.Equal(403, (await one.Http.Put(path, body, "agent")).Status);
            var set = (await one.Http.Put(path, body, "ops", "olga")).Ok().Json;
            Assert.Equal((1L, 7, "olga"), ((long)set["version"]!, (int)set["value"]!, (string)set["by"]!));
            foreach (var silo in new[] { one, two })
            {
                await new Func<Task<int>>(() => Value(silo)).Until(v => v == 7, 20);
                Assert.Equal("olga", (string)(await silo.Http.Get(path + "/history", "ops")).Ok()
                    .Json["items"]![0]!["by"]!);
            }

            var wrong = await two.Http.Put(path, """{"value":5000,"reason":"much"}""", "ops");
            Assert.Equal((400, "policy.bad_value"), (wrong.Status, wrong.Code));
            Assert.Contains("cart.upliftPercent", wrong.Text, StringComparison.Ordinal);
        }

        await using var again = await TestSilo.Start(database);
        Assert.Equal(7, await Value(again)); // from its first answer on

        static async Task<int> Value(TestSilo silo) => (int)(await silo.Http.Get(path, "ops")).Ok().Json["value"]!;
    }
}
