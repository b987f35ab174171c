using Ale.Kernel;
using Ale.Policy;
using Ale.Users;
using Xunit;

namespace Ale.Enrolments;

/// <summary>Who gets a place, rule by rule.</summary>
public sealed class EnrolmentTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 18, 4, 0, 0, TimeSpan.Zero);
    private static readonly EnrolmentPolicy Policy = new(20, 14, "ops");

    private static readonly EnrolmentTerms Trial =
        new(EnrolmentKind.Trial, "New cream", 50, Now.AddDays(-1), Now.AddDays(1));

    private static readonly EnrolmentTerms Event =
        new(EnrolmentKind.Event, "Pop-up", 2, Now.AddDays(-1), Now.AddDays(1)) { Coupon = "C3" };

    private static Enrolment Of(EnrolmentTerms terms) => After(
        Enrolment.New(), Enrolment.New().Decide(terms, "olga", "E1", Policy, Now));

    private static Enrolment After<T>(Enrolment enrolment, Decision<EnrolmentEvent, T> decision) =>
        decision.Events.Aggregate(enrolment, (e, happened) => e.Apply(happened));

    private static Decision<EnrolmentEvent, PlaceInfo> Apply(
        Enrolment enrolment, string user, bool isCore = true, bool isHigh = false, DateTimeOffset? at = null) =>
        enrolment.DecideApply(new(new(user), isCore, isHigh), "CODE" + user, "E1", Policy, at ?? Now);

    [Fact]
    public void USR_05_eighty_core_users_apply_and_forty_get_places_while_ten_are_kept_for_high_potential()
    {
        var trial = Of(Trial);
        Assert.Equal(10, trial.HighPotentialPlaces);
        var answers = new List<string?>();
        for (var i = 0; i < 80; i++)
        {
            var decided = Apply(trial, $"core{i}");
            answers.Add(decided.Reply.Refusal?.Code);
            trial = After(trial, decided);
        }

        Assert.Equal(40, answers.Count(a => a is null));
        Assert.All(answers.Skip(40), a => Assert.Equal("enrolment.full", a));
        for (var i = 0; i < 12; i++) trial = After(trial, Apply(trial, $"high{i}", isCore: false, isHigh: true));
        Assert.Equal((40, 10), (trial.Taken, trial.HighPotentialTaken));
        Assert.Equal("enrolment.full", Apply(trial, "high99", isCore: false, isHigh: true).Reply.Refusal!.Code);
        Assert.Equal("enrolment.not_eligible", Apply(trial, "anybody", isCore: false).Reply.Refusal!.Code);
        Assert.Equal(50, trial.Owing.Count); // each owes his feedback
    }

    [Theory] // Core, named; the answer.
    [InlineData(true, false, null)]
    [InlineData(true, true, null)] // core first
    [InlineData(false, true, null)]
    [InlineData(false, false, "enrolment.not_eligible")]
    public void USR_05_a_trial_is_for_core_users_and_those_of_high_potential(bool isCore, bool isHigh, string? code)
    {
        var decided = Apply(Of(Trial), "u", isCore, isHigh);
        Assert.Equal(code, decided.Reply.Refusal?.Code);
        if (code is null) Assert.Equal(!isCore, decided.Reply.Value!.IsHighPotential);
    }

    [Theory]
    [InlineData(-1441, "enrolment.not_open")] // a minute before it opens
    [InlineData(-1440, null)]
    [InlineData(1439, null)]
    [InlineData(1440, "enrolment.closed")] // at its end
    public void USR_05_applications_are_taken_from_the_opening_to_before_the_close(int minutes, string? code) =>
        Assert.Equal(code, Apply(Of(Trial), "u", at: Now.AddMinutes(minutes)).Reply.Refusal?.Code);

    [Fact]
    public void USR_05_feedback_is_given_once_and_owed_when_it_is_late()
    {
        var trial = After(Of(Trial), Apply(Of(Trial), "u"));
        trial = After(trial, Apply(trial, "late"));
        Assert.Equal(Now.AddDays(14), trial.Places[new("u")].FeedbackBy);
        Assert.Empty(Apply(trial, "u").Events); // he has one
        Assert.Equal("enrolment.bad_terms", Say(0, "bad").Reply.Refusal!.Code);
        Assert.Equal("enrolment.bad_terms", Say(6, "bad").Reply.Refusal!.Code);
        Assert.Equal("enrolment.no_place", trial.Decide(new GiveFeedback(new("x"), 5, "good"), "E1", Now)
            .Reply.Refusal!.Code);
        trial = After(trial, Say(5, "good"));
        Assert.Empty(Say(5, "good").Events);
        Assert.Equal("enrolment.changed", Say(4, "good").Reply.Refusal!.Code);
        Assert.Equal("enrolment.used", trial.DecideRelease(new("u"), "E1", Now).Reply.Refusal!.Code);
        Assert.Empty(trial.DecideDue("ops", Now.AddDays(14).AddSeconds(-1)).Events);
        var due = trial.DecideDue("ops", Now.AddDays(14));
        Assert.Equal("late", Assert.IsType<EnrolmentEvent.Owed>(Assert.Single(due.Events)).User.Value);
        trial = After(trial, due);
        Assert.Equal((1, null), (trial.Info("E1").Overdue, trial.DueAt));

        Decision<EnrolmentEvent, PlaceInfo> Say(int rating, string text) =>
            trial.Decide(new GiveFeedback(new("u"), rating, text), "E1", Now);
    }

    [Fact]
    public void USR_13_the_last_place_of_an_event_goes_to_one_and_comes_back_when_it_is_given_back()
    {
        var popUp = After(Of(Event), Apply(Of(Event), "a", isCore: false));
        popUp = After(popUp, Apply(popUp, "b", isCore: false));
        Assert.Equal("enrolment.full", Apply(popUp, "c").Reply.Refusal!.Code);
        popUp = After(popUp, popUp.DecideRelease(new("b"), "E1", Now));
        Assert.Equal("enrolment.no_place", popUp.DecideRelease(new("b"), "E1", Now).Reply.Refusal!.Code);
        Assert.Equal("enrolment.no_place", popUp.DecideCheckIn("CODEb", "E1", Now).Reply.Refusal!.Code);
        Assert.Null(Apply(popUp, "c").Reply.Refusal);
    }

    [Fact]
    public void USR_13_a_code_checks_in_once_and_credits_the_coupon_once()
    {
        var popUp = After(Of(Event), Apply(Of(Event), "a", isCore: false));
        var come = popUp.DecideCheckIn("CODEa", "E1", Now);
        popUp = After(popUp, come);
        Assert.Equal(PlaceState.Attended, come.Reply.Value!.State);
        Assert.Single(popUp.Uncredited);
        Assert.Empty(popUp.DecideCheckIn("CODEa", "E1", Now).Events);
        popUp = After(popUp, popUp.DecideCredited(new("a"), null, "ops", Now));
        Assert.True(popUp.Places[new("a")].IsCredited);
        Assert.Empty(popUp.DecideCredited(new("a"), null, "ops", Now).Events);
        Assert.Null(popUp.DueAt);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("coupon.ended", "ops")]
    public void USR_13_who_has_come_and_gets_no_coupon_is_somebodys_to_look_at(string? refusal, string? role)
    {
        var popUp = After(Of(Event), Apply(Of(Event), "a", isCore: false));
        popUp = After(popUp, popUp.DecideCheckIn("CODEa", "E1", Now));
        Assert.Equal(new EnrolmentEvent.Credited(new("a"), refusal, Now) { Role = role },
            Assert.Single(popUp.DecideCredited(new("a"), refusal, "ops", Now).Events));
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Enrolments/Enrolment.golden.jsonl",
        Enrolment.EventJson, new EnrolmentEvent.Put(Trial, 10, "olga", Now),
        new EnrolmentEvent.Put(Event with { SessionId = "S1" }, 0, "olga", Now),
        new EnrolmentEvent.Granted(new("u"), "C0DE", true, Now.AddDays(14), Now),
        new EnrolmentEvent.Granted(new("v"), "C1DE", false, null, Now), new EnrolmentEvent.Released(new("v"), Now),
        new EnrolmentEvent.Attended(new("u"), Now), new EnrolmentEvent.Credited(new("u"), null, Now),
        new EnrolmentEvent.Credited(new("u"), "coupon.ended", Now),
        new EnrolmentEvent.Answered(new("u"), 5, "soft", Now), new EnrolmentEvent.Owed(new("u"), "ops", Now),
        new EnrolmentEvent.Credited(new("u"), "coupon.ended", Now) { Role = "ops" });

    [Theory]
    [InlineData(0)]
    [InlineData(20_001)]
    public void USR_05_terms_out_of_range_are_refused(int places) => Assert.Equal("enrolment.bad_terms",
        Enrolment.New().Decide(Trial with { Places = places }, "olga", "E1", Policy, Now).Reply.Refusal!.Code);
}
