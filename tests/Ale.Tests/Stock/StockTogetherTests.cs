using System.Collections.Immutable;
using Ale.Edge;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

/// <summary>Reservations that reach a node together.</summary>
[Trait("needs", "server")]
public sealed class StockTogetherTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task S01_of_those_that_travel_together_the_first_have_the_units_and_each_its_own_answer(string store)
    {
        var silo = await TestSilo.On(store);
        await Define(silo, "T1", "");
        var sku = silo.Grains.Sku("T1");
        ImmutableArray<ReserveStock> wishes =
            [new("a", 2), new("b", 4), new("a", 2), new("a", 3), new("c", 3), new("d", 1)];
        var answers = await sku.ReserveEach(wishes, Ct);
        Assert.Equal([null, null, null, "stock.changed", "stock.sold_out", null],
            answers.Select(answer => answer.Refusal?.Code));
        Assert.Equal(answers[0].Value, answers[2].Value);
        Assert.All(answers, answer => Assert.Equal(answers[0].At, answer.At)); // one flush
        var again = await sku.ReserveEach(wishes, Ct);
        Assert.Equal(answers.Select(answer => answer.Value), again.Select(answer => answer.Value));
        var stock = (await silo.Http.Get("/api/skus/T1/stock")).Ok().Json;
        Assert.Equal((7, 7, 0), ((int)stock["onHand"]!, (int)stock["held"]!, (int)stock["available"]!));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CMP_06_Those_of_an_imported_sku_ask_for_its_papers_too(string store)
    {
        var silo = await TestSilo.On(store);
        await Define(silo, "T2", ""","market":"cn","imported":true""");
        var sku = silo.Grains.Sku("T2");
        Assert.All(await sku.ReserveEach([new("a", 1), new("b", 1)], Ct),
            answer => Assert.Equal("stock.no_papers", answer.Refusal?.Code));
    }

    [Fact]
    public async Task S01_of_500_at_once_through_one_node_exactly_the_units_are_held()
    {
        var silo = await TestSilo.On("sqlite");
        await Define(silo, "T3", "");
        var calls = silo.Services.GetRequiredService<SkuCalls>();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(i => calls.Reserve("T3", new($"r{i}", 1), Ct)));
        Assert.Equal(7, answers.Count(answer => answer.Value is { State: ReservationState.Held }));
        Assert.Equal(493, answers.Count(answer => answer.Refusal?.Code == "stock.sold_out"));
    }

    private static async Task Define(TestSilo silo, string sku, string more)
    {
        (await silo.Http.Put($"/api/skus/{sku}", $$"""
            {"title":"Cream","priceMinor":900,"currency":"CNY"{{more}}}
            """)).Ok();
        (await silo.Http.Put($"/api/skus/{sku}/receipts/in", """{"quantity":7}""")).Ok();
    }
}
