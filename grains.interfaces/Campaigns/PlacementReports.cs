using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ale.Platforms;

namespace Ale.Campaigns;

/// <summary>Something that has happened.</summary>
/// <param name="EventId">The platform's.</param>
/// <param name="SpendMinor">0 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Results">0 to <see cref="Limits.QuantityMax"/>.</param>
/// <param name="At">When; at most 7 days back, of what a platform told 7 days before it was taken.</param>
/// <param name="Authorisation">The one that it ends; null: none.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.report")]
public sealed record SpendReport(
    [property: Id(0)] string EventId, [property: Id(1)] long SpendMinor, [property: Id(2)] int Results,
    [property: Id(3)] DateTimeOffset At, [property: Id(4)] string? Authorisation)
{
    /// <summary>ISO 4217; null: the placement's. Another is refused.</summary>
    [Id(5)] public string? Currency { get; init; }

    /// <summary>When we took it from a platform, whose events it sums up; null: it is one that a caller
    /// reports.</summary>
    [Id(6)] public DateTimeOffset? TakenAt { get; init; }

    /// <summary>Results of a sum beyond <see cref="Results"/>; null: none.</summary>
    [Id(7)] public long? FurtherResults { get; init; }

    /// <summary>All results.</summary>
    [JsonIgnore] public long ResultCount => Results + (FurtherResults ?? 0);
}

/// <summary>What came of sums that a platform told.</summary>
/// <param name="Refused">Those that are not booked.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.told")]
public sealed record PlacementTold([property: Id(0)] ImmutableArray<RefusedSum> Refused);

/// <summary>A sum that is not booked.</summary>
/// <param name="Why">The code of the refusal that a report of it would get.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.refused_sum")]
public sealed record RefusedSum([property: Id(0)] PlatformSum Sum, [property: Id(1)] string Why);
