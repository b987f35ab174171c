using System.Collections.Immutable;
using Xunit;

namespace Ale.Shipping;

public sealed class CarrierTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly CarrierTerms Terms =
        new("SF Express", 2, [], "CNY", [new(0, 1_200), new(1_001, 1_500)]);

    private static CarrierBook With(params (string Id, int Rank, string[] Cities)[] carriers) => carriers.Aggregate(
        CarrierBook.New(), (book, c) => book.Apply(new CarrierEvent.Entered(
            c.Id, Terms with { Rank = c.Rank, Cities = [.. c.Cities] }, "ops-1", Noon)));

    private static string? Chosen(CarrierBook book, string city, params string[] withAgreement) => CarrierBook.Choose(
        [.. book.Serving(city).Select(c => (c, withAgreement.Contains(c.Id) ? $"{c.Id}-2026" : null))])?.Carrier.Id;

    [Fact]
    public void STK_11_An_agreement_goes_before_rank_and_rank_before_name()
    {
        var book = With(("sf", 2, []), ("jd", 1, []), ("ems", 2, []), ("local", 1, ["hangzhou"]));
        Assert.Equal("jd", Chosen(book, "shanghai"));
        Assert.Equal("sf", Chosen(book, "shanghai", "sf"));
        Assert.Equal("jd", Chosen(book, "shanghai", "sf", "jd")); // both have one: by rank
        Assert.Equal("ems", Chosen(book, "shanghai", "sf", "ems")); // the same rank: by id
        Assert.Equal("jd", Chosen(book, "hangzhou"));
        Assert.Equal("local", Chosen(book, "hangzhou", "local"));
        Assert.Equal("jd", Chosen(book, "shanghai", "local")); // it does not go there, whatever its agreement
        Assert.Null(Chosen(With(("local", 1, ["hangzhou"])), "shanghai"));
        Assert.Equal(["jd", "local", "ems", "sf"], book.InOrder().Select(c => c.Id));
    }

    [Theory]
    [InlineData(1, 1_200), InlineData(1_000, 1_200), InlineData(1_001, 1_500), InlineData(1_000_000, 1_500)]
    public void STK_11_A_parcel_costs_what_the_rate_table_says_for_its_weight(int grams, long minor) =>
        Assert.Equal(minor, CarrierBook.RateOf(Terms, grams));

    public static TheoryData<string, CarrierTerms> Bad => new()
    {
        { "s:f", Terms }, { new string('s', CarrierKeys.IdLengthMax + 1), Terms }, { "-", Terms },
        { "sf", Terms with { Title = "" } }, { "sf", Terms with { Rank = 0 } }, { "sf", Terms with { Rank = 1_001 } },
        { "sf", Terms with { Rates = [] } }, { "sf", Terms with { Rates = [new(1, 5)] } },
        { "sf", Terms with { Rates = [new(0, 5), new(0, 6)] } }, { "sf", Terms with { Rates = [new(0, -1)] } },
        { "sf", Terms with { Cities = ["Shanghai"] } }, { "sf", Terms with { Cities = ["a:b"] } },
        { "sf", Terms with { Cities = [new string('c', CarrierKeys.CityLengthMax + 1)] } },
        { "sf", Terms with { Cities = [.. Enumerable.Range(0, CarrierTerms.CitiesMax + 1).Select(i => $"c{i}")] } },
    };

    [Theory, MemberData(nameof(Bad))]
    public void A_carrier_of_the_wrong_form_is_not_entered(string id, CarrierTerms terms) => Assert.Equal(
        CarrierRefusals.BadTerms, CarrierBook.New().Decide(new(id, terms, "ops-1"), Noon).Reply.Refusal);

    [Fact]
    public void A_carrier_is_entered_once_with_one_content_and_the_book_has_an_end()
    {
        var book = CarrierBook.New();
        var entered = book.Decide(new("sf", Terms, "ops-1"), Noon);
        book = book.Apply(Assert.Single(entered.Events));
        var again = book.Decide(new("sf", Terms with { Rates = [.. Terms.Rates] }, "ops-2"), Noon);
        Assert.Empty(again.Events);
        Assert.Equal(entered.Reply.Value, again.Reply.Value);
        Assert.Equal(CarrierRefusals.Changed,
            book.Decide(new("sf", Terms with { Rank = 3 }, "ops-1"), Noon).Reply.Refusal);

        var full = With([.. Enumerable.Range(0, ICarrierBookGrain.CarriersMax)
            .Select(i => ($"c{i}", 1, Array.Empty<string>()))]);
        Assert.Equal(CarrierRefusals.Full, full.Decide(new("sf", Terms, "ops-1"), Noon).Reply.Refusal);
        Assert.Null(full.Decide(new("c1", Terms with { Rank = 1 }, "ops-1"), Noon).Reply.Refusal);
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.CheckText("Shipping/Carrier.golden.jsonl",
        CarrierBook.EventJson,
        new CarrierEvent.Entered("sf", Terms with { Cities = ImmutableArray.Create("shanghai") }, "ops-1", Noon));
}
