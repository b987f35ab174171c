using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Audience;

/// <summary>Who is in a cohort, and who a person of a platform is, rule by rule.</summary>
public sealed class CohortTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly CohortPolicy Policy = Book.For(null, Noon).Cohorts;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);
    private static readonly DateOnly Day1 = new(2026, 6, 1);
    private static readonly PutCohort Seed = new("Seed users", null, Day1, null, "olga");

    private static Cohort Put(PutCohort? command = null) => Cohort.New().Apply(Assert.Single(
        Cohort.New().Decide(command ?? Seed, "seed", Policy, Market, Noon).Events));

    private static Cohort With(Cohort cohort, int members) => Enumerable.Range(0, members).Aggregate(
        cohort, (c, i) => c.Apply(new CohortEvent.Added(new($"u{i}"), "olga", Noon)));

    [Fact]
    public void USR_11_at_the_end_of_the_first_month_180_of_500_are_36_percent()
    {
        var info = With(Put(), 180).Info("seed", new(2026, 6, 30));
        Assert.Equal((500, 180, 36.0m), (info.Goal, info.Members, info.GoalPercent));
        Assert.Equal((49.2m, CohortState.Open), (info.DuePercent, info.State)); // 30 of 61 days
        Assert.Equal(new DateOnly(2026, 7, 31), info.LastDay);
    }

    [Theory] // Members of a goal of 2, the day; where it stands.
    [InlineData(0, -1, CohortState.Ahead)]
    [InlineData(1, 0, CohortState.Open)]
    [InlineData(1, 60, CohortState.Open)]
    [InlineData(1, 61, CohortState.Missed)]
    [InlineData(2, 60, CohortState.Reached)]
    [InlineData(2, 61, CohortState.Closed)]
    internal void USR_11_where_the_recruiting_stands(int members, int day, CohortState state) => Assert.Equal(
        state, With(Put(Seed with { Goal = 2 }), members).Info("seed", Day1.AddDays(day)).State);

    [Theory] // Day of the recruiting; the answer.
    [InlineData(-1, "cohort.not_open")]
    [InlineData(0, null)]
    [InlineData(60, null)]
    [InlineData(61, "cohort.closed")]
    public void USR_11_members_are_added_in_the_first_two_months(int day, string? code)
    {
        var now = Market.StartOf(Day1.AddDays(day));
        Assert.Equal(code, Put().DecideAdd(new("u"), "olga", "seed", Market.BusinessDay(now), now).Reply.Refusal?.Code);
    }

    [Fact]
    public void USR_11_a_member_is_tagged_once_speaks_and_may_be_taken_off()
    {
        var today = Market.BusinessDay(Noon);
        var cohort = With(Put(), 1);
        Assert.Empty(cohort.DecideAdd(new("u0"), "olga", "seed", today, Noon).Events);
        Assert.Equal("cohort.no_member", Say("zz", "w", 5, "soft").Reply.Refusal!.Code);
        Assert.Equal("cohort.bad_terms", Say("u0", "w", 6, "soft").Reply.Refusal!.Code);
        foreach (var (id, rating) in new[] { ("w1", 5), ("w2", 4), ("w3", 4) })
            cohort = cohort.Apply(Assert.Single(Say("u0", id, rating, "soft").Events));
        Assert.Empty(Say("u0", "w1", 5, "soft").Events);
        Assert.Equal("cohort.changed", Say("u0", "w1", 5, "hard").Reply.Refusal!.Code);
        Assert.Equal((3, 4.3m), (Say("u0", "w1", 5, "soft").Reply.Value!.Words,
            Say("u0", "w1", 5, "soft").Reply.Value!.MeanRating));
        var removed = Assert.Single(cohort.DecideRemove(new("u0"), "olga", "seed", today, Noon).Events);
        // What he said goes with him, from the table too.
        Assert.Equal(new CohortEvent.Removed(new("u0"), "olga", Noon) { Words = 3, Ratings = 13 }, removed);
        cohort = cohort.Apply(removed);
        Assert.Equal((0, 0), (cohort.Members.Count, cohort.Words));
        Assert.Equal("cohort.no_member",
            cohort.DecideRemove(new("u0"), "olga", "seed", today, Noon).Reply.Refusal!.Code);

        Decision<CohortEvent, CohortMember> Say(string user, string id, int rating, string text) =>
            cohort.Decide(new SayInCohort(new(user), id, rating, text), "seed", Noon);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void USR_11_the_end_is_told_once_with_whether_the_goal_was_missed(int members, bool isMissed)
    {
        var cohort = With(Put(Seed with { Goal = 2 }), members);
        var end = Market.StartOf(new(2026, 8, 1));
        Assert.Equal(end, cohort.DueAt);
        Assert.Empty(cohort.DecideEnd("ops", end.AddSeconds(-1)).Events);
        var ended = Assert.IsType<CohortEvent.Ended>(Assert.Single(cohort.DecideEnd("ops", end).Events));
        Assert.Equal(isMissed, ended.IsMissed);
        Assert.Null(cohort.Apply(ended).DueAt);
        Assert.Empty(cohort.Apply(ended).DecideEnd("ops", end).Events);
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("t", 0, 1)]
    [InlineData("t", 10_001, 1)]
    [InlineData("t", 1, 0)]
    public void USR_11_terms_out_of_range_are_refused(string title, int goal, int days) => Assert.Equal(
        "cohort.bad_terms", Cohort.New().Decide(Seed with { Title = title, Goal = goal, Days = days }, "seed", Policy,
            Market, Noon).Reply.Refusal!.Code);

    [Fact]
    public void USR_11_the_same_again_is_as_it_is_and_other_terms_are_refused()
    {
        Assert.Empty(Put().Decide(Seed, "seed", Policy, Market, Noon).Events);
        Assert.Empty(Put().Decide(Seed with { Goal = 500 }, "seed", Policy, Market, Noon).Events);
        Assert.Equal("cohort.changed",
            Put().Decide(Seed with { Goal = 501 }, "seed", Policy, Market, Noon).Reply.Refusal!.Code);
    }

    [Fact]
    public void CAM_07_somebody_is_linked_with_consent_and_to_one_user()
    {
        var seen = Seen(Noon);
        Assert.Empty(seen.Decide(new SeeIdentity("douyin", Noon), Noon).Events);
        Assert.Equal("identity.bad_terms",
            seen.Decide(new SeeIdentity("douyin", Noon.AddSeconds(1)), Noon).Reply.Refusal!.Code);
        var earlier = seen.Apply(Assert.Single(seen.Decide(new SeeIdentity("douyin", Noon.AddDays(-1)), Noon).Events));
        Assert.Equal(Noon.AddDays(-1), earlier.Known!.FirstSeenAt);
        Assert.Equal("identity.no_consent", Link("u1", false).Reply.Refusal!.Code);
        var linked = earlier.Apply(Assert.Single(Link("u1", true).Events));
        Assert.Empty(linked.Decide(new LinkIdentity(new("u1"), true, "olga"), Noon).Events);
        Assert.Equal("identity.linked",
            linked.Decide(new LinkIdentity(new("u2"), true, "olga"), Noon).Reply.Refusal!.Code);
        var alone = linked.Apply(Assert.Single(linked.DecideUnlink("olga", Noon).Events));
        Assert.Null(alone.Known!.User);
        Assert.Empty(alone.DecideUnlink("olga", Noon).Events);
        Assert.Equal("identity.unknown",
            Identity.New().Decide(new LinkIdentity(new("u1"), true, "olga"), Noon).Reply.Refusal!.Code);

        Decision<IdentityEvent, IdentityInfo> Link(string user, bool consent) =>
            earlier.Decide(new LinkIdentity(new(user), consent, "olga"), Noon);
    }

    private static Identity Seen(DateTimeOffset at) => Identity.New().Apply(Assert.Single(
        Identity.New().Decide(new SeeIdentity("douyin", at), Noon).Events));

    [Fact]
    public void Stored_events_stay_readable()
    {
        GoldenLines.Check("Audience/Cohort.golden.jsonl", Cohort.EventJson,
            new CohortEvent.Put("Seed users", 500, Day1, 61, Noon.AddDays(61), "olga", Noon),
            new CohortEvent.Added(new("u"), "olga", Noon), new CohortEvent.Removed(new("u"), "olga", Noon),
            new CohortEvent.Said(new("u"), "w1", 5, "soft", Noon), new CohortEvent.Ended(180, 500, "ops", Noon),
            new CohortEvent.Removed(new("u"), "olga", Noon) { Words = 3, Ratings = 13 });
        GoldenLines.Check("Audience/Identity.golden.jsonl", Identity.EventJson,
            new IdentityEvent.Seen("douyin", Noon, Noon), new IdentityEvent.SeenEarlier(Noon.AddDays(-1), Noon),
            new IdentityEvent.Linked(new("u"), "olga", Noon), new IdentityEvent.Unlinked("olga", Noon));
    }
}
