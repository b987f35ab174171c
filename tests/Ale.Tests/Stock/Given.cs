using System.Globalization;
using Ale.Policy;

namespace Ale.Stock;

/// <summary>Situations of one SKU, by name, and commands written short.</summary>
internal static class Given
{
    public const string Sku = "LIP-1";
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly StockPolicy Rules = new(900, 1_800) { OwnHoldSeconds = 3_600 };
    public static readonly SkuTerms Plain = new("Lipstick", 9_900, "CNY", "cn");
    private static readonly SkuTerms Edition = Plain with { LimitedTotal = 2, PerUserMax = 1 };

    private static readonly SkuTerms Limits = Plain with
    {
        PerUserMax = 2,
        PerSessionMax = 3,
        LimitedTotal = 5,
        Levels = new(9, 6, 2),
    };

    /// <summary>What happened so far; holds made by <c>Held</c> below end at second 60.</summary>
    public static Stock Situation(string name) => name switch
    {
        "nothing" => Of(),
        "empty" => Of(Defined(Plain)),
        "one" => Of(Defined(Plain), Received(1)),
        "one held" => Of(Defined(Plain), Received(1), Held("h1", 1, "u1")),
        "one held, five there" => Of(Defined(Plain), Received(5), Held("h1", 1, "u1")),
        "sold" => Of(Defined(Plain), Received(5), Held("h1", 1, "u1"), Confirmed("h1", 1)),
        "released" => Of(Defined(Plain), Received(5), Held("h1", 1, "u1"), Released("h1", 1)),
        "expired" => Of(Defined(Plain), Received(5), Held("h1", 1, "u1"), Expired("h1", 1)),
        "expired and gone" => Of(Defined(Plain), Received(1), Held("h1", 1, "u1"), Expired("h1", 1),
            Late("h2", 1, "u2")),
        "fenced" => Of(Defined(Plain), Received(5), Released("f1", 0)),
        "closed" => Of(Defined(Edition), Received(9), Held("h1", 1, "u1"), Confirmed("h1", 1), Held("h2", 1, "u2"),
            Held("h3", 1, "u3"), Expired("h3", 1), Confirmed("h2", 1)),
        "edition full of holds" => Of(Defined(Edition), Received(9), Held("h1", 1, "u1"), Expired("h1", 1),
            Late("h2", 1, "u2"), Late("h3", 1, "u3")),
        "user full of holds" => Of(Defined(Plain with { PerUserMax = 1 }), Received(9), Held("h1", 1, "u1"),
            Expired("h1", 1), Late("h2", 1, "u1")),
        "limits" => Of(Defined(Limits), Received(4), Held("h1", 2, "u1", "live")),
        "below the minimum" => Of(Defined(Plain with { Levels = new(9, 6, 4) }), Received(5), Held("h1", 2)),
        "at the minimum" => Of(Defined(Plain with { Levels = new(9, 6, 4) }), Received(4)),
        "corrected below what is held" =>
            Of(Defined(Plain), Received(5), Held("h1", 3), new StockEvent.Adjusted("a1", -4, "broken")),
        _ => throw new ArgumentException(name),
    };

    public static Stock Of(params StockEvent[] events) => events.Aggregate(Stock.New(), (stock, e) => stock.Apply(e));

    /// <summary><c>id quantity [user] [session]</c>; <c>-</c> is nobody.</summary>
    public static ReserveStock Wish(string text)
    {
        var parts = text.Split(' ');
        return new(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture))
        {
            User = parts.Length > 2 && parts[2] != "-" ? new UserId(parts[2]) : null,
            SessionId = parts.Length > 3 ? parts[3] : null,
        };
    }

    public static StockEvent Defined(SkuTerms terms) => new StockEvent.Defined(terms);
    public static StockEvent Received(int quantity, string id = "in1") => new StockEvent.Received(id, quantity, null);

    /// <summary>A hold from noon to second 60.</summary>
    public static StockEvent Held(string id, int quantity, string? user = null, string? session = null) =>
        new StockEvent.Held(id, user, quantity, session, 9_900, Noon, Noon.AddSeconds(60));

    /// <summary>A hold from second 60 to 120.</summary>
    public static StockEvent Late(string id, int quantity, string? user = null) =>
        new StockEvent.Held(id, user, quantity, null, 9_900, Noon.AddSeconds(60), Noon.AddSeconds(120));

    public static StockEvent Confirmed(string id, int quantity) =>
        new StockEvent.Confirmed(id, quantity, Noon.AddSeconds(30));
    public static StockEvent Released(string id, int quantity) =>
        new StockEvent.Released(id, quantity, Noon.AddSeconds(30));
    public static StockEvent Expired(string id, int quantity) =>
        new StockEvent.Expired(id, quantity, Noon.AddSeconds(60));
}
