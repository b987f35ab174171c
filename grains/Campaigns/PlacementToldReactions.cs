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
    private const string By = "campaigns";
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
        var (platform, takenAt) = (sums[0].Platform, sums[0].TakenAt);
        var role = policies.For(null, takenAt).Campaigns.Role;
        var (told, refusal) = await grains.Placement(placement).Told(sums);
        if (refusal is null)
        {
            if (told!.Refused.IsEmpty) return null;
            // All of the day, so that it is counted once and for all; what is booked is not booked again.
            var at = (await grains.Platform(platform).Get()).At;
            return await TellSince(placement, platform, takenAt.UtcDateTime.Date, at, role, grains);
        }

        if (refusal.Code != PlacementRefusals.Unknown.Code) return refusal;
        return await grains.OpenItem(CauseIds.Of("placement_unknown", $"{platform}/{placement}"),
            new("placement_unknown", $"Platform {platform} tells of placement {placement}, which nobody entered",
                $"placement/{placement}", role, InboxSeverity.Warning, null), By);
    }

    /// <summary>Tells a placement all that platforms have told of it since an instant, and the inbox of what is not
    /// booked.</summary>
    /// <param name="platform">Whose is spoken of in the inbox; null: everybody's.</param>
    /// <param name="at">What was told up to this place is among it.</param>
    internal static async Task<Refusal?> TellSince(string placement, string? platform, DateTimeOffset since,
        JournalPlace at, string role, IGrainFactory grains)
    {
        var refused = ImmutableArray.CreateBuilder<RefusedSum>();
        PlatformSum? last = null;
        do
        {
            var (sums, lagging) = await grains.PlatformQueries().OfPlacement(
                new(placement, since, IPlacementGrain.ReportsMax) { After = last }, at);
            if (lagging is not null) throw new OutcomeUnknownException($"{placement}: {lagging.Code}");
            if (sums.IsEmpty) break;
            var (told, refusal) = await grains.Placement(placement).Told(sums);
            if (refusal is not null) return refusal;
            refused.AddRange(told!.Refused.Where(r => platform is null || r.Sum.Platform == platform));
            last = sums.Length < IPlacementGrain.ReportsMax ? null : sums[^1];
        }
        while (last is not null);
        foreach (var (item, title, of) in NotBooked(placement, refused))
        {
            var terms = new InboxTerms("spend_not_booked", title, $"platform/{of}", role, InboxSeverity.Warning, null);
            if (await Say(item, terms, grains) is { } not) return not;
        }

        return null;
    }

    /// <summary>One item for a platform, a reason and a day, with how much there is of it.</summary>
    internal static IEnumerable<(Func<int, string> Item, string Title, string Platform)> NotBooked(
        string placement, IEnumerable<RefusedSum> refused) =>
        from r in refused
        group r.Sum by (r.Sum.Platform, r.Why, Day: ItemDay(r.Sum)) into same
        let key = same.Key
        let ids = string.Join(", ", same.Select(s => s.FirstId).Distinct().Take(IdsShown))
        let count = FormattableString.Invariant($"{same.Sum(s => s.Events)} so far, {ids}")
        select (new Func<int, string>(n => NotBookedItem(placement, key.Platform, key.Why, key.Day, n)),
            $"Platform {key.Platform} tells of placement {placement} what is not booked ({key.Why}): {count}",
            key.Platform);

    /// <summary>Says it in the open item, or in the next one when there is more since the last was done.</summary>
    private static async Task<Refusal?> Say(Func<int, string> item, InboxTerms terms, IGrainFactory grains)
    {
        for (var n = 1; ; n++)
        {
            var found = (await grains.InboxItem(item(n)).Get()).Value;
            if (found is not { State: InboxState.Done } || found.Terms.Title == terms.Title)
                return await grains.RetellItem(item(n), terms, By);
        }
    }

    /// <summary>The nth item: one that is done is not opened again.</summary>
    internal static string NotBookedItem(string placement, string platform, string why, string day, int n = 1) =>
        CauseIds.Of("spend_not_booked", FormattableString.Invariant($"{placement}/{platform}/{why}/{day}/{n}"));

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
        return await PlatformSpend.TellSince(key, null, put.At.AddDays(-policy.ReportDays), at, policy.Role, grains);
    }
}
