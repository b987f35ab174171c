using System.Collections.Immutable;

namespace Ale.Users;

/// <summary>
/// External ids (which may be a phone number) to internal ones and back. For the edge, and for what platforms tell of
/// their people as it comes in: nobody else may know an external id. A node remembers 100,000 pairs, each for 60 s at
/// most, so an erased one may answer that long elsewhere.
/// </summary>
/// <remarks>The key is 0. A store that does not answer is <see cref="OutcomeUnknownException"/>: ask again.</remarks>
[Alias("ale.user_ids")]
public interface IUserIds : IGrainWithIntegerKey
{
    /// <summary>
    /// The internal id; a new person gets a random one, durable before this returns, the same on every node.
    /// </summary>
    [Alias("internal")] Task<UserId> Internal(string externalId, CancellationToken ct = default);

    /// <summary>The internal id, or null when nobody has this external one (any more).</summary>
    [Alias("find")] Task<UserId?> Find(string externalId, CancellationToken ct = default);

    /// <summary>External ids of the given users; erased ones are left out.</summary>
    [Alias("external")]
    Task<ImmutableDictionary<UserId, string>> External(
        ImmutableArray<UserId> users, CancellationToken ct = default);
}

/// <summary>
/// What is personal of a person, encrypted under a key of his own, apart from the journal. For the edge alone.
/// </summary>
/// <remarks>The key is 0. A store that does not answer is <see cref="OutcomeUnknownException"/>: ask again.</remarks>
[Alias("ale.people")]
public interface IPeople : IGrainWithIntegerKey
{
    /// <summary>
    /// Sets the given fields; absent ones stay. Answers with all. Refuses: <see cref="UserRefusals.BadBirthDate"/>,
    /// <see cref="UserRefusals.Unknown"/>.
    /// </summary>
    [Alias("put_profile")]
    Task<Outcome<UserProfile>> PutProfile(
        UserId user, UserProfile profile, CancellationToken ct = default);

    /// <summary>All fields. Refuses: <see cref="UserRefusals.Unknown"/>.</summary>
    [Alias("profile")] Task<Outcome<UserProfile>> Profile(UserId user, CancellationToken ct = default);

    /// <summary>
    /// Erases the person: pair of ids, key and fields. The ledger stays, under an internal id that stands for nobody;
    /// the external id is unknown from then on and may become a new person. The same <paramref name="key"/> within
    /// 24 h: same answer. Refuses: <see cref="UserRefusals.Unknown"/>.
    /// </summary>
    [Alias("erase")] Task<Outcome<PersonErased>> Erase(string externalId, string key, CancellationToken ct = default);
}

/// <summary>Personal fields; null: not known, or as a command: leave as it is.</summary>
[GenerateSerializer, Immutable, Alias("ale.people.profile")]
public sealed record UserProfile(
    [property: Id(0)] DateOnly? BirthDate = null, [property: Id(1)] string? Name = null,
    [property: Id(2)] string? Phone = null)
{
    /// <summary>Says nothing of the person: this ends up in logs.</summary>
    public override string ToString() => nameof(UserProfile);
}

/// <summary>When a person was erased.</summary>
[GenerateSerializer, Immutable, Alias("ale.people.erased")]
public sealed record PersonErased([property: Id(0)] DateTimeOffset ErasedAt);
