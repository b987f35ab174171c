using System.Collections.Immutable;

namespace Ale.Platforms;

/// <summary>Lists of platforms and what they told, from the slice's tables. Key 0.</summary>
[Alias("ale.platform.queries")]
public interface IPlatformQueries : IGrainWithIntegerKey
{
    /// <summary>Platforms in order of their id.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("platforms")]
    Task<Outcome<ImmutableArray<PlatformRow>>> Platforms(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>Events of a platform as they were taken, the latest first.</summary>
    [Alias("events")]
    Task<Outcome<ImmutableArray<PlatformEventRow>>> Events(
        PlatformEventsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>What happened on each business day, by kind, the latest day first (DAT-07).</summary>
    [Alias("days")]
    Task<Outcome<ImmutableArray<PlatformDayRow>>> Days(
        PlatformDaysWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>What all platforms have told of a placement, added up as it is reported to it (DAT-07).</summary>
    [Alias("of_placement")]
    Task<Outcome<ImmutableArray<PlatformSum>>> OfPlacement(
        PlatformSumsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which events are wanted.</summary>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.events_wanted")]
public sealed record PlatformEventsWanted([property: Id(0)] string Platform, [property: Id(1)] int Limit)
{
    /// <summary>Only of this kind.</summary>
    [Id(2)] public string? Kind { get; init; }

    /// <summary>Only of this session.</summary>
    [Id(3)] public string? SessionId { get; init; }

    /// <summary>Only before this instant; with <see cref="BeforeId"/>.</summary>
    [Id(4)] public DateTimeOffset? Before { get; init; }

    /// <summary>The id at that instant before which it goes on.</summary>
    [Id(5)] public string? BeforeId { get; init; }
}

/// <summary>Which days are wanted.</summary>
/// <param name="Limit">At most so many rows.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.days_wanted")]
public sealed record PlatformDaysWanted([property: Id(0)] string Platform, [property: Id(1)] int Limit)
{
    /// <summary>Only of this kind.</summary>
    [Id(2)] public string? Kind { get; init; }

    /// <summary>Only before this day, or this day's kinds after <see cref="AfterKind"/>.</summary>
    [Id(3)] public DateOnly? Before { get; init; }

    /// <summary>The kind of that day after which it goes on.</summary>
    [Id(4)] public string? AfterKind { get; init; }
}

/// <summary>Which sums are wanted.</summary>
/// <param name="Since">Only of what was taken from then on.</param>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.sums_wanted")]
public sealed record PlatformSumsWanted(
    [property: Id(0)] string Placement, [property: Id(1)] DateTimeOffset Since, [property: Id(2)] int Limit)
{
    /// <summary>The last one of the page before; null: the first page.</summary>
    [Id(3)] public PlatformSum? After { get; init; }
}

/// <summary>Events of one message about one placement, of one business day, kind and currency, added up.</summary>
/// <param name="Batch">The id of the message's first new event; no other message has it.</param>
/// <param name="Day">Of the platform's market.</param>
/// <param name="Currency">Empty: they have no money.</param>
/// <param name="Events">How many they are.</param>
/// <param name="Count">What they stand for.</param>
/// <param name="At">When the latest happened.</param>
/// <param name="TakenAt">When they were taken, by our clock.</param>
/// <param name="FirstId">The smallest of their ids.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.sum")]
public sealed record PlatformSum(
    [property: Id(0)] string Platform, [property: Id(1)] string Batch, [property: Id(2)] DateOnly Day,
    [property: Id(3)] string Kind, [property: Id(4)] string Currency, [property: Id(5)] int Events,
    [property: Id(6)] long Count, [property: Id(7)] long AmountMinor, [property: Id(8)] DateTimeOffset At,
    [property: Id(9)] DateTimeOffset TakenAt, [property: Id(10)] string FirstId);

/// <summary>A platform as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.platform.row")]
public sealed record PlatformRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string Endpoint,
    [property: Id(3)] string Market, [property: Id(4)] long Seq, [property: Id(5)] long Taken,
    [property: Id(6)] DateTimeOffset? AwaySince);

/// <summary>An event as it was taken.</summary>
/// <param name="TakenAt">When, by our clock.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.event_row")]
public sealed record PlatformEventRow(
    [property: Id(0)] PlatformEvent Event, [property: Id(1)] DateOnly Day, [property: Id(2)] DateTimeOffset TakenAt);

/// <summary>A business day's events of one kind.</summary>
/// <param name="Count">What they stand for, added up.</param>
/// <param name="AmountMinor">Their money, added up, of all currencies of the platform's market.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.day")]
public sealed record PlatformDayRow(
    [property: Id(0)] DateOnly Day, [property: Id(1)] string Kind, [property: Id(2)] long Events,
    [property: Id(3)] long Count, [property: Id(4)] long AmountMinor);
