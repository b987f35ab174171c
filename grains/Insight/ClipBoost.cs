using System.Globalization;
using Ale.Campaigns;
using Ale.Kernel;
using Ale.Reviews;

namespace Ale.Insight;

/// <summary>Moves money between placements of one campaign, to the one that shows a clip (CAM-11).</summary>
internal static class ClipBoost
{
    public const string Kind = "clip_boost", EffectName = "placement.boost";

    private const int CapAttemptsMax = 10;

    /// <summary>From the placement of the same campaign and currency with the most left; null: there is none.</summary>
    public static async Task<ReviewEffect?> Effect(string clip, long amountMinor,
        IReadOnlyList<ClipPlacement> placements, IGrainFactory grains, CancellationToken ct)
    {
        foreach (var to in placements.Where(p => p.ContentId == clip))
        {
            var (own, _) = await grains.Placement(to.Id).Get(ct);
            if (own is null || own.State == PlacementState.Ended) continue;
            PlacementInfo? best = null;
            foreach (var other in placements.Where(p => p.CampaignId == to.CampaignId && p.Id != to.Id
                && p.Currency == to.Currency && p.CapMinor - p.SpendMinor >= amountMinor))
            {
                var (from, _) = await grains.Placement(other.Id).Get(ct);
                if (from is { State: PlacementState.Active } && from.LeftMinor >= amountMinor
                    && from.LeftMinor > (best?.LeftMinor ?? 0)) best = from;
            }

            if (best is not null)
                return new(EffectName, string.Create(CultureInfo.InvariantCulture, $"{best.Id}|{to.Id}|{amountMinor}"));
        }

        return null;
    }

    /// <summary>
    /// Holds the money where it comes from, so that it is there until all is done; takes the cap up where it goes and
    /// down where it comes from. Each part has the review's id, and so is done once. Only then is the hold given back:
    /// one that is says that all was done, and what was refused is held until its time is over. What was raised under a
    /// hold that ran out between two tries goes down again.
    /// </summary>
    public static readonly EffectRunner Runner = new(EffectName, async (review, grains) =>
    {
        var part = review.Terms.Effect!.Argument.Split('|');
        var amount = long.Parse(part[2], CultureInfo.InvariantCulture);
        var (from, to, undo) = (grains.Placement(part[0]), grains.Placement(part[1]), review.Id + ":undo");
        var (held, refusal) = await from.Authorise(new(review.Id, amount));
        if (refusal is not null) return refusal;
        if (held!.State == AuthorisationState.Released) return null;
        if (held.State != AuthorisationState.Held)
        {
            var stays = await Knows(to, review.Id) ? await Cap(to, -amount, undo) : null;
            return stays ?? PlacementRefusals.Settled;
        }

        if (await Knows(to, undo)) return PlacementRefusals.Cap; // given up by a try before
        if (await Cap(to, amount, review.Id) is { } not) return not;
        refusal = await Cap(from, -amount, review.Id);
        if (refusal is null) return (await from.Release(review.Id)).Refusal;
        // Somebody took that cap below what is held.
        return refusal.Kind == RefusalKind.Busy ? refusal : await Cap(to, -amount, undo) ?? refusal;
    });

    /// <summary>Whether a key has moved a cap: with another content it is refused, and otherwise the version is.</summary>
    private static async Task<bool> Knows(IPlacementGrain placement, string key) =>
        (await placement.Change(new(null, null, null, 0, key, "review"))).Refusal?.Code == PlacementRefusals.Changed.Code;

    /// <summary>Moves a cap once for a key. Others may change the placement meanwhile: then from theirs.</summary>
    private static async Task<Refusal?> Cap(IPlacementGrain placement, long by, string key)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (now, unknown) = await placement.Get();
            if (unknown is not null) return unknown;
            var refusal = (await placement.Change(
                new(now!.Terms.CapMinor + by, null, null, now.Version, key, "review"))).Refusal;
            if (refusal?.Code == PlacementRefusals.Changed.Code) return null; // the key has moved it, from another cap
            if (refusal?.Code != PlacementRefusals.Stale.Code) return refusal;
            if (attempt == CapAttemptsMax) return KernelRefusals.Busy; // asked again
        }
    }
}
