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

    /// <summary>A change as it is stored, in force so many days after noon.</summary>
    private static PolicyChange Change(long version, string key, string? market, string value, int days) =>
        new(version, key, market, value, Noon.AddDays(days), null, "a reason", "olga", Noon);

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
        if (code != "policy.bad_value") return;
        var details = reply.Refusal!.Details.ToDictionary(d => d.Key, d => d.Value);
        Assert.Equal("value", details["field"]);
        Assert.Contains(key, details["detail"], StringComparison.Ordinal);
    }

    [Theory] // What the change says of its own.
    [InlineData("reason", "", null, null)]
    [InlineData("owner", "why", "no id", null)]
    [InlineData("source", "why", null, "")]
    public void TEC_14_what_is_wrong_with_a_change_is_named_by_its_field(
        string field, string reason, string? owner, string? source)
    {
        var command = Set("placement.costLimitMinor", "600") with { Reason = reason, Owner = owner, Source = source };
        var refusal = PolicyChanges.New().Decide(command, Book(), Noon).Reply.Refusal!;
        Assert.Equal(("policy.bad_value", field), (refusal.Code, refusal.Details.Single(d => d.Key == "field").Value));
    }

    [Theory] // Seconds from noon: what was asked for, and when it is sent again. It leads by 5 s.
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 60)]
    [InlineData(5, 4)]
    [InlineData(9, 1)]
    public void TEC_14_the_same_change_sent_again_is_the_same(int asked, int again)
    {
        var command = Set("placement.costLimitMinor", "600", at: Noon.AddSeconds(asked));
        var (first, events) = PolicyChanges.New().Decide(command, Book(), Noon);
        var changes = events.Aggregate(PolicyChanges.New(), (state, e) => state.Apply(e));
        var (second, none) = changes.Decide(command, Book(), Noon.AddSeconds(again));
        Assert.Equal(first.Value, second.Value);
        Assert.Empty(none);
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
        var (reply, _) = PolicyChanges.New().Decide(Set("supply.autoOrder.dayMinor", "700", "gb"), book, Noon);
        var others = book.For("cn", Noon).Supply.AutoOrderDayMinor;
        book.Take([reply.Value!]);
        var then = reply.Value!.EffectiveAt;
        Assert.Equal((others, 700L), (book.For("cn", then).Supply.AutoOrderDayMinor,
            book.For("gb", then).Supply.AutoOrderDayMinor));
    }

    [Theory]
    [InlineData("placement.costLimitMinor", "gb", "policy.market")] // a placement is of no market
    [InlineData("placement.costLimitMinor", "cn", "policy.market")] // not even of the default one
    [InlineData("placement.costLimitMinor", "xx", "policy.unknown_market")]
    [InlineData("stock.outRateCron", "gb", "policy.market")] // the job runs once for all
    [InlineData("stock.outRatePercentMax", "gb", null)]
    [InlineData("points.perUnit", "gb", null)]
    public void TEC_14_a_market_that_would_have_no_effect_is_refused(string key, string market, string? code)
    {
        var value = Book().Find(key, Noon)!.Values[PolicyEntry.DefaultColumn].GetRawText();
        var (reply, _) = PolicyChanges.New().Decide(Set(key, value, market), Book(), Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        if (code != "policy.market") return;
        var details = reply.Refusal!.Details.ToDictionary(d => d.Key, d => d.Value);
        Assert.Equal("market", details["field"]);
        Assert.Contains(key, details["detail"], StringComparison.Ordinal);
    }

    /// <summary>Taken before the key was the house's; the change of another market had no effect then either.</summary>
    [Theory]
    [InlineData("cn", 600, 0)]
    [InlineData("gb", 500, 1)]
    public void TEC_14_a_stored_change_of_a_market_of_the_houses_key_stops_nothing(
        string market, int limit, int leftOut)
    {
        var book = Book();
        book.Take([Change(1, "placement.costLimitMinor", market, "600", 0)]);
        Assert.Equal(limit, book.For(null, Noon).Campaigns.CostLimitMinor);
        Assert.Equal(limit, book.For("gb", Noon).Campaigns.CostLimitMinor);
        Assert.Equal(leftOut, book.LeftOut.Count);
    }

    [Theory] // A change of one column changes that column from its instant on, whatever was taken first.
    [InlineData(4, 900, 900)]
    [InlineData(5, 900, 700)]
    [InlineData(9, 900, 700)]
    [InlineData(10, 600, 700)] // the market's own word stays
    [InlineData(14, 600, 700)]
    [InlineData(15, 600, 800)]
    public void TEC_14_changes_hold_by_their_instant_and_not_by_the_order_they_were_taken_in(int day, int cn, int gb)
    {
        var book = Book();
        book.Take([
            Change(1, "stock.holdSeconds", null, "600", 10), Change(2, "stock.holdSeconds", "gb", "800", 15),
            Change(3, "stock.holdSeconds", "gb", "700", 5)]);
        var then = Noon.AddDays(day);
        Assert.Equal((cn, gb), (book.For("cn", then).Stock.HoldSeconds, book.For("gb", then).Stock.HoldSeconds));
    }

    [Fact]
    public void TEC_14_of_two_changes_for_one_instant_the_later_word_holds()
    {
        var book = Book();
        book.Take([Change(1, "stock.holdSeconds", null, "600", 5), Change(2, "stock.holdSeconds", null, "700", 5)]);
        Assert.Equal(700, book.For("cn", Noon.AddDays(5)).Stock.HoldSeconds);
    }

    [Fact]
    public void TEC_14_a_change_that_the_files_contradict_is_left_out_and_named_and_the_others_hold()
    {
        var book = Book(); // its cap is 1,800 s; the files of then said 3,600
        PolicyChange[] stored = [
            Change(1, "stock.calmMinutes", null, "20", 0), Change(2, "stock.holdSeconds", null, "2000", 1),
            Change(3, "no.longer", null, "1", 1), Change(4, "stock.calmMinutes", "gb", "30", 2)];
        book.Take(stored);
        var then = Noon.AddDays(3);
        Assert.Equal((900, 20, 30), (book.For("cn", then).Stock.HoldSeconds, book.For("cn", then).Stock.CalmMinutes,
            book.For("gb", then).Stock.CalmMinutes));
        Assert.Equal([2L, 3L], book.LeftOut.Keys.Order());
        Assert.Contains("stock.holdCapSeconds", book.LeftOut[2], StringComparison.Ordinal);

        // It may be mended while it runs: what is left out stands in nobody's way.
        var changes = stored.Aggregate(PolicyChanges.New(), (c, e) => c.Apply(new PolicyEvent.Set(e)));
        var (reply, _) = changes.Decide(Set("stock.holdSeconds", "1200"), book, then);
        Assert.Null(reply.Refusal);
        book.Take([.. stored, reply.Value!]);
        Assert.Equal(1200, book.For("cn", then.AddDays(1)).Stock.HoldSeconds);
        Assert.Equal(2, book.LeftOut.Count);
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
        Assert.Single(taken.Decide(wish with { Owner = "finance" }, book, Noon.AddHours(1)).Events);
        Assert.Single(taken.Decide(wish with { Source = "a letter" }, book, Noon.AddHours(1)).Events);
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
    public async Task TEC_14_a_silo_starts_although_new_files_contradict_a_change_and_the_history_says_so()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var folder = Directory.CreateTempSubdirectory("ale-policy").FullName;
        foreach (var file in Directory.GetFiles(Repository.At("deploy", "policy")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var stock = Path.Combine(folder, "stock.json");
        File.WriteAllText(stock, File.ReadAllText(stock).Replace("\"default\": 1800 }", "\"default\": 3600 }",
            StringComparison.Ordinal));
        const string path = "/api/policy/stock.holdSeconds";
        await using (var before = await TestSilo.Start(database, settings: $"--Ale:Policy={folder}"))
        {
            (await before.Http.Put(path, """{"value":3000,"reason":"slow payers"}""", "ops")).Ok();
            var set = () => Value(before);
            Assert.Equal(3000, await set.Until(v => v == 3000, 20));
            (await before.Http.Put("/api/policy/cart.upliftPercent",
                """{"value":7,"reason":"x","market":"gb"}""", "ops")).IsProblem(400, "policy.market");
        }

        await using var after = await TestSilo.Start(database); // the cap is 1,800 s again
        Assert.Equal(900, await Value(after));
        var history = async () => (await after.Http.Get(path + "/history", "ops")).Ok().Json["items"]!.AsArray();
        Assert.Contains("stock.holdCapSeconds", (string)Assert.Single(await history())!["notInForce"]!,
            StringComparison.Ordinal);
        (await after.Http.Put(path, """{"value":1200,"reason":"mended"}""", "ops")).Ok();
        var mended = () => Value(after);
        Assert.Equal(1200, await mended.Until(v => v == 1200, 20));
        Assert.Equal([null, true], (await history()).Select(c => c!["notInForce"] is null ? default(bool?) : true));

        static async Task<int> Value(TestSilo silo) => (int)(await silo.Http.Get(path, "ops")).Ok().Json["value"]!;
    }

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
            var error = wrong.Json["errors"]![0]!;
            Assert.Equal("value", (string)error["field"]!);
            Assert.Contains("cart.upliftPercent", (string)error["message"]!, StringComparison.Ordinal);
        }

        await using var again = await TestSilo.Start(database);
        Assert.Equal(7, await Value(again)); // from its first answer on

        static async Task<int> Value(TestSilo silo) => (int)(await silo.Http.Get(path, "ops")).Ok().Json["value"]!;
    }
}
