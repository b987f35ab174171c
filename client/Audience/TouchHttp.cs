using System.Collections.Immutable;
using Ale.Campaigns;
using Ale.Edge;
using Ale.Users;

namespace Ale.Audience;

/// <summary>What buyers met on their way (A-51, ORD-07). A user says it of himself; another's is 403.</summary>
internal static class TouchHttp
{
    public static void MapTouches(this IEndpointRouteBuilder api) =>
        api.MapPut("/touches/{id}", (Id id, TouchBody body, Caller caller, UserMap users, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var owner = caller.Own(body.UserId);
                return edge.Run(
                    async ct => await grains.Touches(await users.Internal(owner, ct)).See(
                        new(id, body.What, body.At) { Implied = await body.Implied(grains, ct) }, ct),
                    last => new TouchesReply(owner, last));
            })
            .Allow(Permission.TouchWrite).WithTags("Audience").WithName("putTouch")
            .WithSummary("A user met a session, channel, campaign, placement or share link; the last one counts");

    /// <param name="UserId">Whose; a user's own.</param>
    /// <param name="PlacementId">Where its campaign and channel are not said, they are the placement's.</param>
    /// <param name="At">When; absent: now.</param>
    internal sealed record TouchBody(
        Id UserId, string? SessionId = null, string? Channel = null, string? CampaignId = null,
        string? PlacementId = null, string? ShareId = null, DateTimeOffset? At = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Id("sessionId", SessionId);
            p.Id("channel", Channel);
            p.Id("campaignId", CampaignId);
            p.Id("placementId", PlacementId);
            p.Id("shareId", ShareId);
            p.Instant("at", At);
            p.Require((SessionId ?? Channel ?? CampaignId ?? PlacementId ?? ShareId) is not null, "sessionId",
                "Name at least one of sessionId, channel, campaignId, placementId and shareId.");
        }

        internal TouchSources What => new(SessionId, Channel, CampaignId, PlacementId, ShareId);

        public async Task<TouchSources?> Implied(IGrainFactory grains, CancellationToken ct)
        {
            if (PlacementId is null || (Channel is not null && CampaignId is not null)) return null;
            var (placement, _) = await grains.Placement(PlacementId).Get(ct); // one that is not entered says nothing
            return placement is null ? null
                : new(null, placement.Terms.Channel, placement.Terms.CampaignId, null, null);
        }
    }

    /// <param name="Touches">The latest of each dimension that has one.</param>
    internal sealed record TouchesReply(string UserId, ImmutableArray<LastTouch> Touches);
}
