using Ale.Kernel;
using Ale.Policy;
using Ale.Users;

namespace Ale.Enrolments;

/// <summary>Who somebody is when he applies.</summary>
internal readonly record struct Applicant(UserId User, bool IsCore, bool IsHighPotential);

/// <summary>What is decided about places; pure.</summary>
internal static class EnrolmentDecide
{
    private const int RatingMax = 5; // stars

    public static Decision<EnrolmentEvent, EnrolmentInfo> Decide(this Enrolment enrolment, EnrolmentTerms terms,
        string by, string id, EnrolmentPolicy policy, DateTimeOffset now)
    {
        if (enrolment.Terms is not null)
            return enrolment.Terms == terms ? enrolment.Info(id) : EnrolmentRefusals.Changed;
        if (terms.Title.Length is 0 or > Limits.TextLengthMax || !Enum.IsDefined(terms.Kind)
            || terms.Places is < 1 or > IEnrolmentGrain.PlacesMax || terms.OpensAt >= terms.ClosesAt
            || (terms.SessionId is not null && !Limits.IsId(terms.SessionId))
            || (terms.Coupon is not null && !Limits.IsId(terms.Coupon))) return EnrolmentRefusals.BadTerms;
        var share = terms.Kind == EnrolmentKind.Trial ? terms.Places * policy.HighPotentialPercent / 100 : 0;
        return After(enrolment, id, new EnrolmentEvent.Put(terms, share, by, now));
    }

    /// <param name="code">For the place, if he gets one.</param>
    public static Decision<EnrolmentEvent, PlaceInfo> DecideApply(this Enrolment enrolment, Applicant applicant,
        string code, string id, EnrolmentPolicy policy, DateTimeOffset now)
    {
        if (enrolment.Terms is not { } terms) return EnrolmentRefusals.Unknown;
        if (enrolment.Places.ContainsKey(applicant.User)) return enrolment.PlaceOf(applicant.User, id);
        if (now < terms.OpensAt) return EnrolmentRefusals.NotOpen;
        if (now >= terms.ClosesAt) return EnrolmentRefusals.Closed;
        var isTrial = terms.Kind == EnrolmentKind.Trial;
        var ofShare = isTrial && !applicant.IsCore && applicant.IsHighPotential;
        if (isTrial && !applicant.IsCore && !ofShare) return EnrolmentRefusals.NotEligible;
        var isFull = ofShare ? enrolment.HighPotentialTaken >= enrolment.HighPotentialPlaces
            : enrolment.Taken >= terms.Places - enrolment.HighPotentialPlaces;
        if (isFull) return EnrolmentRefusals.Full;
        var granted = new EnrolmentEvent.Granted(applicant.User, code, ofShare,
            isTrial ? now.AddDays(policy.FeedbackDays) : null, now);
        return new(enrolment.Apply(granted).PlaceOf(applicant.User, id), granted);
    }

    public static Decision<EnrolmentEvent, EnrolmentInfo> DecideRelease(
        this Enrolment enrolment, UserId user, string id, DateTimeOffset now) =>
        enrolment.Terms is null ? EnrolmentRefusals.Unknown
        : !enrolment.Places.TryGetValue(user, out var place) ? EnrolmentRefusals.NoPlace
        : place.State != PlaceState.Granted ? EnrolmentRefusals.Used
        : After(enrolment, id, new EnrolmentEvent.Released(user, now));

    public static Decision<EnrolmentEvent, PlaceInfo> DecideCheckIn(
        this Enrolment enrolment, string code, string id, DateTimeOffset now)
    {
        if (enrolment.Terms is null) return EnrolmentRefusals.Unknown;
        if (!enrolment.Codes.TryGetValue(code, out var user)) return EnrolmentRefusals.NoPlace;
        if (enrolment.Places[user].HasCome) return enrolment.PlaceOf(user, id);
        var attended = new EnrolmentEvent.Attended(user, now);
        return new(enrolment.Apply(attended).PlaceOf(user, id), attended);
    }

    public static Decision<EnrolmentEvent, PlaceInfo> Decide(
        this Enrolment enrolment, GiveFeedback command, string id, DateTimeOffset now)
    {
        if (enrolment.Terms is null) return EnrolmentRefusals.Unknown;
        if (!enrolment.Places.TryGetValue(command.User, out var place)) return EnrolmentRefusals.NoPlace;
        if (command.Rating is < 1 or > RatingMax || command.Text.Length is 0 or > Limits.TextLengthMax)
            return EnrolmentRefusals.BadTerms;
        if (place.Rating is not null)
        {
            return place.Rating == command.Rating && place.Text == command.Text
                ? enrolment.PlaceOf(command.User, id) : EnrolmentRefusals.Changed;
        }

        var answered = new EnrolmentEvent.Answered(command.User, command.Rating, command.Text, now);
        return new(enrolment.Apply(answered).PlaceOf(command.User, id), answered);
    }

    /// <summary>Feedback that is due now and was not given.</summary>
    public static Decision<EnrolmentEvent, Done> DecideDue(this Enrolment enrolment, string role, DateTimeOffset now) =>
        new(default(Done), [.. enrolment.Owing.TakeWhile(o => o.By <= now)
            .Select(o => new EnrolmentEvent.Owed(o.User, role, now))]);

    /// <param name="refusal">Why he has no coupon; null: he has it.</param>
    /// <param name="role">Whose inbox hears of a refusal.</param>
    public static Decision<EnrolmentEvent, Done> DecideCredited(
        this Enrolment enrolment, UserId user, string? refusal, string role, DateTimeOffset now) =>
        enrolment.Uncredited.All(u => u.User != user) ? default(Done)
        : new Decision<EnrolmentEvent, Done>(default(Done), new EnrolmentEvent.Credited(user, refusal, now)
        { Role = refusal is null ? null : role });

    public static EnrolmentInfo Info(this Enrolment e, string id) => new(id, e.Terms!, e.HighPotentialPlaces, e.Taken,
        e.HighPotentialTaken, e.Places.Values.Count(p => p.HasCome),
        e.Places.Values.Count(p => p.State == PlaceState.Answered), e.Places.Values.Count(p => p.IsOwed));

    public static PlaceInfo PlaceOf(this Enrolment enrolment, UserId user, string id)
    {
        var place = enrolment.Places[user];
        return new(id, user, place.State, place.Code, place.IsHighPotential, place.FeedbackBy, place.Rating);
    }

    private static Decision<EnrolmentEvent, EnrolmentInfo> After(
        Enrolment enrolment, string id, EnrolmentEvent happened) => new(enrolment.Apply(happened).Info(id), happened);
}
