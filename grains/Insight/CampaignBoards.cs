using System.Collections.Immutable;
using System.Globalization;
using Ale.Campaigns;
using Ale.Registers;

namespace Ale.Insight;

/// <summary>The year's themes and what became of them (CAM-09); pure.</summary>
internal static class ThemeBoards
{
    /// <summary>By plan, as <c>cn-2026</c>: <c>date</c>, and <c>channels</c> for people.</summary>
    public const string Register = "brand_theme";

    /// <summary>How a campaign names a theme, and its plan with it.</summary>
    public static string Named(string plan, string theme) => $"{plan}:{theme}";

    /// <param name="market">Whose plan a campaign means that names a theme alone; campaigns have no market.</param>
    public static ThemeBoard Of(string plan, int? quarter, IEnumerable<RegisterEntry> entries,
        IEnumerable<ThemeCampaign> campaigns, DateOnly today, int dueDays, string market)
    {
        var byTheme = campaigns.ToLookup(c => c.Theme, StringComparer.Ordinal);
        ImmutableArray<Theme> themes =
        [
            .. entries.Where(e => e.State is RegisterState.Valid or RegisterState.NotYet)
                .Select(e => (Entry: e, Date: DateOf(e))).Where(e => e.Date is not null)
                .Where(e => quarter is null || (e.Date!.Value.Month + 2) / 3 == quarter)
                .Select(e =>
                {
                    var campaign = byTheme[Named(plan, e.Entry.Id)]
                        .Concat(byTheme[e.Entry.Id].Where(c => IsOf(c, plan, e.Date!.Value, market)))
                        .OrderByDescending(c => c.State).ThenBy(c => c.Id, StringComparer.Ordinal).FirstOrDefault();
                    return new Theme(e.Entry.Id, e.Entry.Terms.Title, e.Date!.Value, Attribute(e.Entry, "channels"),
                        campaign?.Id, StateOf(e.Date.Value, campaign?.State, today, dueDays));
                })
                .OrderBy(t => t.Date).ThenBy(t => t.Id, StringComparer.Ordinal),
        ];
        return new(plan, Count(ThemeState.Done), Count(ThemeState.Late), Count(ThemeState.Due),
            Count(ThemeState.Ahead), themes);

        int Count(ThemeState state) => themes.Count(t => t.State == state);
    }

    /// <summary>Whether a campaign that names a theme alone means this plan's.</summary>
    private static bool IsOf(ThemeCampaign c, string plan, DateOnly date, string market) =>
        plan.StartsWith(market + "-", StringComparison.Ordinal) && ((c.From <= date && date <= c.To)
            || (plan == PlanOf(market, c.From) && plan == PlanOf(market, c.To)));

    /// <summary>A market's plan of a day's year.</summary>
    public static string PlanOf(string market, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"{market}-{day.Year:D4}");

    /// <param name="campaign">Null: there is none.</param>
    public static ThemeState StateOf(DateOnly date, CampaignState? campaign, DateOnly today, int dueDays) =>
        campaign >= CampaignState.Closed ? ThemeState.Done
        : date < today ? ThemeState.Late
        : campaign is null && date <= today.AddDays(dueDays) ? ThemeState.Due : ThemeState.Ahead;

    private static DateOnly? DateOf(RegisterEntry entry) => DateOnly.TryParseExact(
        Attribute(entry, "date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day : null;

    private static string? Attribute(RegisterEntry entry, string name) =>
        entry.Terms.Attributes.FirstOrDefault(a => a.Name == name).Value;
}

/// <summary>A campaign that carries out a theme.</summary>
/// <param name="Theme">As it names it, with the plan or without.</param>
internal sealed record ThemeCampaign(string Id, string Theme, CampaignState State, DateOnly From, DateOnly To);

/// <summary>Prime slots that awards, and the lead in a quarter, bring (CAM-12); pure.</summary>
internal static class PrimeSlots
{
    /// <summary>By host, an entry for each award: <c>slots</c>.</summary>
    public const string Register = "prime_slots";

    /// <summary>Likewise by category, for the one that led (BUD-13).</summary>
    public const string CategoryRegister = "prime_slots_category";

    /// <summary>By host, entries whose id begins with the quarter they were won in, as <c>2026-Q1-conversion</c>; it
    /// stands in for the grain of awards.</summary>
    public const string Award = "award";

    public static DateOnly FirstOf(DateOnly day) => new(day.Year, (((day.Month - 1) / 3) * 3) + 1, 1);

    public static string QuarterOf(DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"{day.Year:D4}-Q{((day.Month - 1) / 3) + 1}");

    /// <summary>The entry of a quarter for what brought it; one of a long id has it hashed.</summary>
    public static string EntryOf(string quarter, string cause) => Limits.IsId($"{quarter}-{cause}")
        ? $"{quarter}-{cause}" : $"{quarter}-{CauseIds.Of("award", cause)}";

    /// <summary>From the first inclusive to the last exclusive, over midnight too.</summary>
    public static bool IsPrime(TimeOnly start, TimeOnly from, TimeOnly to) => start.IsBetween(from, to);

    public static ImmutableArray<HostSlots> Of(
        string quarter, IEnumerable<RegisterEntry> entries, IReadOnlyDictionary<string, int> used) =>
    [
        .. entries.Where(e => e.State is not (RegisterState.Withdrawn or RegisterState.Superseded)
                && e.Id.StartsWith(quarter + "-", StringComparison.Ordinal))
            .GroupBy(e => e.Subject, StringComparer.Ordinal)
            .Select(g => new HostSlots(g.Key, quarter, g.Sum(Slots),
                string.Join(", ", g.Select(e => e.Terms.Title).Order(StringComparer.Ordinal)),
                used.GetValueOrDefault(g.Key)))
            .OrderByDescending(h => h.Extra).ThenBy(h => h.HostId, StringComparer.Ordinal),
    ];

    private static int Slots(RegisterEntry entry) => int.TryParse(
        entry.Terms.Attributes.FirstOrDefault(a => a.Name == "slots").Value, NumberStyles.None,
        CultureInfo.InvariantCulture, out var slots) ? slots : 0;
}
