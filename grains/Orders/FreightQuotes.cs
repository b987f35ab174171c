using System.Collections.Immutable;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;
using Ale.Stock;
using Orleans.Concurrency;

namespace Ale.Orders;

[StatelessWorker]
internal sealed class FreightQuotes(PolicyBook policies, JournalClock clock) : Grain, IFreightQuotes
{
    public async Task<Outcome<FreightQuote>> Quote(
        string area, ImmutableArray<OrderLine> lines, CancellationToken ct)
    {
        if (!Areas.IsPlace(area)) return ShippingRefusals.UnknownArea;
        var asked = await Task.WhenAll(lines.Select(async l =>
            (Line: l, Terms: await GrainFactory.Sku(l.Sku).Get(ct))));
        if (asked.FirstOrDefault(a => a.Terms.Refusal is not null) is { Line: { } unknown })
            return OrderRefusals.UnknownSku.With("sku", unknown.Sku);
        var first = asked[0].Terms.Value!;
        if (asked.FirstOrDefault(a => a.Terms.Value!.Currency != first.Currency) is { Line: { } other })
            return OrderRefusals.Currency.With("sku", other.Sku);
        var policy = policies.For(first.Market, clock.GetUtcNow()).Freight;
        var goods = asked.Sum(a => a.Line.Quantity * a.Terms.Value!.PriceMinor);
        var grams = asked.Sum(a => (long)a.Line.Quantity * (a.Terms.Value!.WeightGrams ?? policy.UnitGrams));
        if (FreightRates.Of(policy.Template, area, goods, grams) is not { } freight)
            return ShippingRefusals.NotServed;
        return new FreightQuote(area, Areas.NameOf(area), goods, grams, freight, policy.Template.FreeFromMinor,
            first.Currency);
    }
}
