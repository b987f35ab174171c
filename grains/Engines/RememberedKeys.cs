using System.Collections.Immutable;

namespace Ale.Engines;

/// <summary>A command that was done under a caller's key.</summary>
/// <param name="Key">The <c>Idempotency-Key</c>.</param>
/// <param name="Command">
/// Which command, with what tells it from others of its kind (<c>start</c>, <c>pay:local</c>).
/// </param>
/// <param name="Answer">What was answered then.</param>
/// <param name="At">When it was done.</param>
internal sealed record RememberedKey<TAnswer>(string Key, string Command, TAnswer Answer, DateTimeOffset At);

/// <summary>
/// The keys of a thing's latest commands, so that the same key gets the same answer (TEC-03). Immutable: a state keeps
/// one, and Apply adds to it. Only commands that made an event are in it: a refusal changed nothing, and asking again
/// is decided anew.
/// Invariants: at most <see cref="Max"/> entries, oldest first, no key twice; when one is added, those that have been
/// there for <see cref="For"/> are gone.
/// </summary>
internal sealed class RememberedKeys<TAnswer>
{
    public const int Max = 16;
    public static readonly TimeSpan For = TimeSpan.FromHours(24);
    public static readonly RememberedKeys<TAnswer> None = new([]);

    private RememberedKeys(ImmutableArray<RememberedKey<TAnswer>> entries) => Entries = entries;

    /// <summary>Oldest first; what a snapshot keeps.</summary>
    public ImmutableArray<RememberedKey<TAnswer>> Entries { get; }

    /// <summary>What a snapshot kept.</summary>
    public static RememberedKeys<TAnswer> Of(IEnumerable<RememberedKey<TAnswer>> entries) => new([.. entries]);

    /// <summary>
    /// What was done under the key less than 24 h ago, or null: then the command is decided as a new one. When its
    /// <c>Command</c> is another one than now asked for, the key was used twice, which the slice refuses as changed.
    /// </summary>
    public RememberedKey<TAnswer>? Find(string key, DateTimeOffset now)
    {
        foreach (var entry in Entries)
            if (entry.Key == key && now - entry.At < For) return entry;
        return null;
    }

    /// <summary>With one more; the oldest go first.</summary>
    public RememberedKeys<TAnswer> Add(string key, string command, TAnswer answer, DateTimeOffset at)
    {
        var kept = Entries.RemoveAll(e => e.Key == key || at - e.At >= For);
        if (kept.Length == Max) kept = kept.RemoveAt(0);
        return new(kept.Add(new(key, command, answer, at)));
    }
}
