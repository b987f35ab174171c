namespace Ale.Imports;

/// <summary>What came of an import, from its tables and those of orders, returns, users and stock. Key 0.</summary>
[Alias("ale.import.queries")]
public interface IImportQueries : IGrainWithIntegerKey
{
    /// <summary>The figures of an import; all zero for one that is unknown.</summary>
    /// <param name="at">The figures wait up to 2 s until they show this place.</param>
    [Alias("figures")]
    Task<Outcome<ImportFigures>> Figures(
        string import, JournalPlace at, CancellationToken ct = default);
}

/// <summary>
/// What an import's file has become. An order counts once it is paid, also when it was returned later. Money in minor
/// units, points whole.
/// </summary>
[GenerateSerializer, Immutable, Alias("ale.import.figures")]
public sealed record ImportFigures
{
    /// <summary>Orders paid.</summary>
    [Id(0)] public long Orders { get; init; }

    /// <summary>Those of them that belong to no user.</summary>
    [Id(1)] public long GuestOrders { get; init; }

    /// <summary>Their lines, which are lines of the file.</summary>
    [Id(2)] public long OrderLines { get; init; }

    /// <summary>Different SKUs on those lines.</summary>
    [Id(3)] public long Skus { get; init; }

    /// <summary>Units on those lines, returned ones included.</summary>
    [Id(4)] public long UnitsSold { get; init; }

    /// <summary>Goods of the orders, before discounts, charges and returns.</summary>
    [Id(5)] public long SalesMinor { get; init; }

    /// <summary>Charges of the orders, and of documents that are no order.</summary>
    [Id(6)] public long ChargeLines { get; init; }

    /// <summary>Their sum, with signs.</summary>
    [Id(7)] public long ChargesMinor { get; init; }

    /// <summary>Lines without a price.</summary>
    [Id(8)] public long UnpricedLines { get; init; }

    /// <summary>Lines that return goods, matched or not.</summary>
    [Id(9)] public long ReturnLines { get; init; }

    /// <summary>Units that the orders' returns took back.</summary>
    [Id(10)] public long UnitsReturned { get; init; }

    /// <summary>Units returned for which no purchase was found.</summary>
    [Id(11)] public long UnitsReturnUnmatched { get; init; }

    /// <summary>Refunds that the acquirer has told of.</summary>
    [Id(12)] public long RefundMinor { get; init; }

    /// <summary>Users with an order.</summary>
    [Id(13)] public long Users { get; init; }

    /// <summary>Points that the orders earned, as the ledgers say.</summary>
    [Id(14)] public long PointsEarned { get; init; }

    /// <summary>Points that their returns took back.</summary>
    [Id(15)] public long PointsReversed { get; init; }

    /// <summary>Points that those users may spend now.</summary>
    [Id(16)] public long PointsBalance { get; init; }

    /// <summary>Those users that are in the lowest tier now.</summary>
    [Id(17)] public long TierNew { get; init; }

    /// <summary>Those in the middle one.</summary>
    [Id(18)] public long TierRegular { get; init; }

    /// <summary>Those in the highest.</summary>
    [Id(19)] public long TierCore { get; init; }

    /// <summary>Units on hand now of the SKUs sold.</summary>
    [Id(20)] public long OnHand { get; init; }
}
