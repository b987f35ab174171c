using System.Collections.Immutable;
using Ale.Budgets;

namespace Ale.Campaigns;

/// <summary>Lists of campaigns, placements and reports, from tables.</summary>
[Alias("ale.campaign.queries")]
public interface ICampaignQueries : IGrainWithIntegerKey
{
    /// <summary>Campaigns, the latest start first.</summary>
    [Alias("campaigns")]
    Task<Outcome<ImmutableArray<CampaignRow>>> Campaigns(
        CampaignsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>Placements by their id, of one campaign or of all.</summary>
    [Alias("placements")]
    Task<Outcome<ImmutableArray<PlacementRow>>> Placements(
        PlacementsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>Reports of a placement, the latest first.</summary>
    [Alias("reports")]
    Task<Outcome<ImmutableArray<ReportRow>>> Reports(
        ReportsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>What a campaign's placements came to on each channel (CAM-06).</summary>
    [Alias("channels")]
    Task<Outcome<ImmutableArray<ChannelRow>>> Channels(
        string campaign, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which campaigns.</summary>
/// <param name="Limit">Most rows.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.wanted")]
public sealed record CampaignsWanted([property: Id(3)] int Limit)
{
    /// <summary>Only those that start before, or then with a smaller id.</summary>
    [Id(0)] public DateTimeOffset? Before { get; init; }

    /// <summary>With <see cref="Before"/>.</summary>
    [Id(1)] public string? BeforeId { get; init; }

    /// <summary>Only those in this state.</summary>
    [Id(2)] public CampaignState? State { get; init; }
}

/// <summary>A campaign in a list.</summary>
[GenerateSerializer, Immutable, Alias("ale.campaign.row")]
public sealed record CampaignRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] CampaignState State,
    [property: Id(3)] SpendClass Class, [property: Id(4)] DateTimeOffset StartsAt,
    [property: Id(5)] DateTimeOffset EndsAt, [property: Id(6)] string? BudgetLine);

/// <summary>Which placements.</summary>
/// <param name="Limit">Most rows.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.wanted")]
public sealed record PlacementsWanted([property: Id(2)] int Limit)
{
    /// <summary>Only larger ids.</summary>
    [Id(0)] public string? After { get; init; }

    /// <summary>Only those of this campaign.</summary>
    [Id(1)] public string? CampaignId { get; init; }
}

/// <summary>A placement in a list.</summary>
[GenerateSerializer, Immutable, Alias("ale.placement.row")]
public sealed record PlacementRow(
    [property: Id(0)] string Id, [property: Id(1)] string CampaignId, [property: Id(2)] string Channel,
    [property: Id(3)] SpendClass Class, [property: Id(4)] string ResultKind, [property: Id(5)] long CapMinor,
    [property: Id(6)] string Currency, [property: Id(7)] long SpendMinor, [property: Id(8)] long Results,
    [property: Id(9)] PlacementStrategy Strategy, [property: Id(10)] decimal? Roi, [property: Id(11)] int? Rank,
    [property: Id(12)] long? RevenueMinor)
{
    /// <summary>The clip that it shows.</summary>
    [Id(13)] public string? ContentId { get; init; }
}

/// <summary>Which reports.</summary>
/// <param name="Limit">Most rows.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.reports_wanted")]
public sealed record ReportsWanted([property: Id(2)] string Placement, [property: Id(3)] int Limit)
{
    /// <summary>Only those that happened before, or then with a smaller id.</summary>
    [Id(0)] public DateTimeOffset? Before { get; init; }

    /// <summary>With <see cref="Before"/>.</summary>
    [Id(1)] public string? BeforeId { get; init; }
}

/// <summary>A report in a list.</summary>
[GenerateSerializer, Immutable, Alias("ale.placement.report_row")]
public sealed record ReportRow(
    [property: Id(0)] string EventId, [property: Id(1)] long SpendMinor, [property: Id(2)] long Results,
    [property: Id(3)] DateTimeOffset At, [property: Id(4)] string? Authorisation);

/// <summary>What a channel came to.</summary>
/// <param name="CostPerResultMinor">Two decimals; null: there was no result.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.channel")]
public sealed record ChannelRow(
    [property: Id(0)] string Channel, [property: Id(1)] string Currency, [property: Id(2)] int Placements,
    [property: Id(3)] long CapMinor, [property: Id(4)] long SpendMinor, [property: Id(5)] long Results,
    [property: Id(6)] decimal? CostPerResultMinor);
