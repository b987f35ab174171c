using System.Text.Json;
using Ale.Kernel;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

public sealed partial class StockModelTests
{
    /// <summary>One SKU and its model, step by step.</summary>
    private sealed class Run
    {
        private readonly Stock _stock = Of();
        private readonly StockModel _model;
        private readonly List<StockEvent> _events = [];
        private DateTimeOffset _now = Noon;

        private readonly OfferTerms? _offer;

        public Run(SkuTerms terms, OfferTerms? offer)
        {
            (_model, _offer) = (new(terms, offer), offer);
            Keep(_stock.Decide(terms).Events);
            Keep(_stock.Decide(new ReceiveStock("in", 6), Sku).Events);
            _model.Receive("in", 6, null);
            if (offer is null) return;
            var planned = _stock.Decide(new PutOffer("live/o", offer, "d1"), Sku, new(1, 20, 10, 300, 30), Noon);
            Assert.Null(planned.Reply.Refusal);
            Keep(planned.Events);
        }

        public void Take(Step step)
        {
            _now = _now.AddSeconds(step.Seconds);
            _model.Expire(_now);
            UserId? user = step.User is { } u ? new UserId(u) : null;
            var wish = new ReserveStock(step.Id, step.Quantity)
            {
                User = user,
                SessionId = step.Session,
                // Always for the same ids: another wish under an id is refused before anything else is asked.
                Offer = _offer is not null && step is { Session: not null, Id: "r1" or "r2" } ? "live/o" : null,
                Warehouses = step.House switch { null => [], "SH" => ["SH", "HZ"], var house => [house] },
            };
            // What a correction takes from which warehouse follows the events, so they must have said what has ended.
            if (step is { Seconds: 12 } or { Kind: 8 or 11 }) Keep(_stock.DecideDue(_now).Events);
            switch (step.Kind)
            {
                case <= 3:
                    Same(_model.Reserve(wish, _now), () => _stock.Decide(wish, null, Sku, Rules, _now));
                    break;
                case 4 or 5:
                    Same(_model.Confirm(step.Id), () => _stock.Decide(new ConfirmStock(step.Id), null, Sku, _now));
                    break;
                case 6:
                    Same(_model.Release(step.Id), () => _stock.Decide(new ReleaseStock(step.Id), null, Sku, _now));
                    break;
                case 7:
                    Same(_model.Renew(step.Id, _now), () => _stock.Decide(
                        new RenewStock(step.Id, $"k{_events.Count}"), Sku, Rules, _now), repeats: false);
                    break;
                case 8:
                    Same(_model.Adjust($"a{step.Id}", step.Quantity - 2),
                        () => _stock.Decide(new AdjustStock($"a{step.Id}", step.Quantity - 2, "count"), Sku));
                    break;
                case 10:
                    Same(_model.Receive($"in{step.Id}", step.Quantity, step.House), () => _stock.Decide(
                        new ReceiveStock($"in{step.Id}", step.Quantity) { Warehouse = step.House }, Sku));
                    break;
                case 11:
                    var adjust = new AdjustStock($"h{step.Id}", step.Quantity - 3, "lost") { Warehouse = step.House };
                    Same(_model.Adjust(adjust.Id, adjust.Delta, step.House), () => _stock.Decide(adjust, Sku));
                    break;
                case 12:
                    Plan(step);
                    break;
                case 13:
                    Same(_model.Drop(step.Id, _now), () => _stock.Decide(new DropPrice(step.Id, "s1"), Sku, _now));
                    break;
                case 14:
                    Change(PriceOf(step));
                    break;
                case 15:
                    var word = new ShelveSku(step.Seconds % 2 == 0, _model.Word + step.Quantity - 1);
                    Same(_model.Shelve(word.IsOnSale, word.Move), () => _stock.Decide(word, _now));
                    break;
                default:
                    var back = new PutBackStock($"b{step.Id}", step.Id, step.Quantity)
                    {
                        User = user,
                        SessionId = step.Session,
                        Undo = step.Seconds % 2 == 0,
                        Quarantine = step.Seconds % 3 == 0,
                    };
                    if (_model.PutBack(back) is { } expected) Same(expected, () => _stock.Decide(back, Sku, _now));
                    break;
            }

            Compare();
        }

        /// <summary>A minute that is, or comes: the first is refused.</summary>
        private void Plan(Step step)
        {
            var minute = _now.AddTicks(-(_now.UtcTicks % TimeSpan.TicksPerMinute)).AddMinutes(step.Quantity - 1);
            var plan = new PlanPrice(step.Id, PriceOf(step), step.Seconds == 5 ? minute.AddSeconds(61) : minute, "s1");
            Same(_model.Plan(plan.Id, plan.PriceMinor, plan.StartsAt, _now), () => _stock.Decide(plan, Sku, _now));
        }

        private void Change(long priceMinor)
        {
            Keep(_stock.DecideDue(_now).Events); // as the grain does
            var change = new ChangeSku(_stock.TermsVersion, $"c{_events.Count}", "s1") { PriceMinor = priceMinor };
            Same(_model.Change(priceMinor, _now), () => _stock.Decide(change, Sku, _now));
        }

        /// <summary>The offer's own price, one below it, and one above all.</summary>
        private static long PriceOf(Step step) => (step.Seconds % 3) switch { 0 => 5_000, 1 => 4_999, _ => 12_000 };

        private void Compare()
        {
            var levels = _stock.Levels(Sku, _events.Count, _now);
            Assert.Equal((_model.OnHand, _model.Held, _model.Sold, _model.Quarantine),
                (levels.OnHand, levels.Held, levels.Sold, levels.Quarantine));
            Assert.Equal(_model.Houses, string.Join(' ',
                (levels.Warehouses ?? []).Select(p => $"{p.Warehouse}:{p.OnHand}-{p.Held} {p.Available}")));
            Assert.Equal((_model.ListPrice(_now), _model.IsOffSale), (_stock.ListPrice(_now), _stock.IsOffSale));
            Assert.True(_stock.OnHand >= 0);
            Assert.Equal(_model.OnHand + _model.Sold + _model.Quarantine, _model.Came); // nothing from nothing
            if (_stock.DueAt > _now && _stock.DueAt != _offer?.StartsAt && _stock.DueAt != _offer?.EndsAt)
                Assert.Equal(_model.NextDeadline, _stock.DueAt);
        }

        public void ReplayAndThaw()
        {
            var live = Bytes(_stock);
            Assert.Equal(live, Bytes(Of([.. _events])));
            Assert.Equal(live, Bytes(Stock.Snapshots.Thaw(live)));
        }

        private void Same<T>(string expected, Func<Decision<StockEvent, T>> decide, bool repeats = true)
        {
            var (reply, events) = decide();
            Assert.Equal(expected, Said(reply));
            Keep(events);
            if (!repeats || reply.Refusal is not null) return;
            var again = decide();
            Assert.Empty(again.Events);
            Assert.Equal(reply.Value, again.Reply.Value);
        }

        private void Keep(StockEvent[] events)
        {
            foreach (var e in events)
            {
                _stock.Apply(e);
                _events.Add(e);
                var json = JsonSerializer.Serialize(e, StockJson.Default.StockEvent);
                Assert.Equal(e, JsonSerializer.Deserialize(json, StockJson.Default.StockEvent));
            }
        }

        private static string Said<T>(Outcome<T> reply) => reply.Refusal?.Code ?? reply.Value switch
        {
            Reservation r => $"{r.State} {r.Quantity} at {r.PriceMinor} from {r.Warehouse} until "
                + $"{(r.ExpiresAt - Noon).TotalSeconds}",
            PricePlanView plan => $"{plan.State} {plan.PriceMinor}",
            SkuInfo sku => $"{sku.Terms.PriceMinor} v{sku.Version}",
            StockMove move => $"{move.Delta}",
            _ => "done",
        };

        private static byte[] Bytes(Stock stock) => Stock.Snapshots.Freeze(stock)();
    }
}
