using System.Collections.Immutable;
using System.Globalization;
using Ale.Inbox;
using Ale.Kernel;
using Ale.Platforms;
using Ale.Policy;

namespace Ale.Campaigns;

/// <summary>
/// What platforms tell of placements is reported to them (DAT-07): its spend, and the results of its own kind, as one
/// sum for each message, business day, kind and currency. What cannot be booked, or is of a placement that nobody
/// entered, stands in an inbox; nothing of it keeps the rest from being booked.
/// </summary>
internal sealed class PlatformSpend(PolicyBook policies) : Reaction<PlatformsEvent>(
    "platform-placements", "platform", PlatformJson.Default.PlatformsEvent)
{
    private const int AtOnceMax = 64, IdsShown = 5;

    protected override async Task<Refusal?> React(
        string key, PlatformsEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not PlatformsEvent.Taken taken) return null;
        foreach (var placements in SumsOf(key, taken).Chunk(AtOnceMax))
        {
            var told = await Task.WhenAll(placements.Select(p => Tell(p.Placement, p.Sums, grains)));
            if (told.FirstOrDefault(refusal => refusal is not null) is { } refusal) return refusal;
        }

        return null;
    }

    /// <summary>Tells a placement, and the inbox of what is not booked there.</summary>
    private async Task<Refusal?> Tell(string placement, ImmutableArray<PlatformSum> sums, IGrainFactory grains)
    {
        var role = policies.For(null, sums[0].TakenAt).Campaigns.Role;
        var (told, refusal) = await grains.Placement(placement).Told(sums);
        if (refusal is null) return await NotBooked(placement, told!.Refused, role, grains);
        if (refusal.Code != PlacementRefusals.Unknown.Code) return refusal;
        return await Open(grains, CauseIds.Of("placement_unknown", $"{sums[0].Platform}/{placement}"),
            "placement_unknown", $"Platform {sums[0].Platform} tells of placement {placement}, which nobody entered",
            $"placement/{placement}", role);
    }

    /// <summary>One item for a platform, a reason and a day.</summary>
    internal static async Task<Refusal?> NotBooked(
        string placement, ImmutableArray<RefusedSum> refused, string role, IGrainFactory grains)
    {
        foreach (var same in refused.GroupBy(r => (r.Sum.Platform, r.Why, Day: ItemDay(r.Sum))))
        {
            var (platform, why, day) = same.Key;
            var ids = string.Join(", ", same.Select(r => r.Sum.FirstId).Distinct().Take(IdsShown));
            var count = same.Sum(r => r.Sum.Events);
            var title = string.Create(CultureInfo.InvariantCulture,
                $"Platform {platform} tells of placement {placement} what is not booked ({why}): {count} so far, {ids}");
            if (await Open(grains, NotBookedItem(platform, why, day), "spend_not_booked", title,
                $"platform/{platform}", role) is { } refusal) return refusal;
        }

        return null;
    }

    internal static string NotBookedItem(string platform, string why, string day) =>
        CauseIds.Of("spend_not_booked", $"{platform}/{why}/{day}");

    internal static string ItemDay(PlatformSum sum) =>
        sum.TakenAt.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>What is to be told to each placement.</summary>
    internal static IEnumerable<(string Placement, ImmutableArray<PlatformSum> Sums)> SumsOf(
        string platform, PlatformsEvent.Taken taken) =>
        from kept in taken.Events
        where kept.What.PlacementId is not null
        group kept by kept.What.PlacementId! into placement
        select (placement.Key, ImmutableArray.CreateRange(
            from kept in placement
            group kept by (kept.Day, kept.What.Kind, Currency: kept.What.Currency ?? "") into same
            select new PlatformSum(platform, taken.Events[0].What.Id, same.Key.Day, same.Key.Kind, same.Key.Currency,
                same.Count(), same.Sum(k => k.What.Count), same.Sum(k => k.What.AmountMinor ?? 0),
                same.Max(k => k.What.At), taken.At, same.Select(k => k.What.Id).Min(StringComparer.Ordinal)!)));

    /// <summary>Opens an item; the first word of its cause stands.</summary>
    private static async Task<Refusal?> Open(
        IGrainFactory grains, string id, string kind, string title, string subject, string role)
    {
        var refusal = (await grains.InboxItem(id).Open(
            new(kind, title, subject, role, InboxSeverity.Warning, null), "campaigns")).Refusal;
        return refusal?.Code == InboxRefusals.Changed.Code ? null : refusal;
    }
}

/// <summary>
/// When a placement is entered, what platforms have told of it in the days that reports are taken for is reported to it;
/// what it has been told already has the same id.
/// </summary>
internal sealed class PlacementCatchUp(PolicyBook policies) : Reaction<PlacementEvent>(
    "placement-platforms", "placement", PlacementJson.Default.PlacementEvent)
{
    protected override async Task<Refusal?> React(
        string key, PlacementEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not PlacementEvent.Put { CatchesUp: true } put) return null;
        var policy = policies.For(null, put.At).Campaigns;
        // The list is to show all that was taken before it was entered; what came after has found it there.
        var at = (await grains.Placement(key).Get()).At;
        PlatformSum? last = null;
        do
        {
            var (sums, lagging) = await grains.PlatformQueries().OfPlacement(
                new(key, put.At.AddDays(-policy.ReportDays), IPlacementGrain.ReportsMax) { After = last }, at);
            if (lagging is not null) throw new OutcomeUnknownException($"{key}: {lagging.Code}");
            if (sums.IsEmpty) return null;
            var (told, refusal) = await grains.Placement(key).Told(sums);
            refusal ??= await PlatformSpend.NotBooked(key, told!.Refused, policy.Role, grains);
            if (refusal is not null) return refusal;
            last = sums.Length < IPlacementGrain.ReportsMax ? null : sums[^1];
        }
        while (last is not null);
        return null;
    }
}
