using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Platforms;
using Ale.Policy;

namespace Ale.Campaigns;

/// <summary>
/// What platforms tell of it (DAT-07). They have each event once, so a message's events are booked as sums; what one of
/// them cannot be booked for does not keep the others from it.
/// </summary>
internal sealed partial class Placement
{
    public Decision<PlacementEvent, PlacementTold> DecideTold(
        ImmutableArray<PlatformSum> sums, string id, CampaignPolicy policy, DateTimeOffset now)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        if (sums.Length > IPlacementGrain.ReportsMax)
            return Bad("sums", $"Must have at most {IPlacementGrain.ReportsMax} entries.");
        var (taken, here) = (new List<SpendReport>(), new Dictionary<long, int>());
        var days = new List<(DateOnly, long)>();
        var refused = ImmutableArray.CreateBuilder<RefusedSum>();
        foreach (var sum in sums)
        {
            if (sum.Kind != PlatformWire.Spend && sum.Kind != Terms.ResultKind) continue;
            var reports = ReportsOf(sum, id);
            var fresh = reports.Where(r => !here.ContainsKey(IdHash.Of(r.EventId))
                && !IsKnown(IdHash.Of(r.EventId), out _)).ToArray();
            if (WhyNot(sum, reports, here, fresh.Length + taken.Count, policy, now) is { } why)
            {
                refused.Add(new(sum, why.Code));
                continue;
            }

            foreach (var r in fresh) here.Add(IdHash.Of(r.EventId), ContentOf(r));
            taken.AddRange(fresh);
            days.AddRange(fresh.Select(r => (sum.Day, r.SpendMinor)));
        }

        var reply = new PlacementTold(refused.ToImmutable());
        if (taken.Count == 0) return reply;
        return new(reply, Booked(taken, MonthsOf(days), policy, now));
    }

    private Refusal? WhyNot(PlatformSum sum, SpendReport[] reports, Dictionary<long, int> here, int count,
        CampaignPolicy policy, DateTimeOffset now)
    {
        if (sum.Count < 0 || sum.AmountMinor < 0 || sum.At > sum.TakenAt + PlatformWire.AheadMax)
            return PlacementRefusals.BadTerms;
        if (sum.Kind == PlatformWire.Spend && sum.Currency.Length > 0 && sum.Currency != Terms!.Currency)
            return PlacementRefusals.Currency;
        if (reports.Any(r => (here.TryGetValue(IdHash.Of(r.EventId), out var content)
            || IsKnown(IdHash.Of(r.EventId), out content)) && content != ContentOf(r)))
            return PlacementRefusals.Changed;
        // It was in time when it was taken; ids are remembered from then on.
        var days = TimeSpan.FromDays(policy.ReportDays);
        if (sum.At < sum.TakenAt - days || sum.TakenAt < now - days) return PlacementRefusals.Late;
        return EventCount + count > IPlacementGrain.EventsMax ? PlacementRefusals.Full : null;
    }

    /// <summary>A sum as reports: more than one where its money is more than one may have.</summary>
    private static SpendReport[] ReportsOf(PlatformSum sum, string id)
    {
        var isSpend = sum.Kind == PlatformWire.Spend;
        var (money, results) = isSpend ? (sum.AmountMinor, 0) : (0L, sum.Count);
        var reports = new List<SpendReport>();
        do
        {
            var part = Math.Min(money, Limits.AmountMinorMax);
            var first = (int)Math.Min(results, Limits.QuantityMax);
            reports.Add(new(ReportId(sum, id, reports.Count), part, first, sum.At, null)
            {
                Currency = isSpend && sum.Currency.Length > 0 ? sum.Currency : null,
                TakenAt = sum.TakenAt,
                FurtherResults = results > first ? results - first : null,
            });
            money -= part;
        }
        while (money > 0);
        return [.. reports];
    }

    /// <summary>The same for the same sum, however it comes here.</summary>
    internal static string ReportId(PlatformSum sum, string id, int part) => CauseIds.Of("platform",
        FormattableString.Invariant(
            $"{sum.Platform}/{sum.Batch}/{id}/{sum.Day:yyyy-MM-dd}/{sum.Kind}/{sum.Currency}/{part}"));
}
