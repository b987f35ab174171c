namespace Ale.Users;

/// <summary>
/// Where persons are kept, apart from the journal: the pair of ids, the key, the encrypted fields. It sees no plain
/// field. Everything is durable when it returns.
/// </summary>
internal interface IPeopleStore
{
    /// <summary>
    /// The internal ids of all given external ones; an unknown one gets its candidate, unless somebody else was faster:
    /// then everybody gets his.
    /// </summary>
    Task<IReadOnlyDictionary<string, string>> Internal(
        IReadOnlyCollection<(string ExternalId, string Candidate)> wanted, long at, CancellationToken ct);

    /// <summary>Null: nobody has it.</summary>
    Task<string?> Find(string externalId, CancellationToken ct);

    /// <summary>Internal to external ids; unknown ones are left out.</summary>
    Task<IReadOnlyDictionary<string, string>> External(IReadOnlyCollection<string> userIds, CancellationToken ct);

    /// <summary>The person's key, <paramref name="candidate"/> when there was none; null: no such person.</summary>
    Task<byte[]?> Key(string userId, byte[] candidate, CancellationToken ct);

    /// <summary>Sets fields; false, and nothing changed: no such person.</summary>
    Task<bool> Put(string userId, IReadOnlyCollection<SealedField> fields, long at, CancellationToken ct);

    /// <summary>Forgets a field; one that is not there is forgotten already.</summary>
    Task<bool> Drop(string userId, string name, CancellationToken ct);

    /// <summary>Key (if there is one) and the fields whose names have no slash; null: no such person.</summary>
    Task<SealedPerson?> Read(string userId, CancellationToken ct);

    /// <summary>
    /// Key (if there is one) and the fields named from <paramref name="first"/> to <paramref name="last"/>, both
    /// included, by code point; null: no such person.
    /// </summary>
    Task<SealedPerson?> Read(string userId, string first, string last, CancellationToken ct);

    /// <summary>
    /// Deletes the person with key and fields, and keeps <paramref name="receipt"/> for 24 h. Answers with the instant;
    /// with the former one when the receipt is known; null: nobody has the external id.
    /// </summary>
    Task<long?> Erase(string externalId, byte[] receipt, long at, CancellationToken ct);
}

/// <summary>A personal field as stored.</summary>
internal readonly record struct SealedField(string Name, byte[] Bytes);

/// <summary>What is stored of a person.</summary>
internal sealed record SealedPerson(byte[]? Key, IReadOnlyList<SealedField> Fields);
