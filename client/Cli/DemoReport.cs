using System.Collections.Immutable;

namespace Ale.Cli;

/// <summary>One SKU at the demo's end: what was received and paid here, and what the cluster says.</summary>
internal sealed record DemoSku(string Sku, long Received, long Paid, long Sold, long Held, long OnHand, long Quarantine)
{
    /// <summary>Units promised beyond what was received; anything but 0 is an oversell.</summary>
    public long Oversold => Math.Max(0, Sold + Held - Received);

    /// <summary>Not oversold, no unit made or lost, and sold is what buyers paid for and kept.</summary>
    public bool Ok => Oversold == 0 && OnHand + Sold + Quarantine == Received && Held <= OnHand && Sold == Paid;
}

/// <summary>What a demo ends with; <c>Refused</c> counts what a sold-out evening brings, by code.</summary>
internal sealed record DemoReport
{
    public required string Id { get; init; }
    public required int Sessions { get; init; }
    public required int Users { get; init; }
    public required long Orders { get; init; }
    public required long Paid { get; init; }
    public required long PaidMinor { get; init; }
    public required long Cancelled { get; init; }
    public required long Abandoned { get; init; }
    public required SortedDictionary<string, int> Refused { get; init; }
    public required ImmutableArray<DemoSku> Skus { get; init; }
    public required double Seconds { get; init; }
    public long Oversold => Skus.Sum(s => s.Oversold);
    public bool Ok => Paid > 0 && Skus.All(s => s.Ok);
}
