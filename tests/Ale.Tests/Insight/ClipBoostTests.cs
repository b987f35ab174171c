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
    public async Task CAM_11_Where_the_cap_cannot_go_up_it_does_not_stay_down_and_nothing_is_held()
    {
        var grains = (await TestSilo.Sqlite).Grains;
        await Put(grains, "undo-from");
        var refusal = await ClipBoost.Runner.Run(Review("undo", "undo-from", "undo-none"), grains);
        Assert.Equal("placement.unknown", refusal?.Code);
        Assert.Equal((900_000L, 0L), await Of(grains, "undo-from"));
        await ClipBoost.Runner.Run(Review("undo", "undo-from", "undo-none"), grains); // asked again
        Assert.Equal((900_000L, 0L), await Of(grains, "undo-from"));
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
        var moved = 0;
        for (var i = 0; i < 5; i++)
        {
            var review = Review(FormattableString.Invariant($"busy{i}"), "busy-from", "busy-to");
            if (await ClipBoost.Runner.Run(review, grains) is null) moved++;
        }

        await over.CancelAsync();
        await Task.WhenAll(others);
        Assert.Equal((900_000 - (moved * Amount), 0L), await Of(grains, "busy-from"));
        Assert.Equal((900_000 + (moved * Amount), 0L), await Of(grains, "busy-to"));
    }
}
