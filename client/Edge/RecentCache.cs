using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Ale.Edge;

/// <summary>
/// A map that forgets by itself: two generations, the older of which is dropped when the younger is full or old enough.
/// Invariant: never more than <c>entriesMax</c> entries (and one for each caller adding at that moment); an entry is
/// kept for one to two times <c>age</c> unless the map overflows.
/// </summary>
internal sealed class RecentCache<TKey, TValue>(int entriesMax, TimeSpan age, TimeProvider time) where TKey : notnull
{
    private readonly Lock turn = new();
    private ConcurrentDictionary<TKey, TValue> young = new(), old = new();
    private long turnedAt = time.GetTimestamp();
    private int youngCount;

    /// <summary>Entries held now.</summary>
    public int Count => young.Count + old.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        young.TryGetValue(key, out value) || old.TryGetValue(key, out value);

    public void Set(TKey key, TValue value)
    {
        if (young.TryAdd(key, value))
        {
            TurnWhenFull();
        }
        else young[key] = value;
    }

    /// <summary>
    /// The value made from the one there is. Two callers never make it from the same one, save at the moment when the
    /// generations turn.
    /// </summary>
    public TValue Update<TArg>(TKey key, TArg arg, Func<TArg, TValue?, TValue> make)
    {
        var map = young;
        var added = false;
        var value = map.AddOrUpdate(key,
            (k, a) => { added = true; return make(a, old.GetValueOrDefault(k)); },
            (_, before, a) => { added = false; return make(a, before); }, arg);
        if (added) TurnWhenFull();
        return value;
    }

    private void TurnWhenFull()
    {
        if (Interlocked.Increment(ref youngCount) < entriesMax / 2 && time.GetElapsedTime(turnedAt) < age) return;
        lock (turn)
        {
            if (youngCount < entriesMax / 2 && time.GetElapsedTime(turnedAt) < age) return;
            (old, young) = (young, new());
            youngCount = 0;
            turnedAt = time.GetTimestamp();
        }
    }
}
