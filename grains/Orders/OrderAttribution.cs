using Ale.Audience;

namespace Ale.Orders;

/// <summary>What an order is shown for (A-51, ORD-07): what it names itself, else what its buyer met last.</summary>
internal sealed partial class OrderGrain
{
    /// <summary>
    /// What the buyer met last within the window before he placed it; null: nobody is asked, as for a guest, for a sale
    /// that is only recorded, or when the order names all itself. Asked once its units are held: in a rush most orders
    /// are refused before.
    /// </summary>
    private async Task<TouchSources?> Touched(string market)
    {
        if (Buyer is not { } buyer || !State.AsksTouches) return null;
        var placed = State.Since;
        var days = policies.For(market.Length > 0 ? market : null, placed).Orders.TouchDays;
        var (last, refusal) = await GrainFactory.Touches(buyer).Last(placed.AddDays(-days), placed);
        return refusal is null ? last : throw new OutcomeUnknownException($"{Key}: touches answer {refusal.Code}");
    }
}

internal sealed partial record Order
{
    /// <summary>What it is shown for, as its buyer's touches made it; null: what it names itself.</summary>
    public TouchSources? Touched { get; init; }

    /// <summary>What it is shown for.</summary>
    public TouchSources Attribution => Touched ?? Content!.Sources;

    /// <summary>False: what its buyer met says nothing about it.</summary>
    public bool AsksTouches => Content!.RecordedAt is null && Content.Sources is not
    {
        SessionId: not null, Channel: not null, CampaignId: not null, PlacementId: not null, ShareId: not null,
    };

    /// <summary>
    /// In each dimension its own word comes first, and a placement that it names speaks for campaign and channel, too;
    /// null when they say no more than it does.
    /// </summary>
    private TouchSources? Led(TouchSources? touched)
    {
        if (touched is null) return null;
        var own = Content!.Sources;
        if (own.PlacementId is not null) touched = touched with { Channel = null, CampaignId = null };
        return own.Or(touched) is var led && led != own ? led : null;
    }
}
