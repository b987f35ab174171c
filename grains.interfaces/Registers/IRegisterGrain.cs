using System.Collections.Immutable;

namespace Ale.Registers;

/// <summary>
/// What is on paper about one subject: certificates, agreements, assets, batches, vouchers, of one kind a register. A
/// gate asks here whether a paper is valid and hears what this grain has decided, never a table that is behind.
/// </summary>
/// <remarks>
/// The key is <c>kind/subject</c>, as <c>import_papers/K9</c> or <c>agreement/sf-express</c>. It holds at most
/// <see cref="EntriesMax"/> entries, ended ones too. Nothing in it is personal data: it stays in the journal for ever.
/// </remarks>
[Alias("ale.register")]
public interface IRegisterGrain : IGrainWithStringKey
{
    /// <summary>Most entries of one kind about one subject, ever.</summary>
    public const int EntriesMax = 500;

    /// <summary>
    /// Enters a paper. The same content again: the entry as it is now; other: <see cref="RegisterRefusals.Changed"/>.
    /// When it supersedes another, that one ends where this one begins. Nobody says of himself that he stands in
    /// (TEC-12).
    /// </summary>
    [Alias("enter")] Task<Outcome<RegisterEntry>> Enter(EnterPaper command, CancellationToken ct = default);

    /// <summary>An entry as it is now.</summary>
    [Alias("get")] Task<Outcome<RegisterEntry>> Get(string id, CancellationToken ct = default);

    /// <summary>
    /// Ends an entry now, whatever its term. The same key again within 24 h: the same answer; another key:
    /// <see cref="RegisterRefusals.Ended"/>. What it superseded does not come back.
    /// </summary>
    [Alias("withdraw")] Task<Outcome<RegisterEntry>> Withdraw(WithdrawPaper command, CancellationToken ct = default);

    /// <summary>
    /// Whether a valid entry is there: <c>ValidFrom ≤ at &lt; end</c>. Of several the one that ends last is told.
    /// </summary>
    /// <param name="at">The instant asked for; null: now.</param>
    /// <param name="match">Attributes that the entry must have with these values; empty: any entry.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("valid")]
    Task<Outcome<RegisterGate>> Valid(
        DateTimeOffset? at, ImmutableArray<RegisterAttribute> match, CancellationToken ct = default);
}

/// <summary>A fact about an entry.</summary>
/// <param name="Name">An id, as <c>issuer</c>, <c>city</c>, <c>number</c>.</param>
/// <param name="Value">1 to <see cref="ValueLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.register.attribute")]
public readonly record struct RegisterAttribute([property: Id(0)] string Name, [property: Id(1)] string Value)
{
    /// <summary>Longest value, characters.</summary>
    public const int ValueLengthMax = 200;
}

/// <summary>What a paper says.</summary>
/// <param name="Title">For people; 1 to <see cref="TitleLengthMax"/> characters.</param>
/// <param name="Attributes">At most <see cref="AttributesMax"/>, no name twice; their order does not matter.</param>
/// <param name="ValidFrom">Valid from here on.</param>
/// <param name="ValidTo">Valid before here; null: without end.</param>
[GenerateSerializer, Immutable, Alias("ale.register.terms")]
public sealed record RegisterTerms(
    [property: Id(0)] string Title, [property: Id(1)] ImmutableArray<RegisterAttribute> Attributes,
    [property: Id(2)] DateTimeOffset ValidFrom, [property: Id(3)] DateTimeOffset? ValidTo)
{
    /// <summary>Longest <see cref="Title"/>, characters.</summary>
    public const int TitleLengthMax = 200;

    /// <summary>Most <see cref="Attributes"/>.</summary>
    public const int AttributesMax = 16;

    /// <summary>The entry of the same register that this one replaces; null: none.</summary>
    [Id(4)] public string? Supersedes { get; init; }

    /// <summary>Whose inbox hears before it ends; null: the policy's <c>register.role</c>.</summary>
    [Id(5)] public string? Role { get; init; }

    /// <inheritdoc/>
    public bool Equals(RegisterTerms? other) => other is not null
        && (Title, ValidFrom, ValidTo, Supersedes, Role)
            == (other.Title, other.ValidFrom, other.ValidTo, other.Supersedes, other.Role)
        && Attributes.OrderBy(a => a.Name, StringComparer.Ordinal)
            .SequenceEqual(other.Attributes.OrderBy(a => a.Name, StringComparer.Ordinal));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, ValidFrom, ValidTo, Supersedes, Role);
}

/// <summary>A wish to enter a paper.</summary>
/// <param name="Id">Made by the caller, its own within the register.</param>
/// <param name="By">Whose token it was: a staff id, or the slice.</param>
[GenerateSerializer, Immutable, Alias("ale.register.enter")]
public sealed record EnterPaper(
    [property: Id(0)] string Id, [property: Id(1)] RegisterTerms Terms, [property: Id(2)] string By);

/// <summary>A wish to end an entry now.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was: a staff id, or the slice.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.register.withdraw")]
public sealed record WithdrawPaper(
    [property: Id(0)] string Id, [property: Id(1)] string Key, [property: Id(2)] string By,
    [property: Id(3)] string Reason);

/// <summary>Where an entry stands.</summary>
public enum RegisterState
{
    /// <summary>Its first instant has not come.</summary>
    NotYet,

    /// <summary>In force.</summary>
    Valid,

    /// <summary>Its term is over.</summary>
    Expired,

    /// <summary>Another has taken its place.</summary>
    Superseded,

    /// <summary>Ended by somebody.</summary>
    Withdrawn,
}

/// <summary>An entry as it is now.</summary>
/// <param name="EndsAt">When it ends, or ended: the first of its term, its successor and its withdrawal.</param>
/// <param name="SupersededBy">Its successor's id.</param>
/// <param name="WithdrawnBy">Who withdrew it; null: nobody.</param>
/// <param name="Reason">Why.</param>
/// <param name="WarnedAt">When its role was told that it ends.</param>
[GenerateSerializer, Immutable, Alias("ale.register.entry")]
public sealed record RegisterEntry(
    [property: Id(0)] string Kind, [property: Id(1)] string Subject, [property: Id(2)] string Id,
    [property: Id(3)] RegisterTerms Terms, [property: Id(4)] RegisterState State,
    [property: Id(5)] DateTimeOffset? EndsAt, [property: Id(6)] string EnteredBy,
    [property: Id(7)] DateTimeOffset EnteredAt, [property: Id(8)] string? SupersededBy,
    [property: Id(9)] string? WithdrawnBy, [property: Id(10)] string? Reason,
    [property: Id(11)] DateTimeOffset? WarnedAt);

/// <summary>What a gate hears.</summary>
/// <param name="IsValid">True: there is a valid entry.</param>
/// <param name="Entry">It, or null; its state is that of now, also when another instant was asked for.</param>
[GenerateSerializer, Immutable, Alias("ale.register.gate")]
public sealed record RegisterGate([property: Id(0)] bool IsValid, [property: Id(1)] RegisterEntry? Entry);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class RegisterRefusals
{
    /// <summary>
    /// Kind, subject or a name has not its form, a text is empty or too long, an attribute is there twice, or the end
    /// is not after the begin.
    /// </summary>
    public static readonly Refusal BadEntry = new(RefusalKind.Invalid, "register.bad_entry");

    /// <summary>Nobody makes himself a stand-in.</summary>
    public static readonly Refusal Own = new(RefusalKind.Forbidden, "register.own");

    /// <summary>No such entry, or none of the id that is to be superseded.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "register.unknown");

    /// <summary>The id was used with other content, or the key for another command.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "register.changed");

    /// <summary>The entry is withdrawn or superseded already.</summary>
    public static readonly Refusal Ended = new(RefusalKind.Conflict, "register.ended");

    /// <summary>The register holds <see cref="IRegisterGrain.EntriesMax"/> entries.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "register.full");
}

/// <summary>Keys of the slice.</summary>
public static class RegisterKeys
{
    /// <summary>The register of a kind about a subject.</summary>
    public static IRegisterGrain Register(this IGrainFactory grains, string kind, string subject) =>
        grains.Ref<IRegisterGrain>($"{kind}/{subject}");

    /// <summary>The lists of entries.</summary>
    public static IRegisterQueries RegisterQueries(this IGrainFactory grains) => grains.GetGrain<IRegisterQueries>(0);

    /// <summary>True for a kind: an id of at most 32 characters without capitals.</summary>
    public static bool IsKind(string kind) =>
        kind.Length <= 32 && Limits.IsId(kind) && !kind.Any(char.IsAsciiLetterUpper);
}
