using Ale.Kernel;

namespace Ale.Coupons;

/// <summary>Templates with their figures, and the codes of users, as tables.</summary>
internal sealed class CouponProjection()
    : Projection<CouponEvent>("coupon", 1, "coupon", CouponJson.Default.CouponEvent, Templates, Claims)
{
    public static readonly Table Templates = new("coupon",
    [
        Column.TextKey("template"), Column.Number("off_minor"), Column.Number("percent"), Column.Text("currency"),
        Column.Number("pool"), Column.Number("per_user_max"), Column.Number("min_goods_minor"),
        Column.Number("starts_at"), Column.Number("ends_at"), Column.Text("source"), Column.Sum("claimed"),
        Column.Sum("redeemed"), Column.Sum("spent_minor"), Column.Number("at"),
    ]);

    /// <summary>
    /// <c>state</c> is <c>claimed</c>, <c>held</c> or <c>redeemed</c>: that a free code has expired follows from
    /// <c>expires_at</c>. <c>order_id</c> (with its attempt) is empty while the code is free.
    /// </summary>
    public static readonly Table Claims = new("coupon_claim",
    [
        Column.TextKey("code"), Column.Text("template"), Column.Text("user_id"), Column.Number("number"),
        Column.Text("state"), Column.Number("claimed_at"), Column.Number("expires_at"), Column.Text("order_id"),
        Column.Number("off_minor"), Column.Number("changed_at"),
    ], "user_id, claimed_at");

    protected override void Project(string key, CouponEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case CouponEvent.Defined e:
                Show(views.Row(Templates, key), e.Terms).Set("at", row.At);
                break;
            case CouponEvent.Changed e:
                Show(views.Row(Templates, key), e.Terms);
                break;
            case CouponEvent.Claimed e:
                views.Row(Templates, key).Add("claimed", 1);
                Move(views, e.Code, ClaimState.Claimed, "", 0, e.At).Set("template", key).Set("user_id", e.User)
                    .Set("number", e.Number).Set("claimed_at", e.At).Set("expires_at", e.ExpiresAt);
                break;
            case CouponEvent.Held e:
                Move(views, e.Code, ClaimState.Held, e.OrderId, e.OffMinor, e.At);
                break;
            case CouponEvent.Redeemed e:
                views.Row(Templates, key).Add("redeemed", 1).Add("spent_minor", e.OffMinor);
                Move(views, e.Code, ClaimState.Redeemed, e.OrderId, e.OffMinor, e.At);
                break;
            case CouponEvent.GivenBack e:
                if (e.WasRedeemed) views.Row(Templates, key).Add("redeemed", -1).Add("spent_minor", -e.OffMinor);
                Move(views, e.Code, ClaimState.Claimed, "", 0, e.At);
                break;
        }
    }

    private static ViewRow Show(ViewRow template, CouponTerms t) =>
        template.Set("off_minor", t.OffMinor).Set("percent", t.Percent)
            .Set("currency", t.Currency).Set("pool", t.Pool).Set("per_user_max", t.PerUserMax)
            .Set("min_goods_minor", t.MinGoodsMinor).Set("starts_at", t.StartsAt).Set("ends_at", t.EndsAt)
            .Set("source", t.Source);

    private static ViewRow Move(
        ViewBatch views, string code, ClaimState state, string orderId, long offMinor, DateTimeOffset at) =>
        views.Row(Claims, code).Set("state", state.ToString().ToLowerInvariant()).Set("order_id", orderId)
            .Set("off_minor", offMinor).Set("changed_at", at);
}
