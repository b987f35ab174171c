using System.Text.Json;
using Ale.Kernel;
using CsCheck;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>Random commands over one SKU, beside a model that keeps a list and adds it up each time.</summary>
public sealed class StockModelTests
{
    private static readonly string[] Ids = ["r1", "r2", "r3", "r4", "r5", "r6"];

    private sealed record Step(int Kind, string Id, int Quantity, string? User, string? Session, int Seconds);

    private static readonly Gen<string?> Users = Gen.Int[0, 2].Select(i => i == 0 ? null : $"u{i}");
    private static readonly Gen<string?> Sessions = Gen.Bool.Select(live => live ? "live" : null);

    private static readonly Gen<Step> Steps =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, Ids.Length - 1]
            .Select(i => Ids[i]), Gen.Int[1, 3], Users, Sessions, Gen.Int[0, 12],
            (kind, id, quantity, user, session, seconds) => new Step(kind, id, quantity, user, session, seconds));

    private static readonly Gen<SkuTerms> AnyTerms =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 6], Gen.Int[0, 12], Gen.Bool, (user, session, edition, marks) => Plain with
        {
            HoldSeconds = 20,
            PerUserMax = user == 0 ? null : user,
            PerSessionMax = session == 0 ? null : session,
            LimitedTotal = edition == 0 ? null : edition,
            Levels = marks ? new(6, 4, 2) : null,
        });

    private static readonly Gen<OfferTerms?> AnyOffer =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 60], (kind, user, from) => kind == 0 ? null
            : new OfferTerms("live", 5_000, Noon.AddSeconds(from), Noon.AddSeconds(from + 90))
            {
                Total = kind == 4 ? null : kind + 1,
                PerUserMax = user == 0 ? null : user,
            });

    // STK-01, STK-07, SHP-01, S04: limits, prices, figures and states are those of the model, whatever the order
    [Fact]
    public void The_grain_answers_as_the_model_does_and_a_repeat_changes_nothing() =>
        Gen.Select(AnyTerms, AnyOffer, Steps.Array[1, 60]).Sample((terms, offer, steps) =>
        {
            var run = new Run(terms, offer);
            foreach (var step in steps) run.Take(step);
            run.ReplayAndThaw();
        }, iter: 10_000);

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
            _model.OnHand = 6;
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
            };
            if (step.Seconds == 12) Keep(_stock.DecideDue(_now).Events);
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

            var levels = _stock.Levels(Sku, _events.Count, _now);
            Assert.Equal((_model.OnHand, _model.Held, _model.Sold, _model.Quarantine),
                (levels.OnHand, levels.Held, levels.Sold, levels.Quarantine));
            Assert.True(_stock.OnHand >= 0);
            Assert.Equal(_model.OnHand + _model.Sold + _model.Quarantine, 6 + _model.Adjusted); // nothing from nothing
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
            Reservation r => $"{r.State} {r.Quantity} at {(r.PriceMinor == 5_000 ? "the offer" : "list")} until "
                + $"{(r.ExpiresAt - Noon).TotalSeconds}",
            StockMove move => $"{move.Delta}",
            _ => "done",
        };

        private static byte[] Bytes(Stock stock) => Stock.Snapshots.Freeze(stock)();
    }
}
