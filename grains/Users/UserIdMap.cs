using System.Collections.Immutable;
using System.Data.Common;
using System.Security.Cryptography;

namespace Ale.Users;

/// <summary>
/// Ids of this node: the cache, and what asks the store. New persons that come while the store is being asked travel
/// together in the next question, as one durable write takes as long as a thousand.
/// </summary>
internal sealed class UserIdMap(IPeopleStore store, TimeProvider time)
{
    /// <summary>Most persons in one question.</summary>
    public const int BatchMax = 1_000;

    private readonly UserIdCache _cache = new(time);
    private readonly Lock _gate = new();
    private Dictionary<string, TaskCompletionSource<UserId>> _waiting = new(StringComparer.Ordinal);
    private bool _asking;

    public ValueTask<UserId> Internal(string externalId, CancellationToken ct) =>
        _cache.TryInternal(externalId, out var known) ? new(known) : new(Ask(externalId).WaitAsync(ct));

    public async ValueTask<UserId?> Find(string externalId, CancellationToken ct)
    {
        if (_cache.TryInternal(externalId, out var known)) return known;
        var askedAt = time.GetTimestamp();
        if (await Asked(() => store.Find(externalId, ct)) is not { } found) return null;
        var user = new UserId(found);
        _cache.Add(externalId, user, askedAt);
        return user;
    }

    public async ValueTask<ImmutableDictionary<UserId, string>> External(
        ImmutableArray<UserId> users, CancellationToken ct)
    {
        var known = ImmutableDictionary.CreateBuilder<UserId, string>();
        var unknown = new List<string>();
        foreach (var user in users.Distinct())
        {
            if (_cache.TryExternal(user, out var external)) known[user] = external;
            else unknown.Add(user.Value);
        }

        if (unknown.Count == 0) return known.ToImmutable();
        var askedAt = time.GetTimestamp();
        foreach (var (user, external) in await Asked(() => store.External(unknown, ct)))
        {
            known[new(user)] = external;
            _cache.Add(external, new(user), askedAt);
        }

        return known.ToImmutable();
    }

    public async Task<DateTimeOffset?> Erase(string externalId, byte[] receipt, CancellationToken ct)
    {
        var at = await Asked(() => store.Erase(externalId, receipt, time.GetUtcNow().ToUnixTimeMilliseconds(), ct));
        _cache.Forget(externalId);
        return at is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
    }

    /// <summary>
    /// A question to the store. Its failure leaves open whether it happened, and every question may be repeated; the
    /// database's own message stays here, since it may quote what was asked.
    /// </summary>
    public static async Task<T> Asked<T>(Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException)
        {
            throw new OutcomeUnknownException(
                $"The store of persons did not answer: {e.GetType().Name} {(e as DbException)?.SqlState}");
        }
    }

    // Random, and beginning with a letter beyond f: it must be neither guessed nor taken for a number.
    internal static string NewId() => "u" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    private Task<UserId> Ask(string externalId)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(externalId, out var asked))
                _waiting.Add(externalId, asked = new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_asking) return asked.Task;
            _asking = true;
            _ = Task.Run(AskAll);
            return asked.Task;
        }
    }

    private async Task AskAll()
    {
        while (Next() is { Count: > 0 } batch)
        {
            try
            {
                var askedAt = time.GetTimestamp();
                var found = await Asked(() => store.Internal(
                    [.. batch.Keys.Select(id => (id, NewId()))], time.GetUtcNow().ToUnixTimeMilliseconds(), default));
                foreach (var (external, asked) in batch)
                {
                    var user = new UserId(found[external]);
                    _cache.Add(external, user, askedAt);
                    asked.SetResult(user);
                }
            }
            catch (Exception e) // each waiter hears of it and asks again
            {
                foreach (var asked in batch.Values) asked.TrySetException(e);
            }
        }
    }

    private Dictionary<string, TaskCompletionSource<UserId>> Next()
    {
        lock (_gate)
        {
            var batch = _waiting;
            _waiting = new(StringComparer.Ordinal);
            foreach (var id in batch.Keys.Skip(BatchMax).ToArray())
            {
                batch.Remove(id, out var later);
                _waiting.Add(id, later!);
            }

            _asking = batch.Count > 0;
            return batch;
        }
    }
}
