using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Shops;

/// <summary>What is decided about a shop.</summary>
internal static class ShopDecide
{
    public const string ChangeCommand = "change";

    /// <summary>A kind or a SKU that the shop wrote in no form of ours.</summary>
    private const string Unreadable = "?";

    public static Decision<ShopEvent, ShopInfo> Decide(
        this Shop shop, ConnectShop command, string id, DateTimeOffset now)
    {
        if (!Limits.IsId(id) || id.Length > IShopGrain.IdLengthMax || !IsGood(command.Terms))
            return ShopRefusals.BadTerms;
        if (shop.Terms is { } terms) return terms.Equals(command.Terms) ? shop.Info(id) : ShopRefusals.Changed;
        return After(shop, id, new ShopEvent.Connected(command.Terms, command.Actor, now));
    }

    public static Decision<ShopEvent, ShopInfo> Decide(
        this Shop shop, ChangeShop command, string id, DateTimeOffset now)
    {
        if (shop.Terms is null) return ShopRefusals.Unknown;
        if (shop.Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return Changed(done.Answer.Terms, command).Equals(done.Answer.Terms)
                ? done.Answer with { Id = id } : ShopRefusals.Changed;
        }

        if (command.Version != shop.TermsVersion) return ShopRefusals.Stale;
        var terms = Changed(shop.Terms, command);
        if (!IsGood(terms)) return ShopRefusals.BadTerms;
        return terms.Equals(shop.Terms) ? shop.Info(id)
            : After(shop, id, new ShopEvent.Changed(terms, command.Key, command.Actor, now));
    }

    public static Decision<ShopEvent, ShopListing> Decide(this Shop shop, ListSku command, DateTimeOffset now)
    {
        var (sku, isListed, actor) = (command.Sku, command.IsListed, command.Actor);
        var reply = new ShopListing(sku, isListed);
        if (shop.Terms is null) return ShopRefusals.Unknown;
        if (shop.Listings.ContainsKey(sku) == isListed) return reply;
        if (isListed && shop.Listings.Count >= IShopGrain.ListingsMax) return ShopRefusals.Full;
        return new(reply, isListed ? new ShopEvent.Listed(sku, actor, now) : new ShopEvent.Unlisted(sku, actor, now));
    }

    /// <summary>
    /// Of movements as they come, in any order and again: the run that follows on the last booked one, up to
    /// <paramref name="upTo"/>.
    /// </summary>
    public static ShopRun Next(this Shop shop, IEnumerable<ShopMovement> movements, long upTo = long.MaxValue)
    {
        var (run, repeats, next, waits) = (ImmutableArray.CreateBuilder<ShopMovement>(), 0, shop.Seq + 1, false);
        foreach (var told in movements.OrderBy(m => m.Seq))
        {
            var m = Readable(told);
            if (m.Seq < next)
            {
                var before = run.FirstOrDefault(r => r.Seq == m.Seq) is { } r ? new RecentMovement(r.Sku, (int)r.Delta)
                    : shop.Recent.TryGetValue(m.Seq, out var booked) ? booked : new(m.Sku, (int)m.Delta);
                if (before != new RecentMovement(m.Sku, (int)m.Delta)) return new([], 0, false, ShopRefusals.Changed);
                repeats++;
            }
            else if (m.Seq > next) waits = true;
            else if (next <= upTo)
            {
                run.Add(m);
                next++;
            }
        }

        return new(run.ToImmutable(), repeats, waits, null);
    }

    /// <summary>Why a movement cannot change anything here, before our stock is asked.</summary>
    public static Refusal? WhyNot(this Shop shop, ShopMovement movement) =>
        movement.Sku == Unreadable || movement.Delta is 0 or < -Limits.QuantityMax or > Limits.QuantityMax
            ? ShopRefusals.BadMovement
            : shop.Listings.ContainsKey(movement.Sku) ? null : ShopRefusals.NotListed;

    /// <summary>The run with what became of each.</summary>
    public static Decision<ShopEvent, Done> DecideBooked(
        this Shop shop, ImmutableArray<ShopMovement> run, IReadOnlyList<Refusal?> refusals, DateTimeOffset now)
    {
        if (run.Length > 0 && run[0].Seq != shop.Seq + 1)
            throw new InvalidOperationException($"Movement {run[0].Seq} does not follow on {shop.Seq}");
        return new(default(Done), [.. run.Select((m, i) => new ShopEvent.Booked(
            m.Seq, m.Sku, (int)m.Delta, m.Kind, m.At, refusals[i]?.Code, now))]);
    }

    /// <summary>After so many minutes without an answer people hear of it; with the first answer it is over.</summary>
    /// <param name="failing">Since when it has not answered; null: it has.</param>
    public static Decision<ShopEvent, Done> DecideReached(
        this Shop shop, DateTimeOffset? failing, string why, ShopPolicy policy, DateTimeOffset now)
    {
        if (failing is { } since)
        {
            var isLost = shop.AwaySince is null && now - since >= TimeSpan.FromMinutes(policy.AwayMinutes);
            return new(default(Done), isLost ? [new ShopEvent.Lost(why, policy.Role, since, now)] : []);
        }

        return new(default(Done), shop.AwaySince is { } lost ? [new ShopEvent.Found(lost, now)] : []);
    }

    public static Decision<ShopEvent, ShopReconciliation> DecideReconciled(
        this Shop shop, ShopReconciliation result, ShopPolicy policy)
    {
        if (shop.Last is { } done && done.Key == result.Key) return done;
        var before = IsClean(shop.Last) ? 0 : Math.Max(1, shop.Last!.Different);
        var episode = shop.Episode + (before == 0 && !IsClean(result) ? 1 : 0);
        return new(result, new ShopEvent.Reconciled(result, episode, before, policy.Role));
    }

    public static bool IsClean(ShopReconciliation? result) => result is null or { Different: 0, FellBack: false };

    private static ShopTerms Changed(ShopTerms terms, ChangeShop to) =>
        terms with { Title = to.Title ?? terms.Title, Endpoint = to.Endpoint ?? terms.Endpoint };

    private static bool IsGood(ShopTerms terms) =>
        terms.Title.Length is > 0 and <= Limits.TextLengthMax && terms.Endpoint.Length <= Limits.TextLengthMax
        && PortHttp.IsEndpoint(terms.Endpoint);

    /// <summary>Kept for ever, so nothing but ids and numbers of ours gets in.</summary>
    private static ShopMovement Readable(ShopMovement m) => m with
    {
        Sku = Limits.IsId(m.Sku) ? m.Sku.ToUpperInvariant() : Unreadable,
        Kind = Limits.IsId(m.Kind) ? m.Kind : Unreadable,
        Delta = Math.Clamp(m.Delta, -Limits.QuantityMax - 1, Limits.QuantityMax + 1),
    };

    private static Decision<ShopEvent, ShopInfo> After(Shop shop, string id, ShopEvent happened) =>
        new(shop.Apply(happened).Info(id), happened);
}

/// <summary>What of the movements told is to be booked.</summary>
/// <param name="Repeats">Those that were booked before.</param>
/// <param name="Waits">True: some lack before the rest.</param>
/// <param name="Refusal">A booked number was told again with other content; then nothing is booked.</param>
internal sealed record ShopRun(ImmutableArray<ShopMovement> Run, int Repeats, bool Waits, Refusal? Refusal);
