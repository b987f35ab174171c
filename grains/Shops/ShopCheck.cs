using Ale.Kernel;

namespace Ale.Shops;

/// <summary>A shop's movements are booked once each, in order, without gaps.</summary>
internal sealed class ShopCheck() : JournalCheck<ShopEvent>("shops", "shop", ShopJson.Default.ShopEvent)
{
    private readonly Dictionary<string, long> _seqs = new(StringComparer.Ordinal);

    protected override void Fold(string key, ShopEvent happened)
    {
        if (happened is not ShopEvent.Booked e) return;
        var before = _seqs.GetValueOrDefault(key);
        Expect(key, e.Seq == before + 1, $"movement {e.Seq} is booked after {before}");
        _seqs[key] = e.Seq;
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
    }
}
