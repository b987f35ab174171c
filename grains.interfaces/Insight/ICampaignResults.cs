using System.Collections.Immutable;

namespace Ale.Insight;

/// <summary>What campaigns, themes and topics came to, across slices, from tables and registers. Key 0.</summary>
[Alias("ale.campaign.results")]
public interface ICampaignResults : IGrainWithIntegerKey
{
    /// <summary>A campaign with all its sessions on one page (CAM-06, CAM-10).</summary>
    /// <param name="campaign">Its id.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("of")]
    Task<Outcome<CampaignResults>> Of(string campaign, JournalPlace at, CancellationToken ct = default);

    /// <summary>The themes of a year's plan (CAM-09): the register <c>brand_theme</c> of the plan, as <c>cn-2026</c>, with
    /// the campaigns that carry them out. A campaign names plan and theme, as <c>cn-2026:spring</c>; the theme alone
    /// means the default market's plan of the year that the campaign's period lies in, or whose date lies in its
    /// period.</summary>
    /// <param name="plan">The register's subject.</param>
    /// <param name="quarter">Only those dated in it, 1 to 4; null: all.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("themes")]
    Task<Outcome<ThemeBoard>> Themes(string plan, int? quarter, JournalPlace at, CancellationToken ct = default);

    /// <summary>Hosts, and the category that led, with prime slots beyond the usual in the quarter of a day, and what
    /// they used (CAM-12).</summary>
    [Alias("slots")]
    Task<Outcome<ImmutableArray<HostSlots>>> Slots(DateOnly day, JournalPlace at, CancellationToken ct = default);

    /// <summary>SKUs on sale that a topic fits, by category, brand or title (CAM-08); at most 50.</summary>
    [Alias("fits")] Task<Outcome<ImmutableArray<string>>> Fits(string topic, CancellationToken ct = default);

    /// <summary>
    /// Clips with so many plays in the 24 hours before an instant that were not proposed for more yet, the most first
    /// (CAM-11); at most 200: the rest comes when these are proposed.
    /// </summary>
    [Alias("hits")]
    Task<Outcome<ImmutableArray<HitClip>>> Hits(DateTimeOffset until, int plays, CancellationToken ct = default);

    /// <summary>The placements that show one of the clips, and those of the same campaigns, whose money could go to them
    /// (CAM-11): those that show one first, then those with most left; at most 10,000.</summary>
    [Alias("showing")]
    Task<Outcome<ImmutableArray<ClipPlacement>>> Showing(
        ImmutableArray<string> clips, CancellationToken ct = default);

    /// <summary>Brand campaigns that ended before an instant, are closed, and were not measured over every window yet
    /// (CAM-05), by id.</summary>
    /// <param name="before">The instant.</param>
    /// <param name="after">The last id of the page before; null: from the first.</param>
    /// <param name="limit">Most of them.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("ended_brands")]
    Task<Outcome<ImmutableArray<EndedCampaign>>> EndedBrands(
        DateTimeOffset before, string? after, int limit, CancellationToken ct = default);

    /// <summary>What a brand campaign's indicators were in a span of business days, from the first to before the last
    /// (CAM-05).</summary>
    [Alias("indicators")]
    Task<Outcome<ImmutableArray<IndicatorValue>>> Indicators(
        DateOnly from, DateOnly to, CancellationToken ct = default);
}

/// <summary>A campaign's results.</summary>
/// <param name="Channels">One row a channel and currency; those of a currency add up to its total.</param>
/// <param name="Sessions">How many sessions it has.</param>
/// <param name="CapMinor">The joint budget of its placements, as all money beside the channels in
/// <see cref="Currency"/> only.</param>
/// <param name="Views">Events of kind <c>play</c> of its sessions.</param>
/// <param name="Orders">Paid orders that are shown for it or for one of its sessions, of all currencies, each
/// once.</param>
/// <param name="Mentions">Events of kind <c>mention</c> tagged with its id, on the days of its period and some before
/// and after it (<c>campaign.aroundDays</c>).</param>
/// <param name="AllMentions">All such events on those days.</param>
/// <param name="MentionPercent">The share, one decimal; null: there were none.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.result")]
public sealed record CampaignResults(
    [property: Id(0)] string Id, [property: Id(1)] ImmutableArray<ChannelResult> Channels,
    [property: Id(2)] int Sessions, [property: Id(3)] long CapMinor, [property: Id(4)] long SpendMinor,
    [property: Id(5)] long Views, [property: Id(6)] long Orders, [property: Id(7)] long RevenueMinor,
    [property: Id(8)] long Mentions, [property: Id(9)] long AllMentions, [property: Id(10)] decimal? MentionPercent)
{
    /// <summary>One a currency, that of most channels first.</summary>
    [Id(11)] public ImmutableArray<CampaignTotal> Totals { get; init; } = [];

    /// <summary>That of most of its channels; empty: it has no money.</summary>
    [Id(12)] public string Currency { get; init; } = "";

    /// <summary>People first seen on any platform on the days of <see cref="Mentions"/>, each once.</summary>
    [Id(13)] public long NewViewers { get; init; }
}

/// <summary>A campaign's money in one currency.</summary>
[GenerateSerializer, Immutable, Alias("ale.campaign.total")]
public sealed record CampaignTotal(
    [property: Id(0)] string Currency, [property: Id(1)] long CapMinor, [property: Id(2)] long SpendMinor,
    [property: Id(3)] long Orders, [property: Id(4)] long RevenueMinor);

/// <summary>What a channel came to.</summary>
/// <param name="Channel">Empty: orders that name none, and money that was booked for no placement.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.channel_result")]
public sealed record ChannelResult(
    [property: Id(0)] string Channel, [property: Id(1)] string Currency, [property: Id(2)] long CapMinor,
    [property: Id(3)] long SpendMinor, [property: Id(4)] long Results, [property: Id(5)] long Views,
    [property: Id(6)] long Orders, [property: Id(7)] long RevenueMinor);

/// <summary>Where a theme stands.</summary>
public enum ThemeState
{
    /// <summary>Its date is to come.</summary>
    Ahead,

    /// <summary>Its date is near, and it has no campaign.</summary>
    Due,

    /// <summary>Its date is past, and its campaign is not over, or there is none.</summary>
    Late,

    /// <summary>Its campaign is over.</summary>
    Done,
}

/// <summary>A theme of the year's plan.</summary>
/// <param name="Channels">As entered.</param>
/// <param name="CampaignId">The campaign that carries it out; null: none yet.</param>
[GenerateSerializer, Immutable, Alias("ale.theme")]
public sealed record Theme(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] DateOnly Date,
    [property: Id(3)] string? Channels, [property: Id(4)] string? CampaignId, [property: Id(5)] ThemeState State);

/// <summary>A plan's themes, by date.</summary>
[GenerateSerializer, Immutable, Alias("ale.theme.board")]
public sealed record ThemeBoard(
    [property: Id(0)] string Plan, [property: Id(1)] int Done, [property: Id(2)] int Late, [property: Id(3)] int Due,
    [property: Id(4)] int Ahead, [property: Id(5)] ImmutableArray<Theme> Themes)
{
    /// <summary>True: the plan has more themes, or they more campaigns, than one board reads; figures may be
    /// short.</summary>
    [Id(6)] public bool More { get; init; }
}

/// <summary>Prime slots of a host, or of a category, in a quarter.</summary>
/// <param name="HostId">Empty: a category's.</param>
/// <param name="Quarter">As <c>2026-Q2</c>.</param>
/// <param name="Extra">Slots beyond the usual.</param>
/// <param name="Why">The awards that brought them, or that it led.</param>
/// <param name="Used">Sessions of the host, or with something of the category on their shelf, that start in prime time
/// in the quarter.</param>
[GenerateSerializer, Immutable, Alias("ale.host.slots")]
public sealed record HostSlots(
    [property: Id(0)] string HostId, [property: Id(1)] string Quarter, [property: Id(2)] int Extra,
    [property: Id(3)] string Why, [property: Id(4)] int Used)
{
    /// <summary>The category that led; null: a host's.</summary>
    [Id(5)] public string? Category { get; init; }
}

/// <summary>A placement, for moving money to a clip.</summary>
[GenerateSerializer, Immutable, Alias("ale.clip.placement")]
public sealed record ClipPlacement(
    [property: Id(0)] string Id, [property: Id(1)] string CampaignId, [property: Id(2)] string Currency,
    [property: Id(3)] long CapMinor, [property: Id(4)] long SpendMinor, [property: Id(5)] string? ContentId);

/// <summary>A campaign that is over.</summary>
[GenerateSerializer, Immutable, Alias("ale.campaign.ended")]
public sealed record EndedCampaign(
    [property: Id(0)] string Id, [property: Id(1)] DateTimeOffset StartsAt, [property: Id(2)] DateTimeOffset EndsAt);

/// <summary>A clip that many watch.</summary>
[GenerateSerializer, Immutable, Alias("ale.clip.hit")]
public sealed record HitClip([property: Id(0)] string ContentId, [property: Id(1)] long Plays);

/// <summary>An indicator over a span.</summary>
[GenerateSerializer, Immutable, Alias("ale.campaign.indicator_value")]
public sealed record IndicatorValue([property: Id(0)] string Name, [property: Id(1)] decimal Value);

/// <summary>Keys of results.</summary>
public static class CampaignResultKeys
{
    /// <summary>What campaigns came to.</summary>
    public static ICampaignResults CampaignResults(this IGrainFactory grains) => grains.GetGrain<ICampaignResults>(0);
}
