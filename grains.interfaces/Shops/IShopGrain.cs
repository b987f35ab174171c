using System.Collections.Immutable;

namespace Ale.Shops;

/// <summary>
/// A shop's stock ledger beside ours (STK-02), kept in step both ways. Its sales come as movements with its own
/// sequence numbers: each is booked once, in order, a gap is asked for again. Our levels go to it as states: the newest
/// wins, so that nothing has to be told twice in order. Each day both ledgers are compared.
/// </summary>
/// <remarks>The key is the shop's id, at most <see cref="IdLengthMax"/> characters.</remarks>
[Alias("ale.shop")]
public interface IShopGrain : IGrainWithStringKey
{
    /// <summary>Longest id of a shop, so that id and sequence number together are an id.</summary>
    public const int IdLengthMax = 40;

    /// <summary>Most SKUs that one shop lists.</summary>
    public const int ListingsMax = 5_000;

    /// <summary>Connects it. The terms as they are now again: same answer; others: <see cref="ShopRefusals.Changed"/>.</summary>
    [Alias("connect")] Task<Outcome<ShopInfo>> Connect(ConnectShop command, CancellationToken ct = default);

    /// <summary>
    /// Changes its title or endpoint, of the version named alone. The same key again: the same answer.
    /// </summary>
    [Alias("change")] Task<Outcome<ShopInfo>> Change(ChangeShop command, CancellationToken ct = default);

    /// <summary>The shop as it is now.</summary>
    [Alias("get")] Task<Outcome<ShopInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// Lists a SKU, or takes it off: from then on the shop is told of it, or no more. Again: nothing changes.
    /// </summary>
    [Alias("list")] Task<Outcome<ShopListing>> List(ListSku command, CancellationToken ct = default);

    /// <summary>
    /// Movements as the shop tells them, in any order, again, or with gaps. What follows on the last booked one is
    /// booked, what was booked before is passed over; behind a gap nothing is booked, and the shop is asked for what
    /// lacks.
    /// </summary>
    /// <param name="movements">At most <see cref="ShopWire.PageMax"/>.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("take")]
    Task<Outcome<ShopTaken>> Take(ImmutableArray<ShopMovement> movements, CancellationToken ct = default);

    /// <summary>
    /// Compares both ledgers as of one sequence number. A difference opens an item that stays until a comparison finds
    /// none, and the shop is told those levels again. The same key again: the same answer.
    /// </summary>
    [Alias("reconcile")] Task<Outcome<ShopReconciliation>> Reconcile(string key, CancellationToken ct = default);

    /// <summary>Keeps it in step; called now and then on every node, so that no shop sleeps.</summary>
    [Alias("pulse")] Task Pulse();
}

/// <summary>A wish to connect a shop.</summary>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.connect")]
public sealed record ConnectShop([property: Id(0)] ShopTerms Terms, [property: Id(1)] string Actor);

/// <summary>New terms; null leaves one as it is.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.change")]
public sealed record ChangeShop(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string Actor,
    [property: Id(3)] string? Title, [property: Id(4)] string? Endpoint);

/// <summary>Where a shop's ledger is.</summary>
/// <param name="Title">For people.</param>
/// <param name="Endpoint">Where it answers, an absolute http or https address; its key stands in the
/// configuration.</param>
/// <param name="Market">Whose numbers hold; empty: the default market's.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.terms")]
public sealed record ShopTerms(
    [property: Id(0)] string Title, [property: Id(1)] string Endpoint, [property: Id(2)] string Market);

/// <summary>A wish to list a SKU, or to take it off.</summary>
/// <param name="IsListed">False: it is taken off.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.list")]
public sealed record ListSku(
    [property: Id(0)] string Sku, [property: Id(1)] bool IsListed, [property: Id(2)] string Actor);

/// <summary>A SKU in a shop.</summary>
[GenerateSerializer, Immutable, Alias("ale.shop.listing")]
public sealed record ShopListing([property: Id(0)] string Sku, [property: Id(1)] bool IsListed);

/// <summary>How a shop and we stand.</summary>
public enum ShopState
{
    /// <summary>All that is known is booked and told.</summary>
    InStep,

    /// <summary>Something is on its way, in either direction.</summary>
    Behind,

    /// <summary>The shop has not answered for some time.</summary>
    Away,
}

/// <summary>A shop as it is now.</summary>
/// <param name="Version">Raised by every change of terms, and by nothing else.</param>
/// <param name="Seq">The shop's number of the last movement that is booked.</param>
/// <param name="LastSeq">The highest number that the shop has been heard of.</param>
/// <param name="Untold">Listed SKUs whose level the shop has not confirmed yet.</param>
/// <param name="AwaySince">Since when it does not answer; null: it does.</param>
/// <param name="Why">What it answered last when it could not be reached; null: it could.</param>
/// <param name="Last">The last comparison; null: there was none.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.info")]
public sealed record ShopInfo(
    [property: Id(0)] string Id, [property: Id(1)] ShopTerms Terms, [property: Id(2)] long Version,
    [property: Id(3)] ShopState State, [property: Id(4)] long Seq, [property: Id(5)] long LastSeq,
    [property: Id(6)] int Listings, [property: Id(7)] int Untold, [property: Id(8)] DateTimeOffset? AwaySince,
    [property: Id(9)] string? Why, [property: Id(10)] ShopReconciliation? Last);

/// <summary>What came of movements that a shop told.</summary>
/// <param name="Seq">The last booked number.</param>
/// <param name="Booked">Movements booked by this call.</param>
/// <param name="Repeats">Movements that were booked before.</param>
/// <param name="Waits">True: some lack before the rest, and are asked for.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.taken")]
public sealed record ShopTaken(
    [property: Id(0)] long Seq, [property: Id(1)] int Booked, [property: Id(2)] int Repeats,
    [property: Id(3)] bool Waits);

/// <summary>A comparison of both ledgers.</summary>
/// <param name="Seq">The shop's sequence number at which they were compared.</param>
/// <param name="Skus">SKUs compared.</param>
/// <param name="Different">SKUs that differ.</param>
/// <param name="Differences">The first <see cref="DifferencesMax"/> of them.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.reconciliation")]
public sealed record ShopReconciliation(
    [property: Id(0)] string Key, [property: Id(1)] long Seq, [property: Id(2)] int Skus,
    [property: Id(3)] int Different, [property: Id(4)] ImmutableArray<ShopDifference> Differences,
    [property: Id(5)] DateTimeOffset At)
{
    /// <summary>Most differences kept of one comparison.</summary>
    public const int DifferencesMax = 100;

    /// <summary>True: the shop's numbers have fallen back, as after a loss of data; nothing was compared.</summary>
    [Id(6)] public bool FellBack { get; init; }
}

/// <summary>A SKU that differs.</summary>
/// <param name="Ours">Units available there by our books.</param>
/// <param name="Theirs">By the shop's; null: it does not know the SKU.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.difference")]
public sealed record ShopDifference(
    [property: Id(0)] string Sku, [property: Id(1)] long Ours, [property: Id(2)] long? Theirs);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ShopRefusals
{
    /// <summary>No such shop.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "shop.unknown");

    /// <summary>Terms out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "shop.bad_terms");

    /// <summary>No such market.</summary>
    public static readonly Refusal UnknownMarket = new(RefusalKind.Invalid, "shop.unknown_market");

    /// <summary>The id, the key or a sequence number was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "shop.changed");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "shop.stale");

    /// <summary>The shop lists as many SKUs as it may.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "shop.full");

    /// <summary>The shop does not answer, or not in a way that can be read.</summary>
    public static readonly Refusal Away = new(RefusalKind.Busy, "shop.away");

    /// <summary>Why a movement changed nothing here: the SKU is not listed.</summary>
    public static readonly Refusal NotListed = new(RefusalKind.Conflict, "shop.not_listed");

    /// <summary>Why a movement changed nothing here: it is none.</summary>
    public static readonly Refusal BadMovement = new(RefusalKind.Invalid, "shop.bad_movement");
}

/// <summary>Keys of the slice.</summary>
public static class ShopKeys
{
    /// <summary>The grain of a shop.</summary>
    public static IShopGrain Shop(this IGrainFactory grains, string id) => grains.Ref<IShopGrain>(id);

    /// <summary>Lists of shops and what they told.</summary>
    public static IShopQueries ShopQueries(this IGrainFactory grains) => grains.GetGrain<IShopQueries>(0);

    /// <summary>The id of the adjustment of our stock that a shop's movement makes.</summary>
    public static string AdjustmentOf(string shop, long seq) => FormattableString.Invariant($"shop.{shop}.{seq}");
}
