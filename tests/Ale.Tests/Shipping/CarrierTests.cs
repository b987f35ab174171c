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
        CarrierRefusals.BadTerms, CarrierBook.New().Decide(new EnterCarrier(id, terms, "ops-1"), Noon).Reply.Refusal);

    [Fact]
    public void A_carrier_is_entered_once_with_one_content_and_the_book_has_an_end()
    {
        var book = CarrierBook.New();
        var entered = book.Decide(new EnterCarrier("sf", Terms, "ops-1"), Noon);
        book = book.Apply(Assert.Single(entered.Events));
        var again = book.Decide(new EnterCarrier("sf", Terms with { Rates = [.. Terms.Rates] }, "ops-2"), Noon);
        Assert.Empty(again.Events);
        Assert.Equal(entered.Reply.Value, again.Reply.Value);
        Assert.Equal(CarrierRefusals.Changed,
            book.Decide(new EnterCarrier("sf", Terms with { Rank = 3 }, "ops-1"), Noon).Reply.Refusal);

        var full = With([.. Enumerable.Range(0, ICarrierBookGrain.CarriersMax)
            .Select(i => ($"c{i}", 1, Array.Empty<string>()))]);
        Assert.Equal(CarrierRefusals.Full, full.Decide(new EnterCarrier("sf", Terms, "ops-1"), Noon).Reply.Refusal);
        Assert.Null(full.Decide(new EnterCarrier("c1", Terms with { Rank = 1 }, "ops-1"), Noon).Reply.Refusal);
    }

    [Fact]
    public void STK_11_A_carrier_is_changed_at_its_version_and_again_changes_nothing()
    {
        var book = With(("sf", 2, ["shanghai"]), ("jd", 1, []));
        var change = new ChangeCarrier("sf", 1, "k1", "ops-1") { Title = "SF", Rates = [new(0, 1_300)], Rank = 1 };
        var (reply, events) = book.Decide(change, Noon);
        Assert.Equal(("SF", 1, 2L, true, 1_300L), (reply.Value!.Terms.Title, reply.Value.Terms.Rank,
            reply.Value.Version, reply.Value.IsActive, CarrierBook.RateOf(reply.Value.Terms, 5_000)));
        Assert.Equal(["shanghai"], reply.Value.Terms.Cities); // not named
        book = book.Apply(Assert.Single(events));
        Assert.Equal(reply.Value, book.Carriers["sf"]);
        var again = book.Decide(change, Noon);
        Assert.Equal((0, reply.Value), (again.Events.Length, again.Reply.Value));
        Assert.Empty(book.Decide(change with { Key = "k2", Version = 2 }, Noon).Events); // it is so
    }

    [Theory]
    [InlineData("none", 2, "k2", 1, "carrier.unknown")]
    [InlineData("sf", 1, "k1", 4, "carrier.changed")] // another content under its key
    [InlineData("jd", 1, "k1", 3, "carrier.changed")] // another carrier
    [InlineData("sf", 1, "k2", 4, "carrier.stale")]
    [InlineData("sf", 3, "k2", 4, "carrier.stale")]
    [InlineData("sf", 2, "k2", 0, "carrier.bad_terms")]
    [InlineData("sf", 2, "k2", 4, null)]
    public void STK_11_A_change_of_a_carrier_is_refused(string id, long version, string key, int rank, string? code)
    {
        var book = With(("sf", 2, []), ("jd", 1, []));
        book = book.Apply(Assert.Single(
            book.Decide(new ChangeCarrier("sf", 1, "k1", "ops-1") { Rank = 3 }, Noon).Events));
        Assert.Equal(code, book.Decide(new ChangeCarrier(id, version, key, "ops-1") { Rank = rank }, Noon)
            .Reply.Refusal?.Code);
    }

    [Fact]
    public void STK_11_Who_is_not_active_gets_no_parcel_whatever_its_agreement()
    {
        var book = With(("sf", 2, []), ("jd", 1, []));
        book = Change(book, 1, false);
        Assert.Equal("jd", Chosen(book, "shanghai", "sf"));
        Assert.Equal(["jd", "sf"], book.InOrder().Select(c => c.Id));
        Assert.Equal("sf", Chosen(Change(book, 2, true), "shanghai", "sf"));

        static CarrierBook Change(CarrierBook book, long version, bool isActive) =>
            book.Apply(Assert.Single(book.Decide(
            new ChangeCarrier("sf", version, $"k{version}", "ops-1") { IsActive = isActive }, Noon).Events));
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.CheckText("Shipping/Carrier.golden.jsonl",
        CarrierBook.EventJson,
        new CarrierEvent.Entered("sf", Terms with { Cities = ImmutableArray.Create("shanghai") }, "ops-1", Noon),
        new CarrierEvent.Changed("sf", Terms with { Title = "SF" }, false, "k1", "ops-1", Noon));
}
