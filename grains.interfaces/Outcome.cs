using System.Collections.Immutable;

namespace Ale;

/// <summary>The kinds of "no". The HTTP edge turns each kind into one status, once, for every slice.</summary>
public enum RefusalKind
{
    /// <summary>The default of the enum; no refusal has it.</summary>
    None = 0,

    /// <summary>The request itself is wrong; the same request can never succeed.</summary>
    Invalid = 400,

    /// <summary>The request does not prove who sent it.</summary>
    Unauthenticated = 401,

    /// <summary>The caller may not do this.</summary>
    Forbidden = 403,

    /// <summary>The thing is unknown.</summary>
    NotFound = 404,

    /// <summary>A rule says no as things stand.</summary>
    Conflict = 409,

    /// <summary>Over for good: the end has passed.</summary>
    Gone = 410,

    /// <summary>Too many requests.</summary>
    TooMany = 429,

    /// <summary>Busy, or storage is away: nothing was decided; ask again.</summary>
    Busy = 503,
}

/// <summary>A rule said no. <c>Code</c> (<c>thing.reason</c>) is public API: never renamed, never reused.</summary>
[GenerateSerializer, Immutable, Alias("ale.refusal")]
public sealed record Refusal([property: Id(0)] RefusalKind Kind, [property: Id(1)] string Code)
{
    /// <summary>What the caller needs to act on it: <c>sku</c>, <c>field</c>, <c>missing</c> …</summary>
    [Id(2)]
    public ImmutableArray<KeyValuePair<string, string>> Details { get; init; } = [];

    /// <summary>The same refusal with one more detail.</summary>
    public Refusal With(string name, string value) => this with { Details = Details.Add(new(name, value)) };
}

/// <summary>What a grain answers: a value or a <see cref="Refusal"/>, never both.</summary>
[GenerateSerializer, Immutable, Alias("ale.outcome`1")]
public readonly record struct Outcome<T>([property: Id(0)] T? Value, [property: Id(1)] Refusal? Refusal)
{
    /// <summary>Where in the journal this answer stands (<c>Ale-At</c>); a list asked from there shows it.</summary>
    [Id(2)]
    public JournalPlace At { get; init; }

    /// <summary>A value.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>The answer of a command that has nothing to say but "done".</summary>
[GenerateSerializer, Immutable, Alias("ale.done")]
public readonly record struct Done;

/// <summary>A place in the journal: transaction, then position. Readers compare by both.</summary>
[GenerateSerializer, Immutable, Alias("ale.place")]
public readonly record struct JournalPlace([property: Id(0)] long Tx, [property: Id(1)] long Position)
    : IComparable<JournalPlace>
{
    /// <inheritdoc/>
    public int CompareTo(JournalPlace other) =>
        Tx != other.Tx ? Tx.CompareTo(other.Tx) : Position.CompareTo(other.Position);

    /// <summary>The later of two places.</summary>
    public static JournalPlace Max(JournalPlace a, JournalPlace b) => a.CompareTo(b) >= 0 ? a : b;

    /// <inheritdoc/>
    public static bool operator <(JournalPlace a, JournalPlace b) => a.CompareTo(b) < 0;

    /// <inheritdoc/>
    public static bool operator >(JournalPlace a, JournalPlace b) => a.CompareTo(b) > 0;

    /// <inheritdoc/>
    public static bool operator <=(JournalPlace a, JournalPlace b) => a.CompareTo(b) <= 0;

    /// <inheritdoc/>
    public static bool operator >=(JournalPlace a, JournalPlace b) => a.CompareTo(b) >= 0;
}

/// <summary>
/// Nobody knows whether the command happened: the append's answer was lost, its fence was lost, or the activation was
/// stale. Ask again with the same id; the edge does so by itself for 10 s.
/// </summary>
[GenerateSerializer, Alias("ale.unknown")]
public sealed class OutcomeUnknownException : Exception
{
    /// <summary>Unknown, and why.</summary>
    public OutcomeUnknownException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>For the serializer.</summary>
    public OutcomeUnknownException()
    {
    }

    /// <summary>Unknown.</summary>
    public OutcomeUnknownException(string message) : base(message)
    {
    }
}
