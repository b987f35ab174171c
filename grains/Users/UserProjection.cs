using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Users;

/// <summary>Users with their figures, and the points ledger (USR-06), as tables; internal ids alone.</summary>
internal sealed class UserProjection()
    : Projection<UserEvent>("user", 1, "user", UserJson.Default.UserEvent, Users, Entries)
{
    /// <summary>
    /// <c>points</c> spendable, <c>pending</c> not yet; <c>spent_minor</c> net of refunds; <c>tier_review_at</c> null or 0:
    /// the tier is not looked at again.
    /// </summary>
    public static readonly Table Users = new("app_user",
    [
        Column.TextKey("user_id"), Column.Text("market"), Column.Text("currency"), Column.Text("tier"),
        Column.Sum("points"), Column.Sum("pending"), Column.Sum("orders"), Column.Sum("spent_minor"),
        Column.Sum("refunded_minor"),
        Column.FirstNumber("registered_at"), Column.Number("version"), Column.Number("tier_review_at"),
    ], "registered_at, user_id");

    /// <summary><c>kind</c>: earn, reverse, mature, expire; <c>entry_id</c>: the order, of a reversal order/return.</summary>
    public static readonly Table Entries = new("points_entry",
    [
        Column.TextKey("user_id"), Column.NumberKey("no"), Column.Text("entry_id"), Column.Text("kind"),
        Column.Number("points"), Column.Number("balance"), Column.Text("order_id"), Column.Number("at"),
    ]);

    protected override void Project(string key, UserEvent happened, JournalRow row, ViewBatch views)
    {
        var user = views.Row(Users, key).Set("version", row.Next);
        switch (happened)
        {
            case UserEvent.Registered e:
                user.Set("market", e.Market).Set("currency", e.Currency).Set("tier", "new").Set("registered_at", e.At);
                break;
            case UserEvent.MarketChanged e:
                user.Set("market", e.Market).Set("currency", e.Currency);
                break;
            case UserEvent.Earned e:
                user.Add("orders", 1).Add("spent_minor", e.SpentMinor)
                    .Add(e.DueAt is null ? "points" : "pending", e.Points);
                Entry(views, key, e.No, "earn", e.OrderId, e.Points, e.Balance, e.OrderId, e.At);
                break;
            case UserEvent.TierChanged e:
                user.Set("tier", TierName(e.To)).Set("tier_review_at", Ms(e.ReviewAt));
                break;
            case UserEvent.TierReviewed e:
                if (e.IsLowered) user.Set("tier", TierName(e.Would));
                user.Set("tier_review_at", Ms(e.ReviewAt));
                break;
            case UserEvent.Expired e:
                user.Add("points", -e.Points);
                Entry(views, key, e.No, "expire", e.OrderId, -e.Points, e.Balance, e.OrderId, e.At);
                break;
            case UserEvent.Reversed e:
                user.Add("points", e.FromPending - e.Taken).Add("pending", -e.FromPending)
                    .Add("spent_minor", -e.SpentMinor).Add("refunded_minor", e.SpentMinor);
                Entry(views, key, e.No, "reverse", $"{e.OrderId}/{e.ReturnId}", -e.Taken, e.Balance, e.OrderId, e.At);
                break;
            case UserEvent.Matured e:
                user.Add("points", e.Points).Add("pending", -e.Points);
                Entry(views, key, e.No, "mature", e.OrderId, e.Points, e.Balance, e.OrderId, e.At);
                break;
        }
    }

    private static long Ms(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() ?? 0;

    private static string TierName(UserTier tier) => tier switch
    {
        UserTier.New => "new",
        UserTier.Regular => "regular",
        UserTier.Core => "core",
        _ => throw new UnreachableException(),
    };

    private static void Entry(ViewBatch views, string user, long no, string kind, string id, long points, long balance,
        string orderId, DateTimeOffset at) =>
        views.Row(Entries, user, no).Set("kind", kind).Set("entry_id", id).Set("points", points).Set("balance", balance)
            .Set("order_id", orderId).Set("at", at);
}
