using Ale.Edge;
using Ale.Users;

namespace Ale.Enrolments;

/// <summary>Trials and events: places, check-in and feedback (USR-05, USR-13).</summary>
internal static class EnrolmentHttp
{
    public static void MapEnrolments(this IEndpointRouteBuilder api)
    {
        var enrolments = api.MapGroup("/enrolments").WithTags("Enrolments");

        enrolments.MapPut("/{id}", (Id id, EnrolmentBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Enrolment(id).Put(body.Terms, caller.Subject, ct), EnrolmentReply.Of))
            .Allow(Permission.EnrolmentWrite).WithName("putEnrolment")
            .WithSummary("Enters a trial or an event with its places");

        enrolments.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Enrolment(id).Get(ct), EnrolmentReply.Of))
            .Allow(Permission.EnrolmentRead).WithName("getEnrolment").WithSummary("It as it is now, with its counts");

        enrolments.MapPut("/{id}/places/{userId}", (Id id, Id userId, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(async ct => await grains.Enrolment(id).Apply(await users.Internal(owner, ct), ct),
                    p => PlaceReply.Of(p, owner));
            })
            .Allow(Permission.EnrolmentJoin).WithName("putPlace")
            .WithSummary("Applies for a place; the same again: it, with its code, as it is now");

        enrolments.MapGet("/{id}/places/{userId}", (Id id, Id userId, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(async ct => await grains.Enrolment(id).GetPlace(await users.Internal(owner, ct), ct),
                    p => PlaceReply.Of(p, owner));
            })
            .Allow(Permission.EnrolmentJoin).WithName("getPlace").WithSummary("Somebody's place as it is now");

        enrolments.MapPost("/{id}/places/{userId}/release", (Id id, Id userId, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(async ct => await grains.Enrolment(id).Release(await users.Internal(owner, ct), ct),
                    EnrolmentReply.Of);
            })
            .Allow(Permission.EnrolmentJoin).WithName("releasePlace")
            .WithSummary("Gives a place back that was not used");

        enrolments.MapPost("/{id}/places/{userId}/feedback", (Id id, Id userId, FeedbackBody body, Caller caller,
                UserMap users, IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(async ct => await grains.Enrolment(id).Feedback(
                    new(await users.Internal(owner, ct), body.Rating, body.Text), ct), p => PlaceReply.Of(p, owner));
            })
            .Allow(Permission.EnrolmentJoin).WithName("giveFeedback")
            .WithSummary("What somebody thinks of what he tried, without personal data");

        enrolments.MapPost("/{id}/check-in", (Id id, CheckInBody body, UserMap users, IGrainFactory grains,
                EdgeCall edge) => edge.Run(async ct =>
            {
                var come = await grains.Enrolment(id).CheckIn(body.Code, ct);
                return come.Refusal is { } refusal ? refusal
                    : new Outcome<PlaceReply>(PlaceReply.Of(
                        come.Value!, await users.External(come.Value!.User, ct)), null)
                    { At = come.At };
            }))
            .Allow(Permission.EnrolmentWrite).WithName("checkIn")
            .WithSummary("Who shows this code has come; his coupon is credited once");

        enrolments.MapGet("/{id}/places", (Id id, PageRequest page, UserMap users, IGrainFactory grains,
                EdgeCall edge) => edge.Run(
                ct => grains.EnrolmentQueries().Places(
                    id, page.After?.Text(0), page.Limit + 1, page.At ?? default, ct),
                async found =>
                {
                    var names = await users.External(found.Select(r => r.User), default);
                    return Page<PlaceRowReply>.Of(
                        [.. found.Select(r => PlaceRowReply.Of(r, names.GetValueOrDefault(r.User)))], page.Limit,
                        last => Cursor.Of(last.Key));
                }))
            .Allow(Permission.EnrolmentRead).WithName("listPlaces")
            .WithSummary("Who has a place, and what he said; as CSV too");

        enrolments.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.EnrolmentQueries().Enrolments(
                    page.After?.Text(0), page.Limit + 1, page.At ?? default, ct),
                found => Page<EnrolmentRow>.Of(found, page.Limit, last => Cursor.Of(last.Id))))
            .Allow(Permission.EnrolmentRead).WithName("listEnrolments")
            .WithSummary("Trials and events by id; as CSV too");
    }

    /// <param name="Kind"><c>trial</c> or <c>event</c>.</param>
    /// <param name="ClosesAt">Applications before here.</param>
    /// <param name="Coupon">What checking in brings.</param>
    internal sealed record EnrolmentBody(
        EnrolmentKind Kind, string Title, int Places, DateTimeOffset OpensAt, DateTimeOffset ClosesAt,
        Id? SessionId = null, CouponCode? Coupon = null) : IValidated
    {
        internal EnrolmentTerms Terms => new(Kind, Title, Places, OpensAt, ClosesAt)
        {
            SessionId = SessionId?.Value,
            Coupon = Coupon?.Value,
        };

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Range("places", Places, 1, IEnrolmentGrain.PlacesMax);
            p.Instant("opensAt", OpensAt);
            p.Instant("closesAt", ClosesAt);
            p.Require(OpensAt < ClosesAt, "closesAt", "Must be after opensAt.");
        }
    }

    /// <param name="Rating">1 to 5.</param>
    /// <param name="Text">Without personal data: it is kept for ever.</param>
    internal sealed record FeedbackBody(int Rating, string Text) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("rating", Rating, 1, 5);
            p.Text("text", Text, min: 1);
        }
    }

    /// <param name="Code">As it stands on the place.</param>
    internal sealed record CheckInBody(Id Code);

    /// <summary>An enrolment as answered; the members mean what they do in <see cref="EnrolmentInfo"/>.</summary>
    internal sealed record EnrolmentReply(
        string Id, EnrolmentKind Kind, string Title, int Places, int HighPotentialPlaces, DateTimeOffset OpensAt,
        DateTimeOffset ClosesAt, string? SessionId, string? Coupon, int Taken, int HighPotentialTaken, int Attended,
        int Answered, int Overdue)
    {
        public static EnrolmentReply Of(EnrolmentInfo e) => new(e.Id, e.Terms.Kind, e.Terms.Title, e.Terms.Places,
            e.HighPotentialPlaces, e.Terms.OpensAt, e.Terms.ClosesAt, e.Terms.SessionId, e.Terms.Coupon, e.Taken,
            e.HighPotentialTaken, e.Attended, e.Answered, e.Overdue);
    }

    /// <summary>A place as answered; the members mean what they do in <see cref="PlaceInfo"/>.</summary>
    internal sealed record PlaceReply(
        string Enrolment, string? UserId, PlaceState State, string Code, bool IsHighPotential,
        DateTimeOffset? FeedbackBy, int? Rating)
    {
        public static PlaceReply Of(PlaceInfo p, string? user) =>
            new(p.Enrolment, user, p.State, p.Code, p.IsHighPotential, p.FeedbackBy, p.Rating);
    }

    /// <summary>A place as listed.</summary>
    /// <param name="Key">The internal id, by which the list goes on.</param>
    internal sealed record PlaceRowReply(
        string Key, string? UserId, PlaceState State, bool IsHighPotential, int? Rating, string? Text,
        DateTimeOffset GrantedAt)
    {
        public static PlaceRowReply Of(PlaceRow r, string? user) =>
            new(r.User.ToString(), user, r.State, r.IsHighPotential, r.Rating, r.Text, r.GrantedAt);
    }
}
