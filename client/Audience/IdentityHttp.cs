using Ale.Edge;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Audience;

/// <summary>People of platforms, and the pool of them (CAM-07).</summary>
internal static class IdentityHttp
{
    public static void MapIdentities(this IEndpointRouteBuilder api)
    {
        var identities = api.MapGroup("/identities").WithTags("Audience");

        identities.MapPut("/{platform}/{person}", (Id platform, Id person, SeenBody? body, UserMap users,
                IGrainFactory grains, EdgeCall edge) => edge.Run(
                async ct => await grains.Identity(
                    await users.Internal(AudienceKeys.External(platform, person), ct))
                    .See(new(platform, body?.SeenAt), ct),
                i => IdentityReply.Of(i, person, users)))
            .Allow(Permission.AudienceWrite).WithName("putIdentity")
            .WithSummary("Somebody was seen on a platform; the first time counts");

        identities.MapGet("/{platform}/{person}", (Id platform, Id person, UserMap users, IGrainFactory grains,
                EdgeCall edge) => edge.Run(
                ct => Known(platform, person, users, grains, i => i.Get(ct), ct),
                i => IdentityReply.Of(i, person, users)))
            .Allow(Permission.AudienceRead).WithName("getIdentity")
            .WithSummary("When he was first seen, and who he is");

        identities.MapPost("/{platform}/{person}/link", (Id platform, Id person, LinkBody body, Caller caller,
                UserMap users, IGrainFactory grains, EdgeCall edge) => edge.Run(
                async ct =>
                {
                    var user = await users.Internal(body.UserId, ct);
                    return await Known(platform, person, users, grains,
                        i => i.Link(new(user, body.Consent, caller.Subject), ct), ct);
                },
                i => IdentityReply.Of(i, person, users)))
            .Allow(Permission.AudienceWrite).WithName("linkIdentity")
            .WithSummary("He is this user, and has agreed; he stands in the pool once");

        identities.MapPost("/{platform}/{person}/unlink", (Id platform, Id person, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => Known(platform, person, users, grains, i => i.Unlink(caller.Subject, ct), ct),
                i => IdentityReply.Of(i, person, users)))
            .Allow(Permission.AudienceWrite).WithName("unlinkIdentity").WithSummary("He does not agree any more");

        identities.MapPost("/{platform}/{person}/erase", (Id platform, Id person, CommandKey key, IGrainFactory grains,
                EdgeCall edge) => edge.Run(
                ct => grains.People().Erase(AudienceKeys.External(platform, person), key, ct)))
            .Allow(Permission.UserErase).WithName("eraseIdentity")
            .WithSummary("Erases what the platform calls him; figures stay under a name that stands for nobody");

        api.MapGroup("/audience").WithTags("Audience")
            .MapGet("", (DateOnly from, DateOnly to, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var p = new Problems();
                p.Require(from <= to && to.DayNumber - from.DayNumber <= 366, "to",
                    "Must be 0 to 366 days after from.");
                p.ThrowIfAny();
                return edge.Run(ct => grains.AudienceQueries().Pool(from, to, page.At ?? default, ct));
            })
            .Allow(Permission.AudienceRead).WithName("getAudience")
            .WithSummary("The pool without duplicates, and who was led from which platform to which");
    }

    private static async Task<Outcome<IdentityInfo>> Known(string platform, string person, UserMap users,
        IGrainFactory grains, Func<IIdentityGrain, Task<Outcome<IdentityInfo>>> call, CancellationToken ct) =>
        await users.Find(AudienceKeys.External(platform, person), ct) is { } known
            ? await call(grains.Identity(known)) : IdentityRefusals.Unknown;

    /// <param name="SeenAt">Absent: now.</param>
    internal sealed record SeenBody(DateTimeOffset? SeenAt = null) : IValidated
    {
        public void Validate(Problems p) => p.Instant("seenAt", SeenAt);
    }

    /// <param name="Consent">That he agreed.</param>
    internal sealed record LinkBody(Id UserId, bool Consent);

    /// <summary>Somebody on a platform as answered; the members mean what they do in
    /// <see cref="IdentityInfo"/>.</summary>
    internal sealed record IdentityReply(
        string Platform, string Person, DateTimeOffset FirstSeenAt, string? UserId, DateTimeOffset? LinkedAt)
    {
        public static async Task<IdentityReply> Of(IdentityInfo i, string person, UserMap users) =>
            new(i.Platform, person, i.FirstSeenAt, await users.External(i.User, default), i.LinkedAt);
    }
}
