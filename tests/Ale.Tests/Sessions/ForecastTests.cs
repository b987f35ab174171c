using Ale.Edge;
using Ale.Engines;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Sessions;

public sealed class ForecastsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly SessionTerms Coming = new("Tea", SessionKind.Live, SessionTier.Base, "cn", "h1", "p9", Noon,
        Noon.AddHours(1), false, ["K1", "K3"]);

    private static readonly SessionTerms Past = Coming with
    {
        StartsAt = Noon.AddDays(-7),
        EndsAt = Noon.AddDays(-7).AddHours(1),
        Skus = ["K3"],
    };

    private static Dictionary<string, Expected?> Found(string sku, params long[] units) => new()
    {
        [sku] = Forecast.Of([.. units.Select((u, i) => new PastFigure($"S{i}", 2, Noon.AddDays(i - 9), u))], 4),
    };

    public static TheoryData<string, ForecastLikeness?> Likenesses => new()
    {
        { "same", ForecastLikeness.Host }, { "host", ForecastLikeness.Tier }, { "tier", ForecastLikeness.Market },
        { "tier and host", ForecastLikeness.Market }, { "market", null }, { "kind", null }, { "shelf", null },
        { "as late", null }, { "a moment before", ForecastLikeness.Host },
    };

    [Theory, MemberData(nameof(Likenesses))]
    public void STK_13_Similar_are_earlier_sessions_of_market_and_kind_with_the_SKU_on_the_shelf(
        string other, ForecastLikeness? likeness)
    {
        var past = other switch
        {
            "host" => Past with { HostId = "h2" },
            "tier" => Past with { Tier = SessionTier.Factory },
            "tier and host" => Past with { Tier = SessionTier.Factory, HostId = "h2" },
            "market" => Past with { Market = "gb" },
            "kind" => Past with { Kind = SessionKind.Recorded },
            "shelf" => Past with { Skus = ["K1"] },
            "as late" => Past with { StartsAt = Noon },
            "a moment before" => Past with { StartsAt = Noon.AddMilliseconds(-1) },
            _ => Past,
        };
        Assert.Equal(likeness, Forecasts.LikenessOf(past, Coming, "K3"));
    }

    [Fact]
    public void STK_13_A_forecast_that_moves_is_kept_with_its_inputs_and_one_that_does_not_says_nothing()
    {
        var state = Forecasts.New();
        Assert.Empty(state.Decide(new Dictionary<string, Expected?> { ["K3"] = null }, Noon).Events);
        Assert.Equal(new("S9", "K3", null, null, [], null), state.Of("S9", "K3"));

        var first = Assert.IsType<ForecastEvent.Moved>(Assert.Single(state.Decide(Found("K3", 1_800), Noon).Events));
        Assert.Equal((null, 1_800L), (first.Was, first.Units));
        state = state.Apply(first);
        Assert.Empty(state.Decide(Found("K3", 1_800), Noon.AddHours(1)).Events);

        var second = (ForecastEvent.Moved)Assert.Single(
            state.Decide(Found("K3", 1_800, 2_600), Noon.AddHours(1)).Events);
        Assert.Equal((1_800L, 2_200L), (second.Was, second.Units));
        state = state.Apply(second);
        Assert.Equal(new("S9", "K3", 2_200, ForecastLikeness.Host,
            [new("S1", Noon.AddDays(-8), 2_600), new("S0", Noon.AddDays(-9), 1_800)], Noon.AddHours(1)),
            state.Of("S9", "K3"));
        var gone = (ForecastEvent.Moved)Assert.Single(
            state.Decide(new Dictionary<string, Expected?> { ["K3"] = null }, Noon).Events);
        Assert.Equal((2_200L, null), (gone.Was, gone.Units));
    }

    [Fact]
    public void STK_13_Only_so_many_SKUs_are_followed()
    {
        var many = Enumerable.Range(0, Forecasts.SkusMax + 1)
            .ToDictionary(i => $"K{i}", i => Forecast.Of([new("S1", 0, Noon, 1)], 4), StringComparer.Ordinal);
        var state = Forecasts.New();
        var events = state.Decide(many, Noon).Events;
        Assert.Equal(Forecasts.SkusMax, events.Length);
        Assert.Empty(events.Aggregate(state, (s, e) => s.Apply(e)).Decide(many, Noon).Events);
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.CheckText("Sessions/Forecast.golden.jsonl",
        Forecasts.EventJson,
        new ForecastEvent.Moved("K3", null, 1_000, ForecastLikeness.Host, [new("S8", Noon, 1_000)], Noon),
        new ForecastEvent.Moved("K3", 1_000, null, null, [], Noon));
}

/// <summary>The forecast in a whole silo, on both stores.</summary>
[Trait("needs", "server")]
public sealed class ForecastHttpTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_13_The_last_four_sessions_sold_900_1000_1100_1000_so_the_planned_one_is_expected_to_sell_1000(
        string store)
    {
        var past = new ForecastPast(await TestSilo.On(store), "FC1", "fc1");
        await past.Begin();
        long[] sold = [5_000, 900, 1_000, 1_100, 1_000]; // the first is too long ago
        for (var i = 0; i < sold.Length; i++) await past.Sell($"fc1-S{i}", day: i + 1, sold[i]);
        await past.Plan("fc1-S9", day: 9);
        var now = await past.Until("fc1-S9", 1_000);
        Assert.Equal("host", (string)now.Json["likeness"]!);
        Assert.Equal(["fc1-S4 1000", "fc1-S3 1100", "fc1-S2 1000", "fc1-S1 900"],
            now.Json["inputs"]!.AsArray().Select(i => $"{i!["sessionId"]} {i["units"]}"));
        Assert.Equal(now.Text, (await past.Ask("fc1-S9")).Ok().Text);

        // 500 come back, as an undone sale would: the last one sold 500, and the forecast is 875.
        await past.PutBack("fc1-S4", 500);
        await past.Until("fc1-S9", 875);
        await past.Step("fc1-S9", "ready", "start");
        await past.PutBack("fc1-S3", 100); // it is on air: its forecast stays
        Assert.Equal(875, (long)(await past.Ask("fc1-S9")).Ok().Json["units"]!);
    }

    [Fact]
    public async Task STK_13_A_session_that_ends_moves_the_forecast_of_those_planned_without_anybody_asking()
    {
        var silo = await TestSilo.Sqlite;
        var past = new ForecastPast(silo, "FC2", "fc2");
        await past.Begin();
        await past.Plan("fc2-S9", day: 9);
        Assert.Null((await past.Ask("fc2-S9")).Ok().Json["units"]);
        await past.Sell("fc2-S1", day: 1, 700);
        var journal = silo.Services.GetRequiredService<IJournalStore>();
        await new Func<Task<long>>(async () => (await journal.NextVersions(["forecast/fc2-S9"], default))[0])
            .Until(version => version > 0, 30);
        Assert.Equal(700, (long)(await past.Ask("fc2-S9")).Ok().Json["units"]!);
    }

    [Fact]
    public async Task STK_13_Only_what_is_on_the_shelf_has_a_forecast_and_only_staff_sees_it()
    {
        var past = new ForecastPast(await TestSilo.Sqlite, "FC3", "fc3");
        (await past.Ask("fc3-S9")).IsProblem(404, "session.unknown");
        await past.Begin();
        await past.Plan("fc3-S9", day: 9);
        (await (await TestSilo.Sqlite).Http.Get("/api/sessions/fc3-S9/forecast?sku=FC4"))
            .IsProblem(404, "session.not_on_shelf");
        (await (await TestSilo.Sqlite).Http.Get("/api/sessions/fc3-S9/forecast?sku=FC3", "user", "u1"))
            .IsProblem(403, "auth.forbidden");
        Assert.Null((await past.Ask("fc3-S9")).Ok().Json["units"]);
    }
}
