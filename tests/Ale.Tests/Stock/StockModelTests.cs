using CsCheck;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>Random commands over one SKU, beside a model that keeps a list and adds it up each time.</summary>
public sealed partial class StockModelTests
{
    private static readonly string[] Ids = ["r1", "r2", "r3", "r4", "r5", "r6"];

    private sealed record Step(int Kind, string Id, int Quantity, string? User, string? Session, int Seconds,
        string? House);

    private static readonly Gen<string?> Users = Gen.Int[0, 2].Select(i => i == 0 ? null : $"u{i}");
    private static readonly Gen<string?> Sessions = Gen.Bool.Select(live => live ? "live" : null);

    private static readonly Gen<string?> Houses = Gen.Int[0, 2].Select(i => i == 0 ? null : i == 1 ? "HZ" : "SH");

    private static readonly Gen<Step> Steps =
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, Ids.Length - 1]
            .Select(i => Ids[i]), Gen.Int[1, 3], Users, Sessions, Gen.Int[0, 12], Houses,
            (kind, id, quantity, user, session, seconds, house) =>
                new Step(kind, id, quantity, user, session, seconds, house));

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

    // STK-01, STK-07, STK-12, SHP-01, SHP-05, S04: limits, prices, warehouses, figures and states are those of
    // the model, whatever the order
    [Fact]
    public void The_grain_answers_as_the_model_does_and_a_repeat_changes_nothing() =>
        Gen.Select(AnyTerms, AnyOffer, Steps.Array[1, 60]).Sample((terms, offer, steps) =>
        {
            var run = new Run(terms, offer);
            foreach (var step in steps) run.Take(step);
            run.ReplayAndThaw();
        }, iter: 10_000);
}
