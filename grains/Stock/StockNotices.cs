using Ale.Inbox;
using Ale.Kernel;
using Ale.Registers;
using Ale.Supply;

namespace Ale.Stock;

/// <summary>What somebody is to hear of.</summary>
internal enum StockNews
{
    /// <summary>Returned units should have been scanned by now.</summary>
    InspectionLate,

    /// <summary>They are scanned after all.</summary>
    InspectionDone,

    /// <summary>A scan found scrap: the supplier is to answer for it.</summary>
    SupplierClaim,

    /// <summary>A correction left fewer units on hand than are held (S05).</summary>
    Shortfall,
}

/// <summary>News that is not told yet.</summary>
/// <param name="No">Counts from 1.</param>
/// <param name="Id">Of the put-back, the scan or the correction.</param>
internal sealed record StockNotice(
    long No, StockNews What, string Id, int Units, string? ReturnId, string? OrderId, DateTimeOffset At)
{
    /// <summary>The youngest holds that a shortfall leaves without units.</summary>
    public string? Holds { get; init; }
}

/// <summary>News is kept here until it is told, one after the other. Invariant: each is told in its order.</summary>
internal sealed partial class Stock
{
    /// <summary>Most holds that a shortfall names.</summary>
    public const int ShortHoldsMax = 20;

    private readonly Queue<StockNotice> _notices = new();
    private long _noticesEver;

    /// <summary>What is to be told next; null: nothing.</summary>
    public StockNotice? NextNotice => _notices.TryPeek(out var first) ? first : null;

    private DateTimeOffset? NoticeDueAt => NextNotice?.At;

    public Decision<StockEvent, Done> DecideTold(StockNotice notice, string? supplier, DateTimeOffset now) =>
        NextNotice?.No != notice.No ? new Done()
        : new Decision<StockEvent, Done>(new Done(), notice.What == StockNews.SupplierClaim
            ? new StockEvent.ClaimOpened(
                notice.No, notice.Id, notice.Units, supplier, notice.ReturnId, notice.OrderId, now)
            : new StockEvent.NoticeTold(notice.No, now));

    /// <summary>
    /// A correction that leaves fewer units than are held says how many, never more than are held, and whose holds are
    /// the youngest (S05).
    /// </summary>
    public Decision<StockEvent, StockMove> WithShortfall(Decision<StockEvent, StockMove> decision, DateTimeOffset now)
    {
        if (decision.Events is not [StockEvent.Adjusted { Delta: < 0 } e]) return decision;
        var units = (int)Math.Min(Held, Held - (OnHand + e.Delta));
        if (units <= 0) return decision;
        var (youngest, named) = (new List<string>(), 0);
        foreach (var (id, hold) in _holds.OrderByDescending(h => h.Value.StartedAt)
            .ThenByDescending(h => h.Key, StringComparer.Ordinal).Take(ShortHoldsMax))
        {
            if (named >= units) break;
            youngest.Add(id);
            named += hold.Quantity;
        }

        return new(decision.Reply, e, new StockEvent.Short(e.Id, units, string.Join(", ", youngest), now));
    }

    /// <summary>
    /// Whether units are there for a hold after all that began before it (S05); one that is not held here any more is
    /// not looked at, for it is claimed anew.
    /// </summary>
    public Decision<StockEvent, bool> DecideCovers(string id)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        if (Held <= OnHand || !_holds.TryGetValue(id, out var own)) return true;
        var before = _holds.Where(h => h.Value.StartedAt < own.StartedAt
            || (h.Value.StartedAt == own.StartedAt && string.CompareOrdinal(h.Key, id) < 0))
            .Sum(h => (long)h.Value.Quantity);
        return before + own.Quantity <= OnHand;
    }

    private void Apply(StockEvent.Short e)
    {
        Notice(StockNews.Shortfall, e.Id, e.Units, null, null, e.At, e.Holds);
    }

    private void Forget(long no)
    {
        if (NextNotice?.No == no) _notices.Dequeue();
    }

    private void Notice(StockNews what, string id, int units, string? returnId, string? orderId, DateTimeOffset at,
        string? holds = null) =>
        _notices.Enqueue(new(++_noticesEver, what, id, units, returnId, orderId, at) { Holds = holds });
}

/// <summary>Tells news to the slices to the left; each of it may be told again.</summary>
internal static class StockDesk
{
    private const string By = "stock";

    /// <summary>Tells it; whom a claim is for, or null.</summary>
    public static async Task<string?> Tell(IGrainFactory grains, string sku, StockNotice notice, string role)
    {
        string? supplier = null;
        var from = notice.OrderId is { } order ? $"return {notice.ReturnId} of order {order}"
            : notice.ReturnId is { } id ? $"return {id}" : "an unnamed return";
        switch (notice.What)
        {
            case StockNews.InspectionLate:
                await Open("inspection_late", notice.Id, $"{notice.Units} units of {sku} wait for a scan: {from}",
                    InboxSeverity.Warning);
                break;
            case StockNews.InspectionDone:
                var refusal = (await grains.InboxItem(LateItemOf(sku, notice.Id)).Close(By, "scanned")).Refusal;
                if (refusal != InboxRefusals.Unknown) Sure(refusal);
                break;
            case StockNews.SupplierClaim:
                supplier = await Supplier(grains, sku);
                await Open("supplier_claim", notice.Id,
                    $"Claim {notice.Units} units of {sku} from {supplier ?? "an unknown supplier"}: {from}",
                    InboxSeverity.Warning);
                break;
            default:
                await Open("stock_shortfall", notice.Id,
                    $"{notice.Units} units of {sku} are held and not there; youngest holds: {notice.Holds}",
                    InboxSeverity.Alarm);
                break;
        }

        return supplier;

        async Task Open(string kind, string cause, string title, InboxSeverity severity)
        {
            var text = title.Cut(Limits.TextLengthMax);
            var opened = await grains.InboxItem(ItemOf(kind, sku, cause)).Open(
                new(kind, text, $"sku/{sku}", role, severity, null), By);
            // Told before a crash, and by another policy or supplier: it stands there already.
            if (opened.Refusal != InboxRefusals.Changed) Sure(opened.Refusal);
        }

        void Sure(Refusal? refusal)
        {
            if (refusal is not null) throw new OutcomeUnknownException($"{sku}: {refusal.Code}");
        }
    }

    /// <summary>The item that says that a return waits too long.</summary>
    public static string LateItemOf(string sku, string putBack) => ItemOf("inspection_late", sku, putBack);

    /// <summary>The item of a scan's claim.</summary>
    public static string ClaimItemOf(string sku, string inspection) => ItemOf("supplier_claim", sku, inspection);

    /// <summary>The item of a correction's shortfall.</summary>
    public static string ShortfallItemOf(string sku, string adjustment) => ItemOf("stock_shortfall", sku, adjustment);

    private static string ItemOf(string kind, string sku, string cause) => CauseIds.Of(kind, $"{sku}/{cause}");

    /// <summary>Who is registered for the SKU now; null: nobody.</summary>
    private static async Task<string?> Supplier(IGrainFactory grains, string sku)
    {
        var (gate, refusal) = await grains.Register(PurchaseKeys.SupplierRegister, sku).Valid(null, []);
        if (refusal is not null) throw new OutcomeUnknownException($"{sku}: {refusal.Code}");
        return gate!.Entry?.Terms.Attributes.FirstOrDefault(a => a.Name == PurchaseKeys.SupplierAttribute).Value;
    }
}
