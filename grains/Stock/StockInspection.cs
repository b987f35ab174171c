using Ale.Kernel;

namespace Ale.Stock;

/// <summary>
/// Returned units wait in quarantine until a scan says what becomes of them (SHP-02). Invariant: what leaves quarantine
/// was in it, and is on hand or scrapped.
/// </summary>
internal sealed partial class Stock
{
    /// <summary>Units that a scan has taken out for good.</summary>
    public long Scrapped { get; private set; }

    public Decision<StockEvent, StockInspection> Decide(InspectStock command, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        if (command.Quantity is < 1 or > Limits.QuantityMax || !Enum.IsDefined(command.Grade))
            return InspectionRefusals.BadTerms;
        var reply = new StockInspection(command.Id, sku, command.Quantity, command.Grade);
        if (_moves.TryGetValue(Inspection(command.Id), out var content))
            return content == Scan(command.Quantity, command.Grade) ? reply : StockRefusals.Changed;
        if (Quarantine < command.Quantity) return InspectionRefusals.NotQuarantined;
        return new(reply, new StockEvent.Inspected(
            command.Id, command.ReturnId, command.Quantity, command.Grade, command.By, now));
    }

    private void Apply(StockEvent.Inspected e)
    {
        _moves[Inspection(e.Id)] = Scan(e.Quantity, e.Grade);
        if (e.Grade == InspectionGrade.B) return; // they stay where they are
        Quarantine -= e.Quantity;
        if (e.Grade == InspectionGrade.A) OnHand += e.Quantity;
        else Scrapped += e.Quantity;
    }

    private static long Inspection(string id) => IdHash.Of($"i/{id}");

    private static int Scan(int quantity, InspectionGrade grade) => Content($"{quantity}/{grade}");
}
