using Ale.Kernel;

namespace Ale.Stock;

/// <summary>What comes in and what is corrected.</summary>
internal sealed partial class Stock
{
    public Decision<StockEvent, StockMove> Decide(ReceiveStock command, string sku)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var reply = new StockMove(command.Id, sku, command.Quantity);
        if (_moves.TryGetValue(Receipt(command.Id), out var content))
            return content == Content(Moved(command.Quantity, command.Warehouse)) ? reply : StockRefusals.Changed;
        return new(reply, new StockEvent.Received(command.Id, command.Quantity, command.Batch, command.Warehouse));
    }

    public Decision<StockEvent, StockMove> Decide(AdjustStock command, string sku)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var reply = new StockMove(command.Id, sku, command.Delta);
        if (_moves.TryGetValue(Adjustment(command.Id), out var content))
            return content == Content(Moved(command.Delta, command.Warehouse)) ? reply : StockRefusals.Changed;
        if (OnHand + command.Delta < 0 || IsMoreThanIn(command.Warehouse, command.Delta)) return StockRefusals.Negative;
        return new(reply, new StockEvent.Adjusted(command.Id, command.Delta, command.Reason, command.Warehouse));
    }
}
