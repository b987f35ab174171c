using System.Collections.Immutable;
using Ale.Audience;
using Ale.Users;

namespace Ale.Platforms;

/// <summary>The door at which a platform's ids of people become ours; behind it nobody knows them.</summary>
public static class PlatformPeople
{
    private const int AtOnceMax = 32;

    /// <summary>
    /// The events with internal identities in the place of the platform's ids: the same that
    /// <see cref="AudienceKeys.External"/> stands for, encrypted apart and erasable. What is no id stays, and is refused.
    /// </summary>
    /// <param name="platform">Whose events they are.</param>
    /// <exception cref="OutcomeUnknownException">The store of people does not answer: ask again.</exception>
    public static async Task<ImmutableArray<PlatformEvent>> Identified(
        this IGrainFactory grains, string platform, ImmutableArray<PlatformEvent> events,
        CancellationToken ct = default)
    {
        var known = new Dictionary<string, UserId>(StringComparer.Ordinal);
        var people = events.Select(e => e.PersonId).OfType<string>().Where(Limits.IsId)
            .Distinct(StringComparer.Ordinal);
        foreach (var some in people.Chunk(AtOnceMax))
        {
            var ids = await Task.WhenAll(some.Select(
                person => grains.UserIds().Internal(AudienceKeys.External(platform, person), ct)));
            for (var i = 0; i < some.Length; i++) known[some[i]] = ids[i];
        }

        return known.Count == 0 ? events : [.. events.Select(e =>
            e.PersonId is { } person && known.TryGetValue(person, out var id)
                ? e with { PersonId = null, Identity = id } : e)];
    }
}
