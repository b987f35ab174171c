using Xunit;

namespace Ale.Policy;

public sealed class PolicyBookTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("ale-policy").FullName;

    public PolicyBookTests()
    {
        foreach (var file in Directory.GetFiles(Repository.At("deploy", "policy")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TEC14_the_plans_numbers_stand_in_the_files()
    {
        var book = PolicyBook.Load(_folder);
        var (cn, gb) = (book.For("cn", Noon), book.For("gb", Noon));

        Assert.Equal(["cn", "gb"], book.Markets);
        Assert.Same(cn, book.For(null, Noon));
        Assert.Equal(new StockPolicy(HoldSeconds: 900, HoldCapSeconds: 1800)
        {
            CalmMinutes = 15,
            OwnHoldSeconds = 30,
            DeskRole = "ops",
            OutRatePercentMax = 3,
            OutRateCron = "30 9 * * *",
        }, cn.Stock);
        Assert.Equal(new OfferPolicy(1, 20, 10, 300, 30) { CompareDays = 7 }, cn.Offers);
        Assert.Equal(new TierPolicy(2, 500_00, 5, 3_000_00, WindowDays: 180)
        {
            ReviewDays = 180,
            IsLoweredAtReview = true,
            Role = "ops",
        }, cn.Tiers);
        Assert.Equal(new OrderPolicy(18, false, true, 24, 7, 30) { TouchDays = 7 }, cn.Orders);
        // What recorded sales of market gb are replayed under.
        Assert.Equal(new PointsPolicy(1, 3, 2, false, PendingDays: 0, ExpireDays: null), gb.Points);
        Assert.Equal(cn.Tiers with { WindowDays = null, ReviewDays = null }, gb.Tiers);
        Assert.True(gb.Orders.UnknownAgeMayBuy);
        Assert.False(gb.Orders.ReturnQuarantine);
    }

    [Theory]
    [InlineData(false, false, false, 1)]
    [InlineData(true, false, false, 3)]
    [InlineData(false, true, false, 2)]
    [InlineData(true, true, false, 4)] // base and both bonuses
    [InlineData(true, true, true, 6)]
    public void Bonuses_add_unless_the_policy_says_multiply(bool first, bool eco, bool multiply, int expected) =>
        Assert.Equal(expected, new PointsPolicy(1, 3, 2, multiply, 0, null).Factor(first, eco));

    [Theory]
    [InlineData("2026-06-01T23:59:59.9990000Z", "cn", 900)]
    [InlineData("2026-06-02T00:00:00.0000000Z", "cn", 600)] // from that instant on
    [InlineData("2030-01-01T00:00:00.0000000Z", "cn", 600)]
    [InlineData("2026-06-02T00:00:00.0000000Z", "gb", 900)] // its own column
    [InlineData("1999-12-31T23:59:59.0000000Z", "cn", 900)] // before the first date: the first values
    public void TEC14_a_value_changes_at_its_instant_and_not_before(string now, string market, int expected)
    {
        AddLater("2026-06-02T00:00:00Z", """{ "cn": 600, "default": 900 }""");
        Assert.Equal(expected, PolicyBook.Load(_folder).For(market, Instant(now)).Stock.HoldSeconds);
    }

    [Fact]
    public void The_hot_path_allocates_nothing()
    {
        var book = PolicyBook.Load(_folder);
        var sum = book.For("gb", Noon).Stock.HoldSeconds;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) sum += book.For("gb", Noon).Stock.HoldSeconds;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_001 * 900, sum);
    }

    [Fact]
    public void An_unknown_market_is_the_callers_mistake()
    {
        var book = PolicyBook.Load(_folder);
        Assert.False(book.Knows("fr"));
        Assert.False(book.Knows("CN"));
        Assert.Throws<ArgumentException>(() => book.For("fr", Noon));
    }

    [Theory]
    [InlineData("stock.holdSeconds", "{ \"default\": 10 }", true)]
    [InlineData("stock.holdSeconds", "{ \"default\": 9 }", false)]
    [InlineData("stock.holdSeconds", "{ \"default\": 1800 }", true)] // as long as the cap
    [InlineData("stock.holdSeconds", "{ \"default\": 1801 }", false)]
    [InlineData("coldchain.middleFrom", "{ \"default\": 1999 }", true)]
    [InlineData("coldchain.middleFrom", "{ \"default\": 2000 }", false)] // where the next band begins
    [InlineData("forecast.sessions", "{ \"default\": 0 }", false)]
    [InlineData("stock.holdCapSeconds", "{ \"default\": 604800 }", true)]
    [InlineData("stock.holdCapSeconds", "{ \"default\": 604801 }", false)]
    [InlineData("points.firstOrderFactor", "{ \"default\": 1 }", true)]
    [InlineData("points.firstOrderFactor", "{ \"default\": 0 }", false)]
    [InlineData("points.pendingDays", "{ \"default\": 0 }", true)]
    [InlineData("points.pendingDays", "{ \"default\": -1 }", false)]
    [InlineData("points.pendingDays", "{ \"default\": null }", false)] // none only where none has a meaning
    [InlineData("points.expireDays", "{ \"default\": null }", true)]
    [InlineData("points.expireDays", "{ \"default\": 0 }", false)]
    [InlineData("tier.regularOrders", "{ \"default\": 4 }", true)]
    [InlineData("tier.regularOrders", "{ \"default\": 5 }", false)] // as many as core
    [InlineData("tier.coreSpentMinor", "{ \"default\": 1000000000000 }", true)]
    [InlineData("tier.coreSpentMinor", "{ \"default\": 1000000000001 }", false)]
    [InlineData("order.qualityReturnDays", "{ \"default\": 30 }", true)]
    [InlineData("order.qualityReturnDays", "{ \"default\": 31 }", false)]
    [InlineData("market.nightTo", "{ \"default\": \"00:00\" }", true)]
    [InlineData("market.nightTo", "{ \"default\": \"24:00\" }", false)]
    [InlineData("market.nightFrom", "{ \"default\": \"08:00\" }", false)] // no night at all, or all day?
    [InlineData("market.language", "{ \"default\": \"zh\" }", false)]
    [InlineData("market.workDays", "{ \"default\": \"1 2 3 4 5 6\" }", true)]
    [InlineData("market.workDays", "{ \"default\": \"\" }", false)] // nobody ever works
    [InlineData("market.workFrom", "{ \"default\": \"12:00\" }", true)] // the break comes first
    [InlineData("market.workFrom", "{ \"default\": \"18:00\" }", false)]
    [InlineData("market.breakTo", "{ \"default\": \"12:00\" }", true)] // no break
    [InlineData("market.holidays", "{ \"default\": \"2027-02-29\" }", false)]
    [InlineData("budget.riskPercentMin", "{ \"default\": 15 }", true)]
    [InlineData("budget.riskPercentMin", "{ \"default\": 16 }", false)]
    [InlineData("budget.overPercent", "{ \"default\": 101 }", false)]
    [InlineData("budget.reviewCron", "{ \"default\": \"0 7 30 2 *\" }", false)] // never
    [InlineData("campaign.effectDaysShort", "{ \"default\": 89 }", true)]
    [InlineData("campaign.effectDaysShort", "{ \"default\": 90 }", false)]
    [InlineData("campaign.primeFrom", "{ \"default\": \"23:00\" }", false)]
    [InlineData("promise.fastMinutes", "{ \"default\": 1440 }", true)]
    [InlineData("placement.reportDays", "{ \"default\": 7 }", true)]
    [InlineData("budget.spendDays", "{ \"default\": 6 }", false)] // placements report what lines would not take any more
    public void Each_bound_lies_where_it_is_written(string key, string value, bool good)
    {
        Replace(key, value);
        if (good) PolicyBook.Load(_folder);
        else Assert.Contains($": {key}: ", Refused(), StringComparison.Ordinal);
    }

    [Theory] // The key that is blamed is not always the one that was changed.
    [InlineData("market.workFrom", "\"12:01\"", "market.breakFrom")]
    [InlineData("market.breakTo", "\"11:59\"", "market.breakFrom")]
    [InlineData("market.breakTo", "\"18:01\"", "market.breakFrom")]
    [InlineData("campaign.effectDaysLong", "90", "campaign.effectDaysShort")]
    [InlineData("target.purchaseSavingPercentMax", "9", "target.purchaseSavingPercent")]
    [InlineData("placement.reportDays", "7", null)]
    public void TEC_14_Two_values_that_contradict_each_other_are_refused(string key, string value, string? blamed)
    {
        Replace(key, $$"""{ "default": {{value}} }""");
        if (blamed is null) PolicyBook.Load(_folder);
        else Assert.Contains($": {blamed}: ", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void TEC_16_a_break_as_long_as_the_day_of_work_is_refused()
    {
        Replace("market.breakFrom", """{ "default": "09:00" }""");
        Replace("market.breakTo", """{ "default": "17:59" }""");
        PolicyBook.Load(_folder);
        Replace("market.breakTo", """{ "default": "18:00" }""");
        Assert.Contains(": market.breakTo: ", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stock.json", "\"default\": 900", "\"default\": \"900\"",
        "stock.json: stock.holdSeconds: must be a whole number from 10 to 86400 (default: \"900\")")]
    [InlineData("stock.json", "\"default\": 900", "\"default\": 1.5",
        "stock.json: stock.holdSeconds: must be a whole number from 10 to 86400 (default: 1.5)")]
    [InlineData("stock.json", "\"unit\": \"seconds\",", "", "stock.json: stock.holdSeconds: has no unit")]
    [InlineData("stock.json", "\"unit\": \"seconds\"", "\"unit\": \"minutes\"",
        "stock.json: stock.holdSeconds: its unit is 'seconds'")]
    [InlineData("stock.json", "\"owner\": \"ops\",", "", "stock.json: stock.holdSeconds: has no owner")]
    [InlineData("stock.json", "\"owner\": \"ops\"", "\"owner\": \" \"", "stock.json: stock.holdSeconds: has no owner")]
    [InlineData("stock.json", "\"section\": \"2.4.2.1\",", "", "stock.json: stock.holdSeconds: has no plan section")]
    [InlineData("stock.json", "2000-01-01T00:00:00Z", "2000-01-01",
        "stock.json: stock.holdSeconds: effectiveAt must be an instant in UTC, as 2026-01-01T00:00:00Z")]
    [InlineData("stock.json", "2000-01-01T00:00:00Z", "2000-01-02T00:00:00Z",
        "stock.json: stock.holdSeconds: has no value from 2000-01-01 on")]
    [InlineData("stock.json", "\"key\": \"stock.holdSeconds\"", "\"key\": \"stock.holdSecond\"",
        "stock.json: stock.holdSecond: is not a known key")]
    [InlineData("stock.json", "\"key\": \"stock.holdSeconds\",", "", "stock.json: values: an entry has no key")]
    [InlineData("stock.json", "\"key\": \"stock.holdSeconds\"", "\"key\": \"stock.holdCapSeconds\"",
        "*.json: stock.holdSeconds: no file gives it a value")]
    [InlineData("stock.json", "{ \"default\": 900 }", "{ }", "stock.json: stock.holdSeconds: has no value")]
    [InlineData("stock.json", "{ \"default\": 900 }", "{ \"cn\": 900 }",
        "stock.json: stock.holdSeconds: has no value for market gb")]
    [InlineData("stock.json", "{ \"default\": 900 }", "{ \"default\": 900, \"fr\": 900 }",
        "stock.json: stock.holdSeconds: there is no market 'fr'")]
    [InlineData("stock.json", "{ \"default\": 900 }", "{ \"default\": 900, \"gb\": 1900 }",
        "stock.json: stock.holdSeconds: is above stock.holdCapSeconds in market gb")]
    [InlineData("users.json", "\"default\": 300000", "\"default\": 50000",
        "users.json: tier.regularSpentMinor: is not below tier.coreSpentMinor in market cn")]
    [InlineData("users.json", "{ \"default\": false }", "{ \"default\": \"no\" }",
        "users.json: points.bonusesMultiply: must be true or false (default: \"no\")")]
    [InlineData("budgets.json", "{ \"default\": 20 }", "{ \"default\": 19 }",
        "budgets.json: budget.elasticPercent: is above budget.overPercent in market cn")]
    [InlineData("markets.json", "Asia/Shanghai", "Asia/Nowhere",
        "markets.json: market.timeZone: must be a time zone of this machine (cn: \"Asia/Nowhere\")")]
    [InlineData("markets.json", "\"CNY\"", "\"cny\"",
        "markets.json: market.currency: must be three capital letters (cn: \"cny\")")]
    [InlineData("markets.json", "{ \"default\": \"cn\" }", "{ \"default\": \"fr\" }",
        "markets.json: market.default: is not one of the markets")]
    [InlineData("markets.json", "{ \"default\": \"cn\" }", "{ \"default\": \"cn\", \"gb\": \"gb\" }",
        "markets.json: market.default: takes the one column 'default'")]
    [InlineData("budgets.json", "{ \"default\": 20 }", "{ \"default\": 20, \"gb\": 30 }",
        "budgets.json: budget.overPercent: takes the one column 'default'")] // the house's
    [InlineData("markets.json", "\"markets\": [\"cn\", \"gb\"],", "",
        "markets.json: markets: no file names the markets")]
    [InlineData("markets.json", "[\"cn\", \"gb\"]", "[\"cn\", \"cn\"]",
        "markets.json: markets: a market stands there twice")]
    [InlineData("markets.json", "[\"cn\", \"gb\"]", "[\"cn\", \"default\"]",
        "markets.json: markets: 'default' is not 2 to 8 lower-case letters")]
    [InlineData("stock.json", "\"values\": [", "\"markets\": [\"cn\"], \"values\": [",
        "stock.json: markets: are named in markets.json already")]
    public void A_wrong_file_is_refused_by_file_key_and_rule(string file, string text, string instead, string expected)
    {
        var path = Path.Combine(_folder, file);
        var content = File.ReadAllText(path);
        var at = content.IndexOf(text, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{file} no longer holds {text}");
        File.WriteAllText(path, content[..at] + instead + content[(at + text.Length)..]);

        Assert.Equal(expected, Refused());
    }

    [Theory]
    [InlineData("\"values\": [", "\"values\": [,", "stock.json: $.values[0]")]
    [InlineData("\"unit\":", "\"unti\": \"\", \"unit\":", "stock.json: $.values[0].unti")]     // an unknown member
    [InlineData("\"unit\":", "\"unit\": \"\", \"unit\":", "stock.json: $.values[0].unit")]     // a member twice
    [InlineData("\"default\": 900", "\"default\": 1, \"default\": 900", "stock.json: $.values[0].value")]
    public void A_file_of_another_form_is_refused_by_its_place(string text, string instead, string expected)
    {
        var path = Path.Combine(_folder, "stock.json");
        var content = File.ReadAllText(path);
        var at = content.IndexOf(text, StringComparison.Ordinal);
        File.WriteAllText(path, content[..at] + instead + content[(at + text.Length)..]);

        var message = Refused();
        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_key_may_not_stand_twice_for_one_instant()
    {
        AddLater("2000-01-01T00:00:00Z", """{ "default": 900 }""");
        Assert.Equal("stock.json: stock.holdSeconds: stands twice for 2000-01-01 00:00", Refused());
    }

    [Theory]
    [InlineData("""{ "cn": "USD", "gb": "GBP" }""", "later.json: market.currency: may not change")]
    [InlineData("""{ "cn": "CNY", "gb": "GBP" }""", null)]
    public void A_markets_money_may_not_change(string value, string? expected)
    {
        AddLater("2026-06-02T00:00:00Z", value, "market.currency", "ISO 4217");
        if (expected is null) PolicyBook.Load(_folder);
        else Assert.Equal(expected, Refused());
    }

    [Fact]
    public void A_folder_without_files_is_refused()
    {
        foreach (var file in Directory.GetFiles(_folder)) File.Delete(file);
        Assert.Equal($"{_folder}: *.json: there is no policy file here", Refused());
    }

    private string Refused() => Assert.Throws<PolicyFileException>(() => PolicyBook.Load(_folder)).Message;

    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.ParseExact(text, "O", System.Globalization.CultureInfo.InvariantCulture);

    private void AddLater(string at, string value, string key = "stock.holdSeconds", string unit = "seconds") =>
        File.WriteAllText(Path.Combine(_folder, "later.json"), $$"""
            { "values": [{ "key": "{{key}}", "unit": "{{unit}}", "section": "2.4.2.1", "owner": "ops",
              "effectiveAt": "{{at}}", "value": {{value}} }] }
            """);

    /// <summary>Puts another value object in the place of the first one of a key.</summary>
    private void Replace(string key, string value)
    {
        foreach (var path in Directory.GetFiles(_folder))
        {
            var content = File.ReadAllText(path);
            var at = content.IndexOf($"\"key\": \"{key}\"", StringComparison.Ordinal);
            if (at < 0) continue;
            var from = content.IndexOf("\"value\": {", at, StringComparison.Ordinal) + "\"value\": ".Length;
            var to = content.IndexOf('}', from) + 1;
            File.WriteAllText(path, content[..from] + value + content[to..]);
            return;
        }

        Assert.Fail($"No file holds {key}.");
    }
}
