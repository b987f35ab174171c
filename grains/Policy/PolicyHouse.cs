using System.Collections.Frozen;

namespace Ale.Policy;

/// <summary>
/// Which keys are the house's: those of things that belong to no market (a budget, a phase, a campaign), and when jobs
/// run, since a job runs once for all markets. All others are read by something that knows its market.
/// </summary>
internal static class PolicyHouse
{
    private static readonly FrozenSet<string> Things = new[]
    {
        "approval", "budget", "campaign", "cart", "cohort", "cost", "coupon", "exploration", "job", "payment", "phase",
        "placement", "register", "review", "settlement", "shipment", "target", "trial",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool Has(string key, string unit) =>
        unit == "cron" || key == "market.default" || Things.Contains(key[..key.IndexOf('.', StringComparison.Ordinal)]);
}
