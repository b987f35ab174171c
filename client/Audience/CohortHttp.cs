using Ale.Edge;
using Ale.Users;

namespace Ale.Audience;

/// <summary>Cohorts of users, as the seed users of the first two months (USR-11).</summary>
internal static class CohortHttp
{
    public static void MapCohorts(this IEndpointRouteBuilder api)
    {
        var cohorts = api.MapGroup("/cohorts").WithTags("Audience");

        cohorts.MapPut("/{id}", (Id id, CohortBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Cohort(id).Put(
                    new(body.Title, body.Goal, body.From, body.Days, caller.Subject), ct)))
            .Allow(Permission.AudienceWrite).WithName("putCohort")
            .WithSummary("Enters a cohort with its goal and its days; absent ones are the policy's");

        cohorts.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Cohort(id).Get(ct)))
            .Allow(Permission.AudienceRead).WithName("getCohort")
            .WithSummary("How many are in it, of how many, and how many should be by now");

        cohorts.MapPut("/{id}/members/{userId}", (Id id, Id userId, Caller caller, UserMap users, IGrainFactory grains,
                EdgeCall edge) => edge.Run(
                async ct => await grains.Cohort(id).Add(await users.Internal(userId, ct), caller.Subject, ct),
                m => MemberReply.Of(m, userId)))
            .Allow(Permission.AudienceWrite).WithName("putMember").WithSummary("Tags a user; again: as it is");

        cohorts.MapDelete("/{id}/members/{userId}", (Id id, Id userId, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) => edge.Run(
                async ct => await users.Find(userId, ct) is { } user
                    ? await grains.Cohort(id).Remove(user, caller.Subject, ct) : CohortRefusals.NoMember))
            .Allow(Permission.AudienceWrite).WithName("deleteMember").WithSummary("Takes the tag off");

        cohorts.MapPut("/{id}/members/{userId}/words/{wordId}", (Id id, Id userId, Id wordId, WordBody body,
                UserMap users, IGrainFactory grains, EdgeCall edge) => edge.Run(
                async ct => await users.Find(userId, ct) is { } user
                    ? await grains.Cohort(id).Say(new(user, wordId, body.Rating, body.Text), ct)
                    : CohortRefusals.NoMember,
                m => MemberReply.Of(m, userId)))
            .Allow(Permission.AudienceWrite).WithName("putWord")
            .WithSummary("What a member says, without personal data");

        cohorts.MapGet("/{id}/members", (Id id, PageRequest page, UserMap users, IGrainFactory grains,
                EdgeCall edge) => edge.Run(
                ct => grains.AudienceQueries().Members(
                    id, page.After?.Text(0), page.Limit + 1, page.At ?? default, ct),
                async found =>
                {
                    var names = await users.External(found.Select(r => r.User), default);
                    return Page<CohortRowReply>.Of(
                        [.. found.Select(r => CohortRowReply.Of(r, names.GetValueOrDefault(r.User)))], page.Limit,
                        last => Cursor.Of(last.Key));
                }))
            .Allow(Permission.AudienceRead).WithName("listMembers")
            .WithSummary("Who is in it, what he buys and what he says; as CSV too");
    }

    /// <param name="Goal">How many are to be recruited.</param>
    /// <param name="From">The first day on which members are added.</param>
    /// <param name="Days">For how many days.</param>
    internal sealed record CohortBody(string Title, DateOnly From, int? Goal = null, int? Days = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Range("goal", Goal, 1, ICohortGrain.MembersMax);
            p.Range("days", Days, 1, 3_660);
        }
    }

    /// <param name="Rating">1 to 5.</param>
    /// <param name="Text">Without personal data: it is kept for ever.</param>
    internal sealed record WordBody(int Rating, string Text) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("rating", Rating, 1, 5);
            p.Text("text", Text, min: 1);
        }
    }

    /// <summary>A member as answered; the members mean what they do in <see cref="CohortMember"/>.</summary>
    internal sealed record MemberReply(
        string Cohort, string UserId, DateTimeOffset AddedAt, int Words, decimal? MeanRating)
    {
        public static MemberReply Of(CohortMember m, string user) =>
            new(m.Cohort, user, m.AddedAt, m.Words, m.MeanRating);
    }

    /// <summary>A member as listed; the members mean what they do in <see cref="CohortRow"/>.</summary>
    /// <param name="Key">The internal id, by which the list goes on.</param>
    internal sealed record CohortRowReply(
        string Key, string? UserId, DateTimeOffset AddedAt, int Orders, long SpentMinor, DateTimeOffset? LastOrderAt,
        int Trials, int Words, decimal? MeanRating, string? LastText)
    {
        public static CohortRowReply Of(CohortRow r, string? user) => new(r.User.ToString(), user, r.AddedAt, r.Orders,
            r.SpentMinor, r.LastOrderAt, r.Trials, r.Words, r.MeanRating, r.LastText);
    }
}
