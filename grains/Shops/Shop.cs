using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Shops;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Connected), "shop.connected"), JsonDerivedType(typeof(Changed), "shop.changed")]
[JsonDerivedType(typeof(Listed), "shop.listed"), JsonDerivedType(typeof(Unlisted), "shop.unlisted")]
[JsonDerivedType(typeof(Booked), "shop.booked"), JsonDerivedType(typeof(Lost), "shop.lost")]
[JsonDerivedType(typeof(Found), "shop.found"), JsonDerivedType(typeof(Reconciled), "shop.reconciled")]
internal abstract record ShopEvent
{
    internal sealed record Connected(ShopTerms Terms, string Actor, DateTimeOffset At) : ShopEvent;

    internal sealed record Changed(ShopTerms Terms, string Key, string Actor, DateTimeOffset At) : ShopEvent;

    internal sealed record Listed(string Sku, string Actor, DateTimeOffset At) : ShopEvent;

    internal sealed record Unlisted(string Sku, string Actor, DateTimeOffset At) : ShopEvent;

    /// <summary>A movement has had its effect on our stock, or none.</summary>
    /// <param name="SoldAt">By the shop's clock.</param>
    /// <param name="Refused">Why it had none; null: it had.</param>
    internal sealed record Booked(
        long Seq, string Sku, int Delta, string Kind, DateTimeOffset SoldAt, string? Refused, DateTimeOffset At)
        : ShopEvent;

    /// <summary>It has not answered for so long that people hear of it.</summary>
    internal sealed record Lost(string Why, string Role, DateTimeOffset Since, DateTimeOffset At) : ShopEvent;

    /// <summary>It answers again.</summary>
    internal sealed record Found(DateTimeOffset Since, DateTimeOffset At) : ShopEvent;

    /// <summary>Both ledgers were compared.</summary>
    /// <param name="Episode">Times that differences have begun.</param>
    /// <param name="Before">Differences of the comparison before.</param>
    internal sealed record Reconciled(ShopReconciliation Result, int Episode, int Before, string Role) : ShopEvent;
}

/// <summary>
/// One shop. Invariants: movements are booked in order without gaps; at most <see cref="IShopGrain.ListingsMax"/>
/// listings; the content of the last <see cref="RecentMax"/> movements is kept, to tell another one under the same
/// number; at most 16 keys.
/// </summary>
internal sealed record Shop : IState<Shop, ShopEvent>
{
    public const int RecentMax = 512;

    public static JsonTypeInfo<ShopEvent> EventJson => ShopJson.Default.ShopEvent;

    public ShopTerms? Terms { get; init; }
    public long TermsVersion { get; init; }
    public long Seq { get; init; }
    public int Episode { get; init; }
    public DateTimeOffset? AwaySince { get; init; }
    public ShopReconciliation? Last { get; init; }
    public RememberedKeys<ShopInfo> Keys { get; init; } = RememberedKeys<ShopInfo>.None;

    /// <summary>Units moved by the shop since it lists the SKU.</summary>
    public ImmutableSortedDictionary<string, long> Listings { get; init; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    public ImmutableDictionary<long, RecentMovement> Recent { get; init; } =
        ImmutableDictionary<long, RecentMovement>.Empty;

    public static Shop New() => new();

    public Shop Apply(ShopEvent happened)
    {
        switch (happened)
        {
            case ShopEvent.Connected e:
                return this with { Terms = e.Terms, TermsVersion = 1 };
            case ShopEvent.Changed e:
                var changed = this with { Terms = e.Terms, TermsVersion = TermsVersion + 1 };
                // The state does not know its own key; the answer gets it when it is given again.
                return changed with { Keys = Keys.Add(e.Key, ShopDecide.ChangeCommand, changed.Info(""), e.At) };
            case ShopEvent.Listed e:
                return this with { Listings = Listings.SetItem(e.Sku, 0) };
            case ShopEvent.Unlisted e:
                return this with { Listings = Listings.Remove(e.Sku) };
            case ShopEvent.Booked e:
                return this with
                {
                    Seq = e.Seq,
                    Recent = Recent.Remove(e.Seq - RecentMax).SetItem(e.Seq, new(e.Sku, e.Delta)),
                    Listings = Listings.TryGetValue(e.Sku, out var moved)
                        ? Listings.SetItem(e.Sku, moved + e.Delta) : Listings,
                };
            case ShopEvent.Lost e:
                return this with { AwaySince = e.Since };
            case ShopEvent.Found:
                return this with { AwaySince = null };
            case ShopEvent.Reconciled e:
                return this with { Last = e.Result, Episode = e.Episode };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>As far as the journal knows it; the grain adds what it knows of the moment.</summary>
    public ShopInfo Info(string id) => new(id, Terms!, TermsVersion,
        AwaySince is null ? ShopState.InStep : ShopState.Away, Seq, Seq, Listings.Count, 0, AwaySince, null, Last);
}

/// <summary>What stood under a sequence number.</summary>
internal readonly record struct RecentMovement(string Sku, int Delta);

/// <summary>The state as stored.</summary>
internal sealed record FrozenShop(
    ShopTerms? Terms, long TermsVersion, long Seq, int Episode, DateTimeOffset? AwaySince, ShopReconciliation? Last,
    RememberedKey<ShopInfo>[] Keys, KeyValuePair<string, long>[] Listings, KeyValuePair<long, RecentMovement>[] Recent);

/// <summary>The shape of the state beside the events.</summary>
internal static class ShopSnapshot
{
    public static readonly SnapshotCodec<Shop> Codec = SnapshotCodec<Shop>.Of(
        ShopJson.Default.FrozenShop, meaning: 1,
        s => new(s.Terms, s.TermsVersion, s.Seq, s.Episode, s.AwaySince, s.Last, [.. s.Keys.Entries], [.. s.Listings],
            [.. s.Recent.OrderBy(r => r.Key)]),
        f => new()
        {
            Terms = f.Terms,
            TermsVersion = f.TermsVersion,
            Seq = f.Seq,
            Episode = f.Episode,
            AwaySince = f.AwaySince,
            Last = f.Last,
            Keys = RememberedKeys<ShopInfo>.Of(f.Keys),
            Listings = f.Listings.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Recent = f.Recent.ToImmutableDictionary(),
        },
        s => s.Listings.Count + s.Recent.Count);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ShopEvent)), JsonSerializable(typeof(FrozenShop))]
internal sealed partial class ShopJson : JsonSerializerContext;
