using System.Globalization;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Reviews;
using Orleans;
using Xunit;

namespace Ale.Insight;

/// <summary>Money that moves between placements, while others change them.</summary>
[Trait("needs", "server")]
public sealed class ClipBoostTests
{
    private const long Amount = 100_000;

    private static ReviewInfo Review(string id, string from, string to) => new(id,
        new("clip_boost", "T", "clip/V1", "F", "P", "ops")
        {
            Effect = new(ClipBoost.EffectName, string.Create(CultureInfo.InvariantCulture, $"{from}|{to}|{Amount}")),
        },
        default, default, null, "insight", default, default, null, null, null);

    private static async Task Put(IGrainFactory grains, string id)
    {
        var now = TimeProvider.System.GetUtcNow();
        Assert.Null((await grains.Campaign("boost").Put(new(new("C", "reach", now.Date.AddDays(-1), now.Date.AddDays(9),
            null, SpendClass.Performance, [], [], []), "ann"))).Refusal);
        Assert.Null((await grains.Placement(id).Put(new(
            new("boost", "douyin", SpendClass.Performance, "visitor", 900_000, "CNY", 400), "ann"))).Refusal);
    }

    private static async Task<(long Cap, long Held)> Of(IGrainFactory grains, string id)
    {
        var info = (await grains.Placement(id).Get()).Value!;
        return (info.Terms.CapMinor, info.HeldMinor);
    }

    [Fact]
    public async Task CAM_11_Where_the_cap_cannot_go_up_nothing_moves_and_the_money_is_held_for_a_while()
    {
        var grains = (await TestSilo.Sqlite).Grains;
        await Put(grains, "undo-from");
        var refusal = await ClipBoost.Runner.Run(Review("undo", "undo-from", "undo-none"), grains);
        Assert.Equal("placement.unknown", refusal?.Code);
        Assert.Equal((900_000L, Amount), await Of(grains, "undo-from"));
        refusal = await ClipBoost.Runner.Run(Review("undo", "undo-from", "undo-none"), grains); // asked again
        Assert.Equal("placement.unknown", refusal?.Code);
        Assert.Equal((900_000L, Amount), await Of(grains, "undo-from"));
    }

    [Theory] // Of the parts hold, up and down, those that were done when the node died.
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task CAM_11_What_was_broken_off_goes_on_where_it_was_and_moves_the_money_once(int done)
    {
        var grains = (await TestSilo.Sqlite).Grains;
        var (id, from, to) = ($"broken{done}", $"broken{done}-from", $"broken{done}-to");
        await Put(grains, from);
        await Put(grains, to);
        if (done > 0) Assert.Null((await grains.Placement(from).Authorise(new(id, Amount))).Refusal);
        if (done > 1) Assert.Null((await grains.Placement(to).Change(
            new(900_000 + Amount, null, null, 1, id, "review"))).Refusal);
        if (done > 2) Assert.Null((await grains.Placement(from).Change(
            new(900_000 - Amount, null, null, 1, id, "review"))).Refusal);
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(await ClipBoost.Runner.Run(Review(id, from, to), grains));
            Assert.Equal((900_000 - Amount, 0L), await Of(grains, from));
            Assert.Equal((900_000 + Amount, 0L), await Of(grains, to));
        }
    }

    [Fact]
    public async Task CAM_11_Money_that_is_not_held_any_more_and_a_cap_that_went_below_it_move_nothing()
    {
        var grains = (await TestSilo.Sqlite).Grains;
        foreach (var id in new[] { "gone-from", "gone-to", "low-from", "low-to" }) await Put(grains, id);
        Assert.Null((await grains.Placement("gone-from").Authorise(new("gone", Amount))).Refusal);
        Assert.Null((await grains.Placement("gone-from").Report(
            [new("e1", 1, 1, TimeProvider.System.GetUtcNow(), "gone")])).Refusal);
        Assert.Equal("placement.settled",
            (await ClipBoost.Runner.Run(Review("gone", "gone-from", "gone-to"), grains))?.Code);
        Assert.Equal((900_000L, 0L), await Of(grains, "gone-to"));

        Assert.Null((await grains.Placement("low-from").Authorise(new("low", Amount))).Refusal);
        Assert.Null((await grains.Placement("low-from").Change(new(Amount - 1, null, null, 1, "k", "bob"))).Refusal);
        Assert.Equal("placement.bad_terms",
            (await ClipBoost.Runner.Run(Review("low", "low-from", "low-to"), grains))?.Code);
        Assert.Equal((900_000L, 0L), await Of(grains, "low-to"));
    }

    [Fact]
    public async Task CAM_11_A_try_after_one_that_was_given_up_makes_and_loses_no_money()
    {
        var grains = (await TestSilo.Sqlite).Grains;
        foreach (var id in new[] { "late-from", "late-to", "back-from", "back-to" }) await Put(grains, id);
        // Raised, and then the money was spent elsewhere.
        Assert.Null((await grains.Placement("late-from").Authorise(new("late", Amount))).Refusal);
        Assert.Null((await grains.Placement("late-to").Change(
            new(900_000 + Amount, null, null, 1, "late", "review"))).Refusal);
        Assert.Null((await grains.Placement("late-from").Report(
            [new("e1", 1, 1, TimeProvider.System.GetUtcNow(), "late")])).Refusal);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("placement.settled",
                (await ClipBoost.Runner.Run(Review("late", "late-from", "late-to"), grains))?.Code);
            Assert.Equal((900_000L, 0L), await Of(grains, "late-to"));
        }

        // Raised and lowered again: what it comes from is not lowered after that.
        Assert.Null((await grains.Placement("back-from").Authorise(new("back", Amount))).Refusal);
        Assert.Null((await grains.Placement("back-to").Change(
            new(900_000 + Amount, null, null, 1, "back", "review"))).Refusal);
        Assert.Null((await grains.Placement("back-to").Change(
            new(900_000, null, null, 2, "back:undo", "review"))).Refusal);
        Assert.Equal("placement.cap",
            (await ClipBoost.Runner.Run(Review("back", "back-from", "back-to"), grains))?.Code);
        Assert.Equal((900_000L, Amount), await Of(grains, "back-from"));
        Assert.Equal((900_000L, 0L), await Of(grains, "back-to"));
    }

    [Fact]
    public async Task CAM_11_A_change_of_either_placement_meanwhile_loses_no_money()
    {
        var grains = (await TestSilo.Sqlite).Grains;
        await Put(grains, "busy-from");
        await Put(grains, "busy-to");
        using var over = new CancellationTokenSource();
        var others = new[] { "busy-from", "busy-to" }.Select(id => Task.Run(async () =>
        {
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                var now = (await grains.Placement(id).Get()).Value!;
                await grains.Placement(id).Change(new(
                    null, 100 + (i % 7), null, now.Version, FormattableString.Invariant($"{id}{i}"), "bob"));
            }
        })).ToArray();
        const int moved = 5;
        for (var i = 0; i < moved; i++)
        {
            var review = Review(FormattableString.Invariant($"busy{i}"), "busy-from", "busy-to");
            while (await ClipBoost.Runner.Run(review, grains) is { } refusal)
                Assert.Equal(RefusalKind.Busy, refusal.Kind);
        }

        await over.CancelAsync();
        await Task.WhenAll(others);
        Assert.Equal((900_000 - (moved * Amount), 0L), await Of(grains, "busy-from"));
        Assert.Equal((900_000 + (moved * Amount), 0L), await Of(grains, "busy-to"));
    }
}
