using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ale.Users;

public sealed class UserIdTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void The_cache_never_holds_more_than_its_bound()
    {
        var cache = new UserIdCache(_time, pairsMax: 1_000);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Add($"e{i}", new($"u{i}"), _time.GetTimestamp());
            Assert.True(cache.Count <= 1_000, $"{cache.Count} pairs");
        }

        Assert.True(cache.TryInternal("e9999", out var user) && user == new UserId("u9999"));
        Assert.True(cache.TryExternal(new("u9999"), out var external) && external == "e9999");
        Assert.False(cache.TryInternal("e1", out _));
        Assert.Equal(100_000, UserIdCache.PairsMax);
    }

    [Fact]
    public void A_pair_answers_for_less_than_60_s_from_when_the_store_was_asked()
    {
        var cache = new UserIdCache(_time);
        var askedAt = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(20)); // a slow store
        cache.Add("e", new("u"), askedAt);
        _time.Advance(TimeSpan.FromSeconds(39.9));
        Assert.True(cache.TryInternal("e", out _) && cache.TryExternal(new("u"), out _));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(cache.TryInternal("e", out _) || cache.TryExternal(new("u"), out _));
    }

    [Fact]
    public void A_forgotten_pair_answers_in_neither_direction()
    {
        var cache = new UserIdCache(_time, pairsMax: 2);
        cache.Add("a", new("1"), _time.GetTimestamp()); // turns at once: "a" is in the older generation
        cache.Forget("a");
        Assert.False(cache.TryInternal("a", out _) || cache.TryExternal(new("1"), out _));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task Persons_that_come_while_the_store_is_asked_travel_together_and_once()
    {
        using var store = new SlowStore();
        var map = new UserIdMap(store, _time);
        var first = map.Internal("e0", default).AsTask();
        await store.Asked.WaitAsync();
        var others = Enumerable.Range(1, 1_500).Select(i => map.Internal($"e{i % 1_200}", default).AsTask()).ToArray();
        store.Answer.Release(10);
        await Task.WhenAll([first, .. others]);
        Assert.Equal(1, store.Batches[0]);
        Assert.Equal(3, store.Batches.Count);
        Assert.All(store.Batches, n => Assert.InRange(n, 1, UserIdMap.BatchMax));
        Assert.Equal(await others[4], await others[1_204]);
        Assert.Equal(await first, await map.Internal("e0", default)); // from the cache
        Assert.Equal(3, store.Batches.Count);
    }

    [Fact]
    public async Task A_store_that_fails_fails_its_askers_says_nothing_of_them_and_is_asked_again()
    {
        using var store = new SlowStore { Failing = true };
        store.Answer.Release(10);
        var map = new UserIdMap(store, _time);
        var fault = await Assert.ThrowsAsync<OutcomeUnknownException>(
            () => map.Internal("+447700900123", default).AsTask());
        Assert.DoesNotContain("447700900123", fault.ToString());
        store.Failing = false;
        Assert.StartsWith("u", (await map.Internal("+447700900123", default)).Value);
    }

    [Fact]
    public void Internal_ids_are_ids_begin_beyond_the_hexadecimal_digits_and_differ()
    {
        string[] ids = [.. Enumerable.Range(0, 1_000).Select(_ => UserIdMap.NewId())];
        Assert.All(ids, id => Assert.True(Limits.IsId(id) && id[0] == 'u' && id.Length == 33, id));
        Assert.Equal(1_000, ids.Distinct().Count());
    }

    [Fact]
    public void A_sealed_field_opens_with_its_own_key_person_and_name_alone()
    {
        var (key, user) = (PersonSeal.NewKey(), new UserId("u1"));
        var field = PersonSeal.Seal(key, user, "phone", "+44 7700 900123");
        Assert.Equal("+44 7700 900123", PersonSeal.Open(key, user, field));
        Assert.NotEqual(field.Bytes, PersonSeal.Seal(key, user, "phone", "+44 7700 900123").Bytes);
        var altered = field.Bytes.ToArray();
        altered[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => PersonSeal.Open(PersonSeal.NewKey(), user, field));
        Assert.ThrowsAny<CryptographicException>(() => PersonSeal.Open(key, new("u2"), field));
        Assert.ThrowsAny<CryptographicException>(() => PersonSeal.Open(key, user, field with { Name = "name" }));
        Assert.ThrowsAny<CryptographicException>(() => PersonSeal.Open(key, user, new("phone", altered)));
        Assert.ThrowsAny<CryptographicException>(() => PersonSeal.Open(key, user, new("phone", altered[..20])));
    }

    /// <summary>Answers when it is let.</summary>
    private sealed class SlowStore : IPeopleStore, IDisposable
    {
        public readonly SemaphoreSlim Asked = new(0), Answer = new(0);
        public readonly List<int> Batches = [];
        private readonly Dictionary<string, string> _ids = [];

        public bool Failing { get; set; }

        public void Dispose()
        {
            Asked.Dispose();
            Answer.Dispose();
        }

        public async Task<IReadOnlyDictionary<string, string>> Internal(
            IReadOnlyCollection<(string ExternalId, string Candidate)> wanted, long at, CancellationToken ct)
        {
            Batches.Add(wanted.Count);
            Asked.Release();
            await Answer.WaitAsync(ct);
            if (Failing) throw new TimeoutException($"asked for {wanted.First().ExternalId}");
            foreach (var (external, candidate) in wanted) _ids.TryAdd(external, candidate);
            return _ids;
        }

        public Task<string?> Find(string externalId, CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, string>> External(
            IReadOnlyCollection<string> userIds, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<byte[]?> Key(string userId, byte[] candidate, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<bool> Put(string userId, IReadOnlyCollection<SealedField> fields, long at, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<bool> Drop(string userId, string name, CancellationToken ct) => throw new NotSupportedException();

        public Task<SealedPerson?> Read(string userId, CancellationToken ct) => throw new NotSupportedException();

        public Task<SealedPerson?> Read(string userId, string first, string last, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<long?> Erase(string externalId, byte[] receipt, long at, CancellationToken ct) =>
            throw new NotSupportedException();
    }
}
