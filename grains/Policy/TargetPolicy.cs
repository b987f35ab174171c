namespace Ale.Policy;

/// <summary>The plan's targets (DAT-08, DAT-12).</summary>
/// <param name="Days">By when, from the first day of phase 1.</param>
/// <param name="PlaysPerDay">Plays a day.</param>
/// <param name="Followers">New followers since day 0.</param>
/// <param name="ConversionPercent">Of a session's viewers who pay.</param>
/// <param name="Owner">The role that answers for them.</param>
internal sealed record TargetPolicy(int Days, long PlaysPerDay, long Followers, int ConversionPercent, string Owner)
{
    /// <summary>From day 0 on, how long a baseline is measured; then it is frozen .</summary>
    public required int BaselineDays { get; init; }

    /// <summary>Who orders again within so many days has come back,</summary>
    public required int AgainDays { get; init; }

    /// <summary>and so much more than the baseline are to.</summary>
    public required int AgainUpliftPercent { get; init; }

    /// <summary>Mean minutes from the opening of an after-sales case to its decision.</summary>
    public required int AfterSalesMinutes { get; init; }

    /// <summary>Of orders promised in two hours, how many come in time.</summary>
    public required int FastPercent { get; init; }

    /// <summary>How much less is paid for what was bought before.</summary>
    public required int PurchaseSavingPercent { get; init; }

    /// <summary>From so much of its course on a target is amber and not red, percent; green is 100 and more.</summary>
    public required int AmberPercent { get; init; }

    /// <summary>Business days that a figure of now is made of.</summary>
    public required int MeanDays { get; init; }

    /// <summary>Business days over which the cost of purchases is compared.</summary>
    public required int CostDays { get; init; }

    /// <summary>The upper end of what the plan asks (N-62): what is above it is more than was planned.</summary>
    public required int PurchaseSavingPercentMax { get; init; }

    /// <summary>When the board is gone through; every market's day before is over then.</summary>
    public required string Cron { get; init; }

    internal static TargetPolicy From(
        Func<string, int> whole, Func<string, long> money, Func<string, string> text) =>
        new(whole("target.days"), money("target.playsPerDay"), money("target.followers"),
            whole("target.conversionPercent"), text("target.owner"))
        {
            BaselineDays = whole("target.baselineDays"),
            AgainDays = whole("target.againDays"),
            AgainUpliftPercent = whole("target.againUpliftPercent"),
            AfterSalesMinutes = whole("target.afterSalesMinutes"),
            FastPercent = whole("target.fastPercent"),
            AmberPercent = whole("target.amberPercent"),
            MeanDays = whole("target.meanDays"),
            CostDays = whole("target.costDays"),
            PurchaseSavingPercent = whole("target.purchaseSavingPercent"),
            PurchaseSavingPercentMax = whole("target.purchaseSavingPercentMax"),
            Cron = text("target.cron"),
        };
}
