using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Imports;

[StatelessWorker]
internal sealed class ImportQueries(Views views) : Grain, IImportQueries
{
    /// <summary>
    /// One statement, so that all figures are of one moment. What is counted where:
    /// <list type="bullet">
    /// <item>An order counts when it has been paid and was not cancelled since. Its goods, their lines and its charges
    /// are read from the order alone, those of the attempt that was paid: a document that names orders keeps only what
    /// they do not, and should it repeat
    /// their lines or charges, these are not counted twice.</item>
    /// <item>Charges of a document that names no order (a credit note, an invoice of nothing but postage) stand only
    /// there, and are counted from there.</item>
    /// <item>Return lines are the file's: lines with goods of negative quantity and unmatched ones. One that was
    /// matched in part stands twice, and its second half is left out. Units and money taken back are the returns'
    /// own.</item>
    /// <item>Points are the ledgers', of these orders; balance and tier are those of the users who have one, whatever
    /// else they bought. On hand is what there is now of the SKUs sold.</item>
    /// </list>
    /// Sums are cast, since PostgreSQL adds 64-bit numbers up to decimals.
    /// </summary>
    internal const string FiguresSql = """
        with o as (
            select s.id, s.attempt, s.user_id, s.goods_minor
            from {import_order} i join {sales_order} s on s.id = i.order_id
            where i.import = @import and s.state in ('paid', 'shipped', 'delivered', 'partly_refunded', 'refunded')),
        l as (
            select x.sku, x.quantity from {sales_order_line} x
            join o on o.id = x.order_id and o.attempt = x.attempt),
        c as (
            select x.amount_minor from {sales_order_charge} x
            join o on o.id = x.order_id and o.attempt = x.attempt
            union all
            select x.amount_minor from {import_line} x
            join {import_document} d on d.import = x.import and d.no = x.document
            where x.import = @import and x.kind = 'charge' and d.orders = 0),
        d as (select kind, quantity, part from {import_line} where import = @import),
        r as (select x.order_id, x.id, x.state, x.refund_minor from {sales_return} x join o on o.id = x.order_id),
        u as (
            select a.user_id, a.tier, a.points from {app_user} a
            where a.user_id in (select user_id from o where user_id is not null)),
        p as (
            select e.kind, abs(e.points) as points from {points_entry} e
            join o on o.user_id = e.user_id and o.id = e.order_id where e.kind in ('earn', 'reverse'))
        select
            (select count(*) from o) as Orders,
            (select count(*) from o where user_id is null) as GuestOrders,
            (select count(*) from l) as OrderLines,
            (select count(distinct sku) from l) as Skus,
            (select cast(coalesce(sum(quantity), 0) as bigint) from l) as UnitsSold,
            (select cast(coalesce(sum(goods_minor), 0) as bigint) from o) as SalesMinor,
            (select count(*) from c) as ChargeLines,
            (select cast(coalesce(sum(amount_minor), 0) as bigint) from c) as ChargesMinor,
            (select count(*) from d where kind = 'unpriced') as UnpricedLines,
            (select count(*) from d where part = 0 and (kind = 'unmatched' or (kind = 'product' and quantity < 0)))
                as ReturnLines,
            (select cast(coalesce(sum(x.quantity), 0) as bigint) from {sales_return_line} x
                join r on r.order_id = x.order_id and r.id = x.return_id) as UnitsReturned,
            (select cast(coalesce(sum(-quantity), 0) as bigint) from d where kind = 'unmatched')
                as UnitsReturnUnmatched,
            (select cast(coalesce(sum(refund_minor), 0) as bigint) from r where state = 'refunded') as RefundMinor,
            (select count(distinct user_id) from o) as Users,
            (select cast(coalesce(sum(points), 0) as bigint) from p where kind = 'earn') as PointsEarned,
            (select cast(coalesce(sum(points), 0) as bigint) from p where kind = 'reverse') as PointsReversed,
            (select cast(coalesce(sum(points), 0) as bigint) from u) as PointsBalance,
            (select count(*) from u where tier = 'new') as TierNew,
            (select count(*) from u where tier = 'regular') as TierRegular,
            (select count(*) from u where tier = 'core') as TierCore,
            (select cast(coalesce(sum(on_hand), 0) as bigint) from {sku} where sku in (select sku from l)) as OnHand
        """;

    public async Task<Outcome<ImportFigures>> Figures(string import, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<ImportFigures>(FiguresSql, new { import }, at, ct);
        if (refusal is not null) return refusal;
        return new Outcome<ImportFigures>(rows![0], null) { At = at };
    }
}
