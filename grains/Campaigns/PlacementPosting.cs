using Ale.Budgets;
using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Campaigns;

/// <summary>
/// How what was spent gets into the budget (BUD-02): gathered for a while, then asked of the month's line, which books
/// it, lets it wait, or refuses it. A repeat bears the same id, so nothing is booked twice.
/// </summary>
internal sealed partial class Placement
{
    public Decision<PlacementEvent, Done> DecidePosting(DateTimeOffset now)
    {
        if (InPosting is not null || IsBudgetRefused || BudgetLine is null || !(PostAt <= now)) return default(Done);
        var (month, amount) = _unposted.First();
        return new(default(Done), new PlacementEvent.Posting(Postings + 1, month, amount, now));
    }

    public Decision<PlacementEvent, Done> DecidePosted(
        int number, Outcome<SpendInfo> asked, CampaignPolicy policy, DateTimeOffset now)
    {
        if (number != Postings || InPosting is null || IsBudgetHeld) return default(Done);
        PlacementEvent happened = asked.Refusal is { } refusal
            ? new PlacementEvent.NotPosted(
                number, refusal.Code, policy.Role, now + TimeSpan.FromSeconds(policy.RetrySeconds), now)
            : new PlacementEvent.Posted(number, asked.Value!.State == SpendState.Waiting, now);
        return new(default(Done), happened);
    }

    /// <summary>The line says what became of a spend that waited.</summary>
    public Decision<PlacementEvent, Done> DecideBudget(string spend, bool isBooked, string id, DateTimeOffset now) =>
        IsBudgetHeld && spend == SpendOf(id, Postings)
            ? new Decision<PlacementEvent, Done>(
                default(Done), new PlacementEvent.BudgetDecided(Postings, isBooked, now)) : default(Done);

    /// <summary>The id of a booking at the line.</summary>
    public static string SpendOf(string id, int number) =>
        CauseIds.Of("placement", FormattableString.Invariant($"{id}/{number}"));
}
