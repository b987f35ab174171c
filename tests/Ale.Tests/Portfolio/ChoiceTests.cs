using System.Collections.Immutable;
using Ale.Kernel;
using Xunit;

namespace Ale.Portfolio;

/// <summary>What is taken, rule by rule.</summary>
public sealed class ChoiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 18, 4, 0, 0, TimeSpan.Zero);

    private static readonly ChoiceTerms Terms = new("Categories",
        [new("users", "Fits the users", 2), new("brand", "Fits the brand", 1)], 3);

    private static Choice Put() => Choice.New().Apply(new ChoiceEvent.Put(Terms, "olga", Now));

    private static ScoreCandidate Score(string id, int users, int brand, string reason = "r") =>
        new(id, id, [new("users", users, reason), new("brand", brand, reason)], "olga");

    /// <summary>Eight categories, c1 the best.</summary>
    private static Choice Scored() => Enumerable.Range(1, 8).Aggregate(Put(), (choice, i) =>
        choice.Apply(Assert.Single(choice.Decide(Score($"c{i}", 100 - (i * 10), 50), "C", Now).Events)));

    private static Decision<ChoiceEvent, ChoiceInfo> Take(Choice choice, string? reason, params string[]? named) =>
        choice.Decide(new TakeCandidates(named is null ? null : [.. named], reason, "olga"), "C", Now);

    [Fact]
    public void PHS_05_of_eight_scored_categories_the_three_best_are_taken_and_scores_and_reasons_kept()
    {
        var taken = Take(Scored(), null, null);
        var choice = Scored().Apply(Assert.Single(taken.Events));
        var info = choice.Info("C");
        Assert.Equal(8, info.Candidates.Length);
        Assert.Equal(["c1", "c2", "c3"], info.Candidates.Where(c => c.IsTaken).Select(c => c.Id));
        Assert.Equal((76.7m, 1), (info.Candidates[0].Total, info.Candidates[0].Rank)); // (90 × 2 + 50) / 3
        Assert.All(info.Candidates, c => Assert.All(c.Scores, s => Assert.Equal("r", s.Reason)));
        Assert.Empty(Take(choice, null, null).Events);
        Assert.Equal("choice.taken", Take(choice, "later", "c1", "c2", "c4").Reply.Refusal!.Code);
        Assert.Equal("choice.taken", choice.Decide(Score("c9", 1, 1), "C", Now).Reply.Refusal!.Code);
        Assert.Equal("choice.taken", choice.Decide(Score("c1", 1, 1), "C", Now).Reply.Refusal!.Code);
        Assert.Empty(choice.Decide(Score("c1", 90, 50), "C", Now).Events); // the same again
    }

    [Theory] // Who is taken and why; the answer.
    [InlineData("c1 c2 c3", null, null)]
    [InlineData("c3 c2 c1", null, null)] // their order does not matter
    [InlineData("c1 c2 c4", null, "choice.reason_required")]
    [InlineData("c1 c2 c4", "c4 sets us apart", null)]
    [InlineData("c1 c2", "few", "choice.too_few")]
    [InlineData("c1 c1 c1", "one", "choice.too_few")]
    [InlineData("c1 c2 c3 c4", "many", "choice.bad_terms")]
    [InlineData("c1 c2 zz", "who", "choice.unknown")]
    public void PHS_05_others_than_the_best_are_taken_for_a_reason(string named, string? reason, string? code) =>
        Assert.Equal(code, Take(Scored(), reason, named.Split(' ')).Reply.Refusal?.Code);

    [Fact]
    public void PHS_05_fewer_than_are_to_be_taken_are_too_few() =>
        Assert.Equal("choice.too_few", Take(Put(), null, null).Reply.Refusal!.Code);

    [Fact]
    public void PHS_05_of_equal_ones_the_smaller_id_comes_first()
    {
        var choice = Put();
        foreach (var id in new[] { "b", "a" })
            choice = choice.Apply(Assert.Single(choice.Decide(Score(id, 50, 50), "C", Now).Events));
        Assert.Equal(["a", "b"], choice.Info("C").Candidates.Select(c => c.Id));
    }

    [Fact]
    public void PHS_05_a_new_score_counts_until_the_choice_is_made()
    {
        var choice = Scored();
        choice = choice.Apply(Assert.Single(choice.Decide(Score("c8", 100, 100, "new"), "C", Now).Events));
        Assert.Equal("c8", choice.Info("C").Candidates[0].Id);
        Assert.Equal(8, choice.Candidates.Count);
    }

    public static TheoryData<string, ImmutableArray<ChoiceScore>> BadScores => new()
    {
        { "one is missing", [new("users", 1, "r")] },
        { "one is there twice", [new("users", 1, "r"), new("users", 2, "r")] },
        { "one is of no criterion", [new("users", 1, "r"), new("brand", 1, "r"), new("zz", 1, "r")] },
        { "above 100", [new("users", 101, "r"), new("brand", 1, "r")] },
        { "below 0", [new("users", -1, "r"), new("brand", 1, "r")] },
        { "without a reason", [new("users", 1, ""), new("brand", 1, "r")] },
    };

    [Theory, MemberData(nameof(BadScores))]
    public void PHS_05_scores_are_one_of_each_criterion_with_its_reason(
        string why, ImmutableArray<ChoiceScore> scores) =>
        Assert.Equal((why, "choice.bad_terms"), (why, Put().Decide(
            new ScoreCandidate("c", "C", scores, "olga"), "C", Now).Reply.Refusal?.Code));

    [Theory]
    [InlineData(0, 1, 3)]
    [InlineData(101, 1, 3)]
    [InlineData(1, 0, 3)]
    [InlineData(1, 1, 0)]
    public void PHS_05_terms_out_of_range_are_refused(int weight, int criteria, int take) => Assert.Equal(
        "choice.bad_terms", Choice.New().Decide(new ChoiceTerms(
            "C", [.. Enumerable.Range(0, criteria).Select(i => new ChoiceCriterion($"k{i}", "K", weight))], take),
            "olga", "C", Now).Reply.Refusal!.Code);

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.CheckText("Portfolio/Choice.golden.jsonl",
        Choice.EventJson, new ChoiceEvent.Put(Terms, "olga", Now),
        new ChoiceEvent.Scored("c1", "Skin care", [new("users", 90, "They ask for it")], "olga", Now),
        new ChoiceEvent.Taken(["c1", "c2"], null, "olga", Now),
        new ChoiceEvent.Taken(["c1", "c4"], "c4 sets us apart", "olga", Now));
}
