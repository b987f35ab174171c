using System.Collections.Immutable;
using System.Globalization;

namespace Ale.Policy;

/// <summary>Facts that shares are estimated from, each with its source (DAT-13).</summary>
/// <param name="ShortVideoUsers">People who watch short videos.</param>
/// <param name="UserGrowthPercent">How many more than the year before.</param>
/// <param name="LiveMarketMillions">What is sold live in a year, million yuan.</param>
internal sealed record MarketFacts(long ShortVideoUsers, int UserGrowthPercent, long LiveMarketMillions);

/// <summary>Trials and events (USR-05).</summary>
/// <param name="HighPotentialPercent">Of a trial's places, for people of high potential who are not core .</param>
/// <param name="FeedbackDays">How long feedback may take.</param>
/// <param name="Role">Whose inbox hears of feedback that is owed.</param>
internal sealed record EnrolmentPolicy(int HighPotentialPercent, int FeedbackDays, string Role);

/// <summary>Cohorts of users (USR-11).</summary>
/// <param name="Goal">How many are recruited when nobody says another number.</param>
/// <param name="Days">In how long.</param>
/// <param name="Role">Whose inbox hears of a cohort that did not reach its goal.</param>
internal sealed record CohortPolicy(int Goal, int Days, string Role);

/// <summary>Trials of something new (PHS-04).</summary>
/// <param name="Role">Whose inbox hears that somebody is to say stop or go.</param>
internal sealed record PortfolioPolicy(string Role);

/// <summary>The numbers of campaigns and placements (CAM-01, CAM-02). Money is in minor units of the market.</summary>
/// <param name="CostLimitMinor">A result that costs more has the strategy adjusted.</param>
/// <param name="EvaluateResults">So many results, or</param>
/// <param name="EvaluateSpendMinor">so much spent since the last adjustment, and the cost is looked at .</param>
/// <param name="BidCutPercent">How much less is bid in the first adjustment.</param>
/// <param name="AuthoriseHours">How long authorised money is held.</param>
/// <param name="PostSeconds">How long spend is gathered before the budget line books it.</param>
/// <param name="RetrySeconds">After how long a line that refused is asked again.</param>
/// <param name="ReportDays">How far back a report may lie.</param>
/// <param name="Role">Whose inbox hears of steps, adjustments and stops.</param>
internal sealed record CampaignPolicy(
    long CostLimitMinor, int EvaluateResults, long EvaluateSpendMinor, int BidCutPercent, int AuthoriseHours,
    int PostSeconds, int RetrySeconds, int ReportDays, string Role)
{
    /// <summary>When what placements brought is worked out (CAM-03).</summary>
    public required string ReturnCron { get; init; }

    /// <summary>Days after the close that a brand campaign's effect is measured over (CAM-05).</summary>
    public required ImmutableArray<int> EffectDays { get; init; }

    /// <summary>When themes, effects and the rest of a day's campaign work are looked at.</summary>
    public required string DayCron { get; init; }

    /// <summary>Days before its start and after its end that a campaign is heard of too (CAM-10).</summary>
    public required int AroundDays { get; init; }

    /// <summary>A theme without a campaign so many days before its date is due (CAM-09).</summary>
    public required int ThemeDays { get; init; }

    /// <summary>A clip with so many plays within a day is proposed for more (CAM-11),</summary>
    public required int BoostPlays { get; init; }

    /// <summary>this much more.</summary>
    public required long BoostMinor { get; init; }

    /// <summary>When clips are looked at.</summary>
    public required string BoostCron { get; init; }

    /// <summary>Prime time: sessions that start from here on,</summary>
    public required TimeOnly PrimeFrom { get; init; }

    /// <summary>and before here.</summary>
    public required TimeOnly PrimeTo { get; init; }

    /// <summary>Prime slots that an award brings in the quarter after it (CAM-12).</summary>
    public required int TiltSlots { get; init; }

    /// <summary>When a quarter's awards are turned into slots.</summary>
    public required string TiltCron { get; init; }

    internal static CampaignPolicy From(
        Func<string, int> whole, Func<string, long> money, Func<string, string> text) =>
        new(money("placement.costLimitMinor"), whole("placement.evaluateResults"),
            money("placement.evaluateSpendMinor"), whole("placement.bidCutPercent"),
            whole("placement.authoriseHours"), whole("placement.postSeconds"), whole("placement.retrySeconds"),
            whole("placement.reportDays"), text("campaign.role"))
        {
            ReturnCron = text("placement.returnCron"),
            EffectDays = [whole("campaign.effectDaysShort"), whole("campaign.effectDaysMiddle"),
                whole("campaign.effectDaysLong")],
            DayCron = text("campaign.dayCron"),
            AroundDays = whole("campaign.aroundDays"),
            ThemeDays = whole("campaign.themeDays"),
            BoostPlays = whole("campaign.boostPlays"),
            BoostMinor = money("campaign.boostMinor"),
            BoostCron = text("campaign.boostCron"),
            PrimeFrom = TimeOnly.Parse(text("campaign.primeFrom"), CultureInfo.InvariantCulture),
            PrimeTo = TimeOnly.Parse(text("campaign.primeTo"), CultureInfo.InvariantCulture),
            TiltSlots = whole("campaign.tiltSlots"),
            TiltCron = text("campaign.tiltCron"),
        };
}
