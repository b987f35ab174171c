using Ale.Kernel;
using Ale.Policy;

namespace Ale.Stock;

/// <summary>New terms of a live price that has not begun: nobody holds a unit at it yet.</summary>
internal sealed partial class Stock
{
    private const string ChangeOfferCommand = "change";

    public Decision<StockEvent, OfferView> Decide(
        ChangeOffer command, string sku, OfferPolicy policy, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        if (_offers?.GetValueOrDefault(command.Id) is not { } offer) return OfferRefusals.Unknown;
        if (offer.Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return Changed(done.Answer.Terms, command) == done.Answer.Terms
                ? View(offer, sku, policy, now) with { Terms = done.Answer.Terms, Version = done.Answer.Version }
                : OfferRefusals.Changed;
        }

        if (offer.Terms.StartsAt <= now) return OfferRefusals.Started;
        if (command.Version != offer.Version) return OfferRefusals.Stale;
        var terms = Changed(offer.Terms, command);
        if (terms == offer.Terms) return View(offer, sku, policy, now);
        if (WhyNot(terms, policy, now) is { } refusal) return refusal;
        return new(View(new(offer.Id, terms) { Version = offer.Version + 1 }, sku, policy, now),
            new StockEvent.OfferChanged(offer.Id, terms, command.Key, command.Actor, now));
    }

    private void Apply(StockEvent.OfferChanged e)
    {
        var before = _offers![e.Id];
        var version = before.Version + 1;
        Remember(new(e.Id, e.Terms)
        {
            Version = version,
            Keys = before.Keys.Add(e.Key, ChangeOfferCommand, new(e.Terms, version), e.At),
        });
    }

    private Refusal? WhyNot(OfferTerms terms, OfferPolicy policy, DateTimeOffset now)
    {
        var lasts = terms.EndsAt - terms.StartsAt;
        if (lasts < TimeSpan.FromMinutes(policy.MinutesMin) || lasts > TimeSpan.FromMinutes(policy.MinutesMax))
            return OfferRefusals.BadTimes.With("field", "endsAt");
        if (terms.CountdownSeconds is { } seconds
            && (seconds < policy.CountdownSecondsMin || seconds > policy.CountdownSecondsMax))
            return OfferRefusals.BadTimes.With("field", "countdownSeconds");
        if (terms.StartsAt < now) return OfferRefusals.TooLate;
        return terms.PriceMinor >= ListPrice(now) ? OfferRefusals.NotLower : null;
    }

    private static OfferTerms Changed(OfferTerms terms, ChangeOffer to) => terms with
    {
        PriceMinor = to.PriceMinor ?? terms.PriceMinor,
        StartsAt = to.StartsAt ?? terms.StartsAt,
        EndsAt = to.EndsAt ?? terms.EndsAt,
        Total = to.Total ?? terms.Total,
        PerUserMax = to.PerUserMax ?? terms.PerUserMax,
        CountdownSeconds = to.CountdownSeconds ?? terms.CountdownSeconds,
    };
}
