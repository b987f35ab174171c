using Ale.Edge;
using Ale.Policy;
using Ale.Sessions;
using Xunit;

namespace Ale.Shipping;

public sealed class ColdChainTests
{
    private const string Id = "S9/CRAB";
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly PolicySet Policy = PolicyBook.Load(Repository.At("deploy", "policy")).For("cn", Noon);

    private static readonly ColdChainEvent Priced = new ColdChainEvent.Priced(
            1_800, 1_000, "CNY", new(500, 2_000, 1_200, 1_000, 800), Noon, "ops-1", Noon),
        Moved = new ColdChainEvent.Moved(1_800, 2_200, 1_000, 800, new(500, 2_000, 1_200, 1_000, 800),
            Noon.AddHours(1), Noon.AddHours(1));

    [Theory]
    [InlineData(null, 1_200), InlineData(0L, 1_200), InlineData(499L, 1_200), InlineData(500L, 1_000)]
    [InlineData(1_800L, 1_000), InlineData(1_999L, 1_000), InlineData(2_000L, 800), InlineData(2_200L, 800)]
    public void STK_14_The_bands_of_the_policy_give_12_10_and_8_yuan(long? units, long minor) =>
        Assert.Equal(minor, ColdChain.RateOf(units, Policy.ColdChain));

    [Fact]
    public void STK_14_A_forecast_that_moves_from_1800_to_2200_moves_the_rate_from_10_to_8_and_both_are_logged()
    {
        var state = ColdChain.New();
        Assert.Equal(ColdChainRefusals.Unknown, Follow(state, 2_200, 1).Reply.Refusal);
        var priced = state.DecidePrice(1_800, Noon, Policy, "ops-1", Id, Noon);
        Assert.Equal(Priced, Assert.Single(priced.Events));
        state = state.Apply(Priced);
        Assert.Empty(state.DecidePrice(5, Noon.AddDays(1), Policy, "ops-2", Id, Noon).Events);

        var moved = Follow(state, 2_200, 1);
        Assert.Equal(Moved, Assert.Single(moved.Events));
        Assert.Equal((2_200L, 800L), (moved.Reply.Value!.ForecastUnits, moved.Reply.Value.RateMinor));
        state = state.Apply(Moved);
        Assert.Equal(new ColdChainMove(1_800, 2_200, 1_000, 800, Noon.AddHours(1)), Assert.Single(state.Moves));

        Assert.Empty(Follow(state, 2_200, 1).Events); // a repeat
        Assert.Empty(Follow(state, 1_800, 0).Events); // news from before
        Assert.Empty(Follow(state, 2_200, 2).Events); // nothing new
        var within = Assert.IsType<ColdChainEvent.Moved>(Assert.Single(Follow(state, 2_300, 2).Events));
        Assert.Equal((800L, 800L), (within.FromMinor, within.ToMinor)); // the move is logged, the rate stays
        var gone = Assert.IsType<ColdChainEvent.Moved>(Assert.Single(Follow(state, null, 3).Events));
        Assert.Equal((null, 1_200L), (gone.ToUnits, gone.ToMinor));
    }

    [Fact]
    public void STK_14_The_latest_hundred_moves_are_told()
    {
        var state = ColdChain.New().Apply(Priced);
        for (var i = 1; i <= IColdChainGrain.MovesMax + 1; i++)
            state = state.Apply(Assert.Single(Follow(state, i, i).Events));
        Assert.Equal(IColdChainGrain.MovesMax, state.Moves.Length);
        Assert.Equal((101L, 2L), (state.Moves[0].ToUnits, state.Moves[^1].ToUnits));
    }

    [Fact]
    public void Stored_events_stay_readable() =>
        GoldenLines.Check("Shipping/ColdChain.golden.jsonl", ColdChain.EventJson, Priced, Moved);

    private static Kernel.Decision<ColdChainEvent, ColdChainView> Follow(ColdChain state, long? units, int hour) =>
        state.DecideFollow(units, Noon.AddHours(hour), Policy.ColdChain, Id, Noon.AddHours(hour));
}

/// <summary>The rate in a whole silo, on both stores.</summary>
[Trait("needs", "server")]
public sealed class ColdChainServerTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_14_A_session_that_ends_moves_forecast_and_rate_of_the_planned_one_without_anybody_asking(
        string store)
    {
        var silo = await TestSilo.On(store);
        var http = silo.Http;
        var past = new ForecastPast(silo, "COLD1", "cold1");
        await past.Begin();
        await past.Plan("cold1-S9", day: 9);
        const string path = "/api/sessions/cold1-S9/cold-chain/cold1";
        (await http.Get(path)).IsProblem(404, "coldchain.unknown");
        (await http.Put("/api/sessions/cold1-S8/cold-chain/cold1", "")).IsProblem(404, "session.unknown");
        (await http.Put("/api/sessions/cold1-S9/cold-chain/other", "")).IsProblem(404, "session.not_on_shelf");

        await past.Sell("cold1-S1", day: 1, 1_800);
        await past.Until("cold1-S9", 1_800);
        var priced = (await http.Put(path, "")).Ok();
        Assert.Equal((1_800L, 1_000L, "CNY"), ((long)priced.Json["forecastUnits"]!, (long)priced.Json["rateMinor"]!,
            (string)priced.Json["currency"]!));
        Assert.Equal(priced.Text, (await http.Put(path, "")).Ok().Text);

        await past.Sell("cold1-S2", day: 2, 2_600); // the average is 2,200
        var moved = await new Func<Task<Answer>>(() => http.Get(path))
            .Until(a => (long?)a.Ok().Json["forecastUnits"] == 2_200, 30);
        Assert.Equal(800, (long)moved.Json["rateMinor"]!);
        var last = moved.Json["moves"]![0]!;
        Assert.Equal((2_200L, 800L), ((long)last["toUnits"]!, (long)last["toMinor"]!));
        var first = moved.Json["moves"]!.AsArray()[^1]!;
        Assert.Equal((1_800L, 1_000L), ((long)first["fromUnits"]!, (long)first["fromMinor"]!));
        Assert.Equal(moved.Text, (await http.Put(path, "")).Ok().Text);
        (await http.Get(path, "user", "u1")).IsProblem(403, "auth.forbidden");
    }
}
