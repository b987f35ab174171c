using Ale.Kernel;

namespace Ale.Stock;

/// <summary>Units of one return that are in quarantine.</summary>
/// <param name="Id">Of their put-back: <c>order/r/return</c>, or <c>claim/back</c> for an exchange.</param>
/// <param name="Units">In quarantine.</param>
/// <param name="Unseen">Of those, not scanned yet.</param>
/// <param name="DueAt">When all must have been scanned.</param>
/// <param name="IsLate">It was said that they are late.</param>
internal sealed record WaitingReturn(string Id, int Units, int Unseen, DateTimeOffset DueAt, bool IsLate)
{
    /// <summary>The order and the return that an id of a put-back names; no order: an exchange.</summary>
    public static (string? Order, string Return) Parse(string id) => id.Split('/') switch
    {
        [var order, "r", var back] => (order, back),
        [var claim, ..] => (null, claim),
        _ => (null, id),
    };

    public bool Is(string returnId, string? orderId) =>
        Parse(Id) is var (order, back) && back == returnId && (orderId is null || orderId == order);
}

/// <summary>
/// Returned units wait in quarantine until a scan says what becomes of them, each return with a clock of its own
/// (SHP-02). Invariants: what leaves quarantine was in it, and is on hand or scrapped; waiting returns together have at
/// most the units in quarantine; at most 4,096 of them have a clock.
/// </summary>
internal sealed partial class Stock
{
    public const int WaitingMax = 4_096;

    private readonly List<WaitingReturn> _waiting = []; // the oldest first

    /// <summary>Units that a scan has taken out for good.</summary>
    public long Scrapped { get; private set; }

    /// <summary>Returns with a clock, the oldest first.</summary>
    public IReadOnlyList<WaitingReturn> Waiting => _waiting;

    /// <summary>When the next of them is late.</summary>
    private DateTimeOffset? InspectionDueAt { get; set; }

    public Decision<StockEvent, StockInspection> Decide(InspectStock command, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        if (command.Quantity is < 1 or > Limits.QuantityMax || !Enum.IsDefined(command.Grade))
            return InspectionRefusals.BadTerms;
        var reply = new StockInspection(command.Id, sku, command.Quantity, command.Grade);
        if (_moves.TryGetValue(Inspection(command.Id), out var content))
            return content == Scan(command.Quantity, command.Grade) ? reply : StockRefusals.Changed;
        var places = Of(command.ReturnId, command.OrderId).ToArray();
        if (command.ReturnId is not null)
        {
            if (places.Length == 0) return InspectionRefusals.UnknownReturn;
            var there = places.Sum(w => command.Grade == InspectionGrade.B ? w.Unseen : w.Units);
            if (there < command.Quantity) return InspectionRefusals.NotQuarantined;
        }

        if (Quarantine < command.Quantity) return InspectionRefusals.NotQuarantined;
        return new(reply, new StockEvent.Inspected(command.Id, command.ReturnId, command.Quantity, command.Grade,
            command.By, now, command.OrderId));
    }

    /// <summary>What is put back into quarantine is to be scanned within so many hours.</summary>
    public static Decision<StockEvent, StockMove> Clocked(
        Decision<StockEvent, StockMove> decision, int hours, DateTimeOffset now) => new(decision.Reply,
            [.. decision.Events.Select(e => e is StockEvent.PutBack { Quarantine: true } back
                ? back with { InspectBy = now + TimeSpan.FromHours(hours) } : e)]);

    /// <summary>Says of each return whose time is over that it is late, once.</summary>
    private IEnumerable<StockEvent> LateInspections(DateTimeOffset now) => InspectionDueAt <= now
        ? _waiting.Where(w => IsClocked(w) && w.DueAt <= now)
            .Select(w => new StockEvent.InspectionLate(w.Id, w.Unseen, w.DueAt, now))
        : [];

    private void Await(StockEvent.PutBack e)
    {
        if (e is not { Quarantine: true, InspectBy: { } due } || _waiting.Count == WaitingMax) return;
        _waiting.Add(new(e.Id, e.Quantity, e.Quantity, due, false));
        FindInspectionDue();
    }

    private void Apply(StockEvent.Inspected e)
    {
        _moves[Inspection(e.Id)] = Scan(e.Quantity, e.Grade);
        See(e);
        if (e.Grade == InspectionGrade.B) return; // they stay where they are
        Quarantine -= e.Quantity;
        if (e.Grade == InspectionGrade.A) OnHand += e.Quantity;
        else
        {
            Scrapped += e.Quantity;
            Notice(StockNews.SupplierClaim, e.Id, e.Quantity, e.ReturnId, e.OrderId, e.At);
        }
    }

    private void Apply(StockEvent.InspectionLate e)
    {
        var i = _waiting.FindIndex(w => w.Id == e.Id);
        if (i >= 0) _waiting[i] = _waiting[i] with { IsLate = true };
        var (order, back) = WaitingReturn.Parse(e.Id);
        Notice(StockNews.InspectionLate, e.Id, e.Units, back, order, e.At);
        FindInspectionDue();
    }

    /// <summary>
    /// The scanned units leave their returns, the oldest first. Of one return those not yet seen are meant before those
    /// that were sent to be refurbished.
    /// </summary>
    private void See(StockEvent.Inspected e)
    {
        var left = e.Quantity;
        foreach (var w in Of(e.ReturnId, e.OrderId).ToArray())
        {
            var units = Math.Min(left, e.Grade == InspectionGrade.B ? w.Unseen : w.Units);
            if (units == 0) continue;
            left -= units;
            var seen = w with
            {
                Units = e.Grade == InspectionGrade.B ? w.Units : w.Units - units,
                Unseen = Math.Max(0, w.Unseen - units),
            };
            var i = _waiting.IndexOf(w);
            if (seen.Units == 0) _waiting.RemoveAt(i);
            else _waiting[i] = seen;
            if (w is { IsLate: true, Unseen: > 0 } && seen.Unseen == 0)
                Notice(StockNews.InspectionDone, w.Id, 0, null, null, e.At);
        }

        FindInspectionDue();
    }

    private IEnumerable<WaitingReturn> Of(string? returnId, string? orderId) =>
        returnId is null ? _waiting : _waiting.Where(w => w.Is(returnId, orderId));

    private static bool IsClocked(WaitingReturn w) => w is { IsLate: false, Unseen: > 0 };

    private void FindInspectionDue() =>
        InspectionDueAt = _waiting.Where(IsClocked).Min(w => (DateTimeOffset?)w.DueAt);

    private static long Inspection(string id) => IdHash.Of($"i/{id}");

    private static int Scan(int quantity, InspectionGrade grade) => Content($"{quantity}/{grade}");
}
