using System.Collections.Immutable;
using System.Globalization;
using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Platforms;
using Ale.Policy;

namespace Ale.Campaigns;

/// <summary>What is decided about a placement. Each command first ends the holds whose time has run out.</summary>
internal sealed partial class Placement
{
    public Refusal? WhyNotPut(PlacementTerms terms)
    {
        if (Terms is not null) return Terms == terms ? null : PlacementRefusals.Changed;
        return !Limits.IsId(terms.CampaignId) ? Bad("campaignId", AnId)
            : !Limits.IsId(terms.Channel) ? Bad("channel", AnId)
            : !Limits.IsId(terms.ResultKind) ? Bad("resultKind", AnId)
            : !Enum.IsDefined(terms.Class) ? Bad("class", "Must be performance or brand.")
            : terms.ContentId is not null && !Limits.IsId(terms.ContentId) ? Bad("contentId", AnId)
            : WhyNot(terms.CapMinor, terms.BidMinor);
    }

    public static Refusal? WhyNotBooked(PlacementTerms terms, string lineCurrency) => terms.Currency == lineCurrency
        ? null : Field(PlacementRefusals.Currency, "currency", $"Its budget line's is {lineCurrency}.");

    private static Refusal? WhyNot(long? capMinor, long? bidMinor) =>
        capMinor is < 0 or > Limits.AmountMinorMax ? Bad("capMinor", Between(0, Limits.AmountMinorMax))
            : bidMinor is < 1 or > Limits.AmountMinorMax ? Bad("bidMinor", Between(1, Limits.AmountMinorMax)) : null;

    public Decision<PlacementEvent, Done> Decide(
        PutPlacement command, CampaignInfo campaign, DateTimeOffset now)
    {
        if (WhyNotPut(command.Terms) is { } refusal) return refusal;
        if (Terms is not null) return default(Done);
        var put = new PlacementEvent.Put(command.Terms, campaign.Terms.BudgetLine, command.By, now)
        { CatchesUp = true };
        return new(default(Done), put, new PlacementEvent.Lived(campaign.IsLive, campaign.Taken.Length, now));
    }

    public Decision<PlacementEvent, Done> Decide(ChangePlacement command, DateTimeOffset now)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } done)
        {
            return done.Command == Said(command.CapMinor, command.BidMinor, command.IsPaused) ? default(Done)
                : PlacementRefusals.Changed;
        }

        if (command.Version != TermsVersion) return PlacementRefusals.Stale;
        if (WhyNot(command.CapMinor, command.BidMinor) is { } refusal) return refusal;
        if ((command.CapMinor ?? Terms.CapMinor, command.BidMinor ?? BidMinor, command.IsPaused ?? IsPausedByHand)
            == (Terms.CapMinor, BidMinor, IsPausedByHand)) return default(Done);
        return new(default(Done), new PlacementEvent.Changed(
            command.CapMinor, command.BidMinor, command.IsPaused, command.Key, command.By, now));
    }

    /// <summary>A change as it is remembered with its key.</summary>
    private static string Said(long? capMinor, long? bidMinor, bool? isPaused) =>
        FormattableString.Invariant($"change:{capMinor}/{bidMinor}/{isPaused}");

    public Decision<PlacementEvent, Authorisation> Decide(
        AuthoriseSpend command, CampaignPolicy policy, DateTimeOffset now)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        if (command.AmountMinor is < 1 or > Limits.AmountMinorMax)
            return Bad("amountMinor", Between(1, Limits.AmountMinorMax));
        var (due, freed) = Due(now);
        if (Find(command.Id, now) is { } known)
            return new(known.AmountMinor == command.AmountMinor ? known : PlacementRefusals.Changed, due);
        if (WhyNot() is { } refusal) return new(refusal, due);
        var left = Terms.CapMinor - SpendMinor - HeldMinor + freed - command.AmountMinor;
        if (left < 0) return new(PlacementRefusals.Cap, due);
        var expiresAt = now + TimeSpan.FromHours(policy.AuthoriseHours);
        return new(new Authorisation(command.Id, AuthorisationState.Held, command.AmountMinor, left, expiresAt),
            [.. due, new PlacementEvent.Authorised(command.Id, command.AmountMinor, now, expiresAt)]);
    }

    public Decision<PlacementEvent, Authorisation> DecideRelease(string id, DateTimeOffset now)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        var (due, _) = Due(now);
        if (Find(id, now) is not { } known) return new(PlacementRefusals.UnknownAuthorisation, due);
        return known.State switch
        {
            AuthorisationState.Settled => new(PlacementRefusals.Settled, due),
            AuthorisationState.Held => new(
                known with
                {
                    State = AuthorisationState.Released,
                    LeftMinor = Math.Max(0, known.LeftMinor + known.AmountMinor),
                    ExpiresAt = null,
                },
                [.. due, new PlacementEvent.Released(id, known.AmountMinor, now)]),
            _ => new(known, due),
        };
    }

    public Decision<PlacementEvent, Done> Decide(
        ImmutableArray<SpendReport> reports, CampaignPolicy policy, Market market, DateTimeOffset now)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        if (reports.Length > IPlacementGrain.ReportsMax)
            return Bad("reports", $"Must have at most {IPlacementGrain.ReportsMax} entries.");
        var oldest = now - TimeSpan.FromDays(policy.ReportDays);
        var taken = new List<SpendReport>(reports.Length);
        var contents = reports.Length == 1 ? null : new Dictionary<long, int>(reports.Length);
        var known = 0;
        foreach (var r in reports)
        {
            if (WhyNot(r, now) is { } bad) return bad.With("eventId", r.EventId);
            if (r.Currency is { } currency && currency != Terms.Currency)
                return Field(PlacementRefusals.Currency, "currency", $"The placement's is {Terms.Currency}.")
                    .With("eventId", r.EventId);
            var (hash, content) = (IdHash.Of(r.EventId), ContentOf(r));
            if (contents?.TryGetValue(hash, out known) == true || IsKnown(hash, out known))
            {
                if (known != content) return PlacementRefusals.Changed.With("eventId", r.EventId);
                continue;
            }

            if (r.At < oldest)
                return Field(PlacementRefusals.Late, "at", $"Must be at most {policy.ReportDays} days back.")
                    .With("eventId", r.EventId);
            contents?.Add(hash, content);
            taken.Add(r);
        }

        if (taken.Count == 0) return default(Done);
        if (EventCount + taken.Count > IPlacementGrain.EventsMax) return PlacementRefusals.Full;
        return new(default(Done), Booked(
            taken, MonthsOf(taken.Select(r => (market.BusinessDay(r.At), r.SpendMinor))), policy, now));
    }

    /// <summary>What comes of reports that are good and new.</summary>
    private PlacementEvent[] Booked(
        List<SpendReport> taken, ImmutableArray<MonthSpend> months, CampaignPolicy policy, DateTimeOffset now)
    {
        var reported = new PlacementEvent.Reported(
            [.. taken], months, now + TimeSpan.FromSeconds(policy.PostSeconds), now);
        var (spend, results) = (taken.Sum(r => r.SpendMinor), taken.Sum(r => r.ResultCount));
        var events = new List<PlacementEvent> { reported };
        var over = SpendMinor + spend - Terms!.CapMinor;
        if (over > 0 && SpendMinor <= Terms.CapMinor)
            events.Add(new PlacementEvent.Stopped(over, policy.Role, now));
        if (NextStep(WindowSpendMinor + spend, WindowResults + results, policy, now) is { } step)
            events.Add(new PlacementEvent.Adjusted(step, policy.Role));
        return [.. events];
    }

    public Decision<PlacementEvent, Done> Decide(RevertStep command, DateTimeOffset now)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax)
            return Bad("reason", $"Must have 1 to {Limits.TextLengthMax} characters.");
        if (Steps.FirstOrDefault(s => s.Number == command.Number) is not { } step) return PlacementRefusals.UnknownStep;
        if (step.RevertedBy is not null) return default(Done);
        var left = Steps.LastOrDefault(s => s.RevertedBy is null && s.Number != command.Number)?.Strategy;
        return new(default(Done), new PlacementEvent.Reverted(
            command.Number, left ?? PlacementStrategy.Normal, command.By, command.Reason, now));
    }

    public Decision<PlacementEvent, Done> DecideLive(bool isLive, int step, DateTimeOffset now) =>
        Terms is null || step <= LiveStep ? default(Done)
        : new Decision<PlacementEvent, Done>(default(Done), new PlacementEvent.Lived(isLive, step, now));

    public Decision<PlacementEvent, Done> Decide(PlacementReturn figures)
    {
        if (Terms is null) return PlacementRefusals.Unknown;
        if (Return is { } last && (figures.At <= last.At || figures == last with { At = figures.At }))
            return default(Done);
        return new(default(Done), new PlacementEvent.Evaluated(figures));
    }

    /// <summary>Ends the holds whose time has run out.</summary>
    public Decision<PlacementEvent, Done> DecideDue(DateTimeOffset now) => new(default(Done), Due(now).Events);

    public Authorisation? Find(string id, DateTimeOffset now)
    {
        var left = Math.Max(0, (Terms?.CapMinor ?? 0) - SpendMinor - HeldMinor);
        if (_holds.TryGetValue(id, out var hold))
        {
            return hold.ExpiresAt <= now
                ? new(id, AuthorisationState.Expired, hold.AmountMinor, left + hold.AmountMinor, null)
                : new(id, AuthorisationState.Held, hold.AmountMinor, left, hold.ExpiresAt);
        }

        return _ended.TryGetValue(IdHash.Of(id), out var ended) && now - ended.At <= EndedFor
            ? new(id, ended.State, ended.AmountMinor, left, null) : null;
    }

    public PlacementInfo Info(string id)
    {
        var terms = Terms!;
        var state = SpendMinor > terms.CapMinor ? PlacementState.Stopped
            : !IsLive ? IsOver ? PlacementState.Ended : PlacementState.Waiting
            : IsPausedByHand || Strategy == PlacementStrategy.Pause ? PlacementState.Paused
            : IsBudgetHeld ? PlacementState.BudgetHeld : PlacementState.Active;
        return new(id, terms, TermsVersion, BidMinor, HeldMinor, SpendMinor,
            Math.Max(0, terms.CapMinor - SpendMinor - HeldMinor), Math.Max(0, SpendMinor - terms.CapMinor), Results,
            Results == 0 ? null
                : Math.Round((decimal)SpendMinor / Results, 2, MidpointRounding.AwayFromZero),
            Strategy, Audience, state, Steps, Return);
    }

    /// <summary>A campaign that let it spend and does so no more is over.</summary>
    private bool IsOver => !IsLive && LiveStep > 0;

    private Refusal? WhyNot() => !IsLive ? (IsOver ? PlacementRefusals.Over : PlacementRefusals.NotLive)
        : IsPausedByHand || Strategy == PlacementStrategy.Pause ? PlacementRefusals.Paused
        : IsBudgetHeld ? PlacementRefusals.BudgetHeld : null;

    /// <summary>What is done when a result has come to cost too much; null: nothing (CAM-02, A-06).</summary>
    private StrategyStep? NextStep(long spend, long results, CampaignPolicy policy, DateTimeOffset now)
    {
        if (results < policy.EvaluateResults && spend < policy.EvaluateSpendMinor) return null;
        if (results > 0 ? spend <= (decimal)policy.CostLimitMinor * results : spend == 0) return null;
        if (Strategy == PlacementStrategy.Pause) return null;
        var next = Strategy + 1;
        var bid = next == PlacementStrategy.LowerBid
            ? Math.Max(1, BidMinor * (100 - policy.BidCutPercent) / 100) : BidMinor;
        return new(StepCount + 1, next, spend, results, policy.CostLimitMinor, BidMinor, bid, now, null);
    }

    private static ImmutableArray<MonthSpend> MonthsOf(IEnumerable<(DateOnly Day, long SpendMinor)> spent) =>
        [.. spent.Where(s => s.SpendMinor > 0)
            .GroupBy(s => s.Day.ToString("yyyy-MM", CultureInfo.InvariantCulture), s => s.SpendMinor)
            .OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new MonthSpend(m.Key, m.Sum()))];

    private bool IsKnown(long hash, out int content)
    {
        content = 0;
        foreach (var ids in _events.Values)
            if (ids.TryGetValue(hash, out content)) return true;
        return false;
    }

    private (PlacementEvent[] Events, long Freed) Due(DateTimeOffset now)
    {
        if (!(_expiries.Next <= now)) return ([], 0);
        var due = _expiries.Due(now);
        return ([.. due.Select(d => new PlacementEvent.Expired(d.Id, _holds[d.Id].AmountMinor, now))],
            due.Sum(d => _holds[d.Id].AmountMinor));
    }
}
