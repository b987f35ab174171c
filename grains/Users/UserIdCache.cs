using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Ale.Users;

/// <summary>
/// Pairs of ids that this node remembers, both ways. Invariant: at most <see cref="PairsMax"/> pairs (and one for each
/// caller adding at that moment); none answers later than <see cref="Age"/> after the store was asked for it, so that
/// an erased one is forgotten everywhere in that time. Two generations: the older is dropped when the younger is full.
/// </summary>
internal sealed class UserIdCache(TimeProvider time, int pairsMax = UserIdCache.PairsMax)
{
    public const int PairsMax = 100_000;
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(60);

    private readonly record struct Pair(string External, UserId Internal, long AskedAt);

    private sealed class Generation
    {
        public readonly ConcurrentDictionary<string, Pair> ByExternal = new(StringComparer.Ordinal);
        public readonly ConcurrentDictionary<string, Pair> ByInternal = new(StringComparer.Ordinal);
        public int Count;
    }

    private readonly Lock _turn = new();
    private Generation _young = new(), _old = new();

    /// <summary>Pairs held now, those too old to answer included.</summary>
    public int Count => _young.Count + _old.Count;

    public bool TryInternal(string external, out UserId user)
    {
        if (!_young.ByExternal.TryGetValue(external, out var pair)) _old.ByExternal.TryGetValue(external, out pair);
        user = pair.Internal;
        return IsFresh(pair);
    }

    public bool TryExternal(UserId user, [NotNullWhen(true)] out string? external)
    {
        if (!_young.ByInternal.TryGetValue(user.Value, out var pair)) _old.ByInternal.TryGetValue(user.Value, out pair);
        external = IsFresh(pair) ? pair.External : null;
        return external is not null;
    }

    /// <param name="askedAt">Timestamp taken before the store was asked.</param>
    public void Add(string external, UserId user, long askedAt)
    {
        var young = _young;
        var pair = new Pair(external, user, askedAt);
        young.ByInternal[user.Value] = pair;
        if (!young.ByExternal.TryAdd(external, pair))
        {
            young.ByExternal[external] = pair;
            return;
        }

        if (Interlocked.Increment(ref young.Count) < pairsMax / 2) return;
        lock (_turn)
        {
            if (ReferenceEquals(young, _young)) (_old, _young) = (young, new());
        }
    }

    /// <summary>Forgets an erased person at once on this node.</summary>
    public void Forget(string external)
    {
        foreach (var generation in (Generation[])[_young, _old])
        {
            if (!generation.ByExternal.TryRemove(external, out var pair)) continue;
            generation.ByInternal.TryRemove(pair.Internal.Value, out _);
            Interlocked.Decrement(ref generation.Count);
        }
    }

    // None was found: there is no external id in it.
    private bool IsFresh(Pair pair) => pair.External is not null && time.GetElapsedTime(pair.AskedAt) < Age;
}
