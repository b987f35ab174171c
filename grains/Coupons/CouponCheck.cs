using Ale.Kernel;

namespace Ale.Coupons;

/// <summary>Redeemed ≤ claimed ≤ pool; spent = what redeemed codes took off; a code has one order.</summary>
internal sealed class CouponCheck() : JournalCheck<CouponEvent>("coupons", "coupon", CouponJson.Default.CouponEvent)
{
    private sealed class Template
    {
        public int Pool { get; set; }
        public int Claimed { get; set; }
        public Dictionary<string, (string OrderId, long OffMinor, bool IsRedeemed)> Uses { get; } =
            new(StringComparer.Ordinal);
        public Coupon State { get; set; } = Coupon.New();
    }

    private readonly Dictionary<string, Template> _templates = new(StringComparer.Ordinal);

    protected override void Fold(string key, CouponEvent happened)
    {
        if (!_templates.TryGetValue(key, out var template)) _templates[key] = template = new();
        var uses = template.Uses;
        switch (happened)
        {
            case CouponEvent.Defined e:
                template.Pool = e.Terms.Pool;
                break;
            case CouponEvent.Changed e:
                Expect(key, template.Claimed == 0, $"the terms changed after {template.Claimed} codes were claimed");
                template.Pool = e.Terms.Pool;
                break;
            case CouponEvent.Claimed:
                template.Claimed++;
                break;
            case CouponEvent.Held e:
                Expect(key, !uses.ContainsKey(e.Code),
                    $"code {e.Code} is taken for {e.OrderId} while another order has it");
                uses[e.Code] = (e.OrderId, e.OffMinor, false);
                break;
            case CouponEvent.Redeemed e:
                Expect(key, uses.GetValueOrDefault(e.Code) == (e.OrderId, e.OffMinor, false),
                    $"code {e.Code} is redeemed by {e.OrderId}, which does not hold it");
                uses[e.Code] = (e.OrderId, e.OffMinor, true);
                break;
            case CouponEvent.GivenBack e:
                Expect(key,
                    uses.Remove(e.Code, out var use) && use.OrderId == e.OrderId && use.IsRedeemed == e.WasRedeemed,
                    $"code {e.Code} is given back by {e.OrderId}, which does not have it so");
                break;
        }

        template.State = template.State.Apply(happened);
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
        foreach (var (key, template) in _templates)
        {
            var redeemed = template.Uses.Values.Where(u => u.IsRedeemed).ToList();
            var (state, spent) = (template.State, redeemed.Sum(u => u.OffMinor));
            Expect(key, template.Claimed <= template.Pool, $"{template.Claimed} codes are claimed of {template.Pool}");
            Expect(key, redeemed.Count <= template.Claimed,
                $"{redeemed.Count} codes are redeemed of {template.Claimed}");
            Expect(key, state.Redeemed == redeemed.Count && state.SpentMinor == spent,
                $"{state.Redeemed} codes redeemed for {state.SpentMinor}, by their uses {redeemed.Count} for {spent}");
        }
    }
}
