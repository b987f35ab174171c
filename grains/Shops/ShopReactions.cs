using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Shops;

/// <summary>
/// What a shop and we cannot settle between ourselves stands in an inbox: a sale of units that are not here, a shop
/// that does not answer, ledgers that differ.
/// </summary>
internal sealed class ShopReactions(PolicyBook policies, JournalClock time)
    : Reaction<ShopEvent>("shop-inbox", "shop", ShopJson.Default.ShopEvent)
{
    private const string By = "shops";

    protected override async Task<Refusal?> React(
        string key, ShopEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case ShopEvent.Booked { Refused: { } why } e:
                var (shop, unknown) = await grains.Shop(key).Get();
                if (unknown is not null) return unknown;
                var market = policies.Knows(shop!.Terms.Market) ? shop.Terms.Market : null;
                var role = policies.For(market, time.GetUtcNow()).Shops.Role;
                return await grains.OpenItem(RefusedItem(key, e), new("shop_movement_refused",
                    $"Shop {key} moved {e.Sku}, and our stock could not follow ({why})",
                    $"shop/{key}/{e.Sku}", role, InboxSeverity.Alarm, null), By);
            case ShopEvent.Lost e:
                return await grains.OpenItem(AwayItem(key, e.Since), new("shop_away",
                    $"Shop {key} does not answer; it sells from what it was told last", $"shop/{key}", e.Role,
                    InboxSeverity.Alarm, null), By);
            case ShopEvent.Found e:
                return await grains.CloseItem(AwayItem(key, e.Since), By, "it answers again");
            case ShopEvent.Reconciled { Result: var r } e when !ShopDecide.IsClean(r):
                if (e.Before > 0) return null; // it stands there since the first of these
                return await grains.OpenItem(DifferenceItem(key, e.Episode), new("stock_difference", TitleOf(key, r),
                    $"shop/{key}", e.Role, InboxSeverity.Alarm, null), By);
            case ShopEvent.Reconciled { Before: > 0 } e:
                return await grains.CloseItem(DifferenceItem(key, e.Episode), By, "both ledgers agree");
            default:
                return null;
        }
    }

    /// <summary>One a SKU and reason each day of the world's clock, however often it happens.</summary>
    public static string RefusedItem(string shop, ShopEvent.Booked e) => CauseIds.Of("shop_movement_refused",
        FormattableString.Invariant($"{shop}/{e.Sku}/{e.Refused}/{e.At:yyyy-MM-dd}"));

    public static string AwayItem(string shop, DateTimeOffset since) =>
        CauseIds.Of("shop_away", FormattableString.Invariant($"{shop}/{since.ToUnixTimeMilliseconds()}"));

    public static string DifferenceItem(string shop, int episode) =>
        CauseIds.Of("stock_difference", FormattableString.Invariant($"{shop}/{episode}"));

    private static string TitleOf(string shop, ShopReconciliation r)
    {
        if (r.FellBack) return FormattableString.Invariant(
            $"Shop {shop} has fallen back to movement {r.Seq}: it has lost data, and sells from an old state");
        var first = string.Join(", ", r.Differences.Take(5).Select(d => d.Theirs is { } theirs
            ? FormattableString.Invariant($"{d.Sku} {theirs - d.Ours:+0;-0}")
            : FormattableString.Invariant($"{d.Sku} unknown there")));
        return FormattableString.Invariant($"Shop {shop} differs from our stock in {r.Different} SKUs: {first}");
    }
}
