using System.Collections.Immutable;
using Ale.Budgets;
using Xunit;

namespace Ale.Campaigns;

/// <summary>What is decided about a campaign, rule by rule.</summary>
public sealed class CampaignTests
{
    private static readonly DateTimeOffset Opens = new(2026, 6, 1, 2, 0, 0, TimeSpan.Zero), // 10:00 in Shanghai
        Closes = Opens.AddDays(18), Before = Opens.AddDays(-10);

    private static readonly CampaignTerms Plan = new("618", "reach", Opens, Closes, "marketing", SpendClass.Performance,
        ["S1"], ["C1"],
        [new(CampaignStepKind.WarmUp, Opens.AddDays(-3)), new(CampaignStepKind.Peak, Closes.AddDays(-1)),
            new(CampaignStepKind.Recap, Closes.AddDays(1))]);

    private static Campaign Of(CampaignTerms? terms = null, params CampaignEvent[] more) => more.Aggregate(
        Campaign.New().Apply(new CampaignEvent.Put(terms ?? Plan, "mia", Before)), (c, e) => c.Apply(e));

    private static (Campaign After, CampaignStepKind[] Steps) At(Campaign campaign, DateTimeOffset now)
    {
        var (_, events) = campaign.DecideDue("ops", now);
        return (events.Aggregate(campaign, (c, e) => c.Apply(e)),
            [.. events.OfType<CampaignEvent.Stepped>().Select(e => e.Kind)]);
    }

    [Theory] // Days from the opening; what is taken then, and where that leads.
    [InlineData(-4, "", CampaignState.Planned, false)]
    [InlineData(-3, "WarmUp", CampaignState.WarmUp, true)]
    [InlineData(0, "WarmUp Open", CampaignState.Open, true)]
    [InlineData(17, "WarmUp Open Peak", CampaignState.Peak, true)]
    [InlineData(18, "WarmUp Open Peak Close", CampaignState.Closed, false)]
    [InlineData(19, "WarmUp Open Peak Close Recap", CampaignState.Recapped, false)]
    public void CAM_01_steps_that_are_due_are_taken_in_order_and_once(
        int day, string steps, CampaignState state, bool isLive)
    {
        var (after, taken) = At(Of(), Opens.AddDays(day));
        Assert.Equal(steps, string.Join(' ', taken));
        Assert.Equal((state, isLive), (after.State, after.IsLive));
        Assert.Empty(At(after, Opens.AddDays(day)).Steps);
    }

    [Fact]
    public void CAM_01_a_step_is_due_at_its_instant()
    {
        Assert.Equal(Opens.AddDays(-3), Of().DueAt);
        Assert.Empty(At(Of(), Opens.AddDays(-3).AddMilliseconds(-1)).Steps);
        var warm = At(Of(), Opens.AddDays(-3)).After;
        Assert.Equal(Opens.AddDays(-3), warm.DueAt); // its placements have not heard
        warm = warm.Apply(new CampaignEvent.Told(1, Opens.AddDays(-3)));
        Assert.Equal(Opens, warm.DueAt);
        var over = At(warm, Closes.AddDays(9)).After.Apply(new CampaignEvent.Told(5, Closes));
        Assert.Null(over.DueAt);
    }

    [Theory]
    [InlineData("title", "title", "Must have 1 to 1000 characters.")]
    [InlineData("goal", "goal", "Must have 1 to 1000 characters.")]
    [InlineData("period", "endsAt", "Must be after startsAt.")]
    [InlineData("late warm-up", "steps", "The warm-up must be before startsAt.")]
    [InlineData("early peak", "steps", "The peak must be between startsAt and endsAt.")]
    [InlineData("early recap", "steps", "The recap must be after endsAt.")]
    [InlineData("own open", "steps", "It opens at startsAt and closes at endsAt.")]
    [InlineData("two peaks", "steps", "Must have each kind at most once.")]
    [InlineData("session", "sessions", "Must be at most 1000 ids.")]
    [InlineData("line", "budgetLine", "Must have at most 32 characters and no colon.")]
    [InlineData("none", null, null)]
    public void CAM_01_a_plan_that_cannot_be_is_refused_with_its_field_and_the_rule(
        string what, string? field, string? rule)
    {
        static ImmutableArray<CampaignStep> Step(CampaignStepKind kind, DateTimeOffset at, int times = 1) =>
            [.. Enumerable.Repeat(new CampaignStep(kind, at), times)];
        var terms = what switch
        {
            "title" => Plan with { Title = "" },
            "goal" => Plan with { Goal = new('g', 1_001) },
            "period" => Plan with { EndsAt = Opens },
            "late warm-up" => Plan with { Steps = Step(CampaignStepKind.WarmUp, Opens) },
            "early peak" => Plan with { Steps = Step(CampaignStepKind.Peak, Opens) },
            "early recap" => Plan with { Steps = Step(CampaignStepKind.Recap, Closes) },
            "own open" => Plan with { Steps = Step(CampaignStepKind.Open, Opens) },
            "two peaks" => Plan with { Steps = Step(CampaignStepKind.Peak, Closes.AddDays(-1), 2) },
            "session" => Plan with { Sessions = ["a b"] },
            "line" => Plan with { BudgetLine = "a:b" },
            _ => Plan with { Steps = [], BudgetLine = null },
        };
        var refusal = Campaign.New().Decide(new PutCampaign(terms, "mia"), "C1", Before).Reply.Refusal;
        Assert.Equal(field is null ? null : "campaign.bad_terms", refusal?.Code);
        Assert.Equal((field, rule), (Of("field"), Of("detail")));

        string? Of(string name) => refusal?.Details.Single(d => d.Key == name).Value;
    }

    [Fact]
    public void CAM_01_the_same_again_is_as_it_is_and_other_terms_are_refused()
    {
        var same = Plan with { Sessions = ["S1"], Steps = [.. Plan.Steps] };
        Assert.Empty(Of().Decide(new PutCampaign(same, "bob"), "C1", Before).Events);
        Assert.Equal("campaign.changed", Of().Decide(new PutCampaign(Plan with { Goal = "more" }, "mia"), "C1", Before)
            .Reply.Refusal?.Code);
    }

    private static ChangeCampaign Change(CampaignPatch patch, long version = 1, string key = "k1") =>
        new(patch, version, key, "mia");

    private static CampaignPatch Patch(DateTimeOffset? starts = null, DateTimeOffset? ends = null) =>
        new(null, null, starts, ends, null, null, null);

    [Theory]
    [InlineData("unknown", 1, "campaign.unknown")]
    [InlineData("planned", 2, "campaign.stale")]
    [InlineData("planned", 1, null)]
    [InlineData("open", 1, "campaign.fixed")] // its start was taken
    [InlineData("closed", 1, "campaign.over")]
    public void CAM_01_what_is_planned_changes_until_it_is_taken(string state, long version, string? code)
    {
        var campaign = state switch
        {
            "unknown" => Campaign.New(),
            "open" => At(Of(), Opens).After,
            "closed" => At(Of(), Closes).After,
            _ => Of(),
        };
        var command = Change(Patch(Opens.AddHours(1)), version);
        Assert.Equal(code, campaign.Decide(command, "C1", Before).Reply.Refusal?.Code);
        if (code is not null) return;
        var after = campaign.Decide(command, "C1", Before).Events.Aggregate(campaign, (c, e) => c.Apply(e));
        Assert.Equal(2, after.TermsVersion);
        Assert.Empty(after.Decide(command, "C1", Before).Events); // the same key
        Assert.Equal("campaign.changed", // and another wish
            after.Decide(Change(Patch(Opens.AddHours(2)), 2), "C1", Before).Reply.Refusal?.Code);
    }

    [Fact]
    public void CAM_01_an_open_campaign_is_prolonged()
    {
        var open = At(Of(), Opens).After;
        var longer = Change(Patch(ends: Closes.AddHours(3)));
        Assert.Equal(Closes.AddHours(3), open.Decide(longer, "C1", Opens).Reply.Value!.Terms.EndsAt);
    }

    [Theory]
    [InlineData("unknown", SpendClass.Performance, "campaign.unknown")]
    [InlineData("planned", SpendClass.Performance, null)]
    [InlineData("planned", SpendClass.Brand, "campaign.class")] // the two are never mixed
    [InlineData("closed", SpendClass.Performance, "campaign.over")]
    public void CAM_04_placements_join_with_money_of_the_campaigns_class(string state, SpendClass money, string? code)
    {
        var campaign = state switch
        {
            "unknown" => Campaign.New(),
            "closed" => At(Of(), Closes).After,
            _ => Of(),
        };
        var (reply, events) = campaign.DecideJoin("P1", money, "C1", Before);
        Assert.Equal(code, reply.Refusal?.Code);
        var after = events.Aggregate(campaign, (c, e) => c.Apply(e));
        if (code is null) Assert.Empty(after.DecideJoin("P1", money, "C1", Before).Events);
    }

    [Fact]
    public void Stored_events_stay_readable() =>
        GoldenLines.CheckText("Campaigns/Campaign.golden.jsonl", Campaign.EventJson,
            new CampaignEvent.Put(Plan, "mia", Before), new CampaignEvent.Changed(Plan, "k1", "mia", Before),
            new CampaignEvent.Joined("P1", Before),
            new CampaignEvent.Stepped(CampaignStepKind.Open, Opens, "ops", Opens), new CampaignEvent.Told(1, Opens),
            new CampaignEvent.Measured(new(30, [new("branded_searches", 40, 52, 30m), new("new_followers", 0, 1, null)],
                Opens)), new CampaignEvent.Put(Plan with { Theme = "spring" }, "mia", Before),
            new CampaignEvent.Changed(Plan, "k2", "mia", Before) { Said = "change:0f" });
}
