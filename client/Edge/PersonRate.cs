using Microsoft.Extensions.Options;

namespace Ale.Edge;

/// <summary>
/// The pace of one person's tokens: a second's worth at once, then evenly. One number a person is kept, the instant at
/// which what he used so far will have been earned (the generic cell rate algorithm), for 100,000 persons at most.
/// </summary>
internal sealed class PersonRate(IOptions<EdgeLimits> limits, TimeProvider time)
{
    private const int PersonsMax = 100_000;

    private readonly RecentCache<string, long> earnedAt = new(PersonsMax, TimeSpan.FromSeconds(2), time);

    /// <summary>Refuses with 429 who is too fast; backends and staff have no limit.</summary>
    public Task Check(HttpContext http, RequestDelegate next)
    {
        var caller = Caller.Of(http.User);
        if (!caller.Roles.Any(role => role is Roles.User or Roles.Viewer) || caller.IsBackend) return next(http);
        return Takes(caller.Subject) ? next(http) : Problem.OfStatus(429)!.Write(http);
    }

    /// <summary>True, and one request is used up, when <paramref name="subject"/> is within his pace.</summary>
    internal bool Takes(string subject)
    {
        var cost = time.TimestampFrequency / limits.Value.PersonRequestsPerSecond;
        var now = time.GetTimestamp();
        var bound = now + time.TimestampFrequency;
        // A refused request uses nothing up: who goes on asking too fast still gets his share.
        var taken = false;
        earnedAt.Update(subject, 0, (_, before) =>
        {
            var after = Math.Max(before, now) + cost;
            taken = after <= bound;
            return taken ? after : before;
        });
        return taken;
    }
}
