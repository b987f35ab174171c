using System.Collections.Immutable;

namespace Ale.Registers;

/// <summary>Lists of register entries, from the slice's table; a gate asks the register itself. Key 0.</summary>
[Alias("ale.register.queries")]
public interface IRegisterQueries : IGrainWithIntegerKey
{
    /// <summary>Entries that are wanted, the latest entered first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("entries")]
    Task<Outcome<ImmutableArray<RegisterEntry>>> Entries(
        RegisterWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which entries; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.register.wanted")]
public sealed record RegisterWanted([property: Id(0)] int Limit)
{
    /// <summary>Only those of this kind.</summary>
    [Id(1)] public string? Kind { get; init; }

    /// <summary>Only those about this subject.</summary>
    [Id(2)] public string? Subject { get; init; }

    /// <summary>Only those valid at this instant.</summary>
    [Id(3)] public DateTimeOffset? ValidAt { get; init; }

    /// <summary>Only those whose end lies before this instant.</summary>
    [Id(4)] public DateTimeOffset? EndsBefore { get; init; }

    /// <summary>Where the last one of the page before stands.</summary>
    [Id(5)] public RegisterPlace? Before { get; init; }
}

/// <summary>Where an entry stands in a list.</summary>
[GenerateSerializer, Immutable, Alias("ale.register.place")]
public readonly record struct RegisterPlace(
    [property: Id(0)] DateTimeOffset EnteredAt, [property: Id(1)] string Kind, [property: Id(2)] string Subject,
    [property: Id(3)] string Id);
