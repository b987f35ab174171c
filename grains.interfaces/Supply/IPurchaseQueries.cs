using System.Collections.Immutable;

namespace Ale.Supply;

/// <summary>Lists of purchase orders, from the slice's table. Key 0.</summary>
[Alias("ale.purchase.queries")]
public interface IPurchaseQueries : IGrainWithIntegerKey
{
    /// <summary>Orders, the latest opened first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("orders")]
    Task<Outcome<ImmutableArray<PurchaseOrder>>> Orders(
        PurchasesWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which orders are wanted.</summary>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.purchase.wanted")]
public sealed record PurchasesWanted([property: Id(0)] int Limit)
{
    /// <summary>Only of this SKU.</summary>
    [Id(1)] public string? Sku { get; init; }

    /// <summary>Only in this state.</summary>
    [Id(2)] public PurchaseState? State { get; init; }

    /// <summary>Before the order that was opened then, with <see cref="BeforeId"/>.</summary>
    [Id(3)] public DateTimeOffset? BeforeOpened { get; init; }

    /// <inheritdoc cref="BeforeOpened"/>
    [Id(4)] public string? BeforeId { get; init; }
}
