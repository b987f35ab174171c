using Ale.Kernel;
using Xunit;

namespace Ale.Inbox;

public sealed class InboxTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly InboxTerms Terms = new(
        "register_expiring", "Expires: papers", "register/papers/K9/p1", "legal", InboxSeverity.Warning,
        Noon.AddDays(30));

    private static readonly InboxItem Opened = InboxItem.New().Apply(new InboxEvent.Opened(Terms, "registers", Noon));

    private static readonly FinishItem Finish = new("k1", "l1", "renewed", ["legal"]);

    private static InboxItem After(InboxItem item, Decision<InboxEvent, InboxItemInfo> decision) =>
        decision.Events.Aggregate(item, (state, e) => state.Apply(e));

    [Fact]
    public void TEC_15_an_item_is_opened_once_and_the_cause_again_finds_it_as_it_is_now()
    {
        var (first, events) = InboxItem.New().Decide(Terms, "registers", "i1", Noon);
        Assert.Equal([new InboxEvent.Opened(Terms, "registers", Noon)], events);
        Assert.Equal(new("i1", Terms, InboxState.Open, "registers", Noon, null, null, null), first.Value);

        var done = After(Opened, Opened.Decide(Finish, "i1", Noon.AddHours(1)));
        var (again, none) = done.Decide(Terms, "registers", "i1", Noon.AddHours(2));
        Assert.Empty(none);
        Assert.Equal((InboxState.Done, "l1", "renewed", Noon.AddHours(1)),
            (again.Value!.State, again.Value.DoneBy, again.Value.Reason, again.Value.DoneAt!.Value));
        Assert.Equal("inbox.changed", Opened.Decide(Terms with { Role = "ops" }, "x", "i1", Noon).Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData("", "s", "r", "k")]
    [InlineData("t", "", "r", "k")]
    [InlineData("t", "s", "not an id", "k")]
    [InlineData("t", "s", "r", "")]
    public void An_item_without_its_texts_is_refused(string title, string subject, string role, string kind)
    {
        var terms = new InboxTerms(kind, title, subject, role, InboxSeverity.Notice, null);
        Assert.Equal("inbox.bad_terms", InboxItem.New().Decide(terms, "x", "i1", Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void Texts_may_be_as_long_as_the_contract_says_and_no_longer()
    {
        var longest = Terms with { Title = new('t', Limits.TextLengthMax), Subject = new('s', 200) };
        Assert.Null(InboxItem.New().Decide(longest, "x", "i1", Noon).Reply.Refusal);
        Assert.NotNull(InboxItem.New().Decide(
            longest with { Title = longest.Title + "t" }, "x", "i1", Noon).Reply.Refusal);
        Assert.NotNull(InboxItem.New().Decide(
            longest with { Subject = longest.Subject + "s" }, "x", "i1", Noon).Reply.Refusal);
    }

    [Fact]
    public void Who_has_not_the_role_does_not_find_the_item_and_a_backend_finds_all()
    {
        Assert.Equal("inbox.unknown", Opened.Decide(Finish with { Roles = ["ops"] }, "i1", Noon).Reply.Refusal?.Code);
        Assert.Equal("inbox.unknown", InboxItem.New().Decide(Finish, "i1", Noon).Reply.Refusal?.Code);
        Assert.True(Opened.IsSeen(["ops", "legal"]));
        Assert.False(Opened.IsSeen([]));
        Assert.True(Opened.IsSeen(null));
    }

    [Fact]
    public void TEC_03_a_repeat_gets_the_same_answer_and_a_second_person_is_told_it_is_done()
    {
        var first = Opened.Decide(Finish, "i1", Noon);
        var done = After(Opened, first);
        var (again, none) = done.Decide(Finish, "i1", Noon.AddHours(23));
        Assert.Equal(first.Reply.Value, again.Value);
        Assert.Empty(none);
        Assert.Equal("inbox.changed", done.Decide(Finish with { Reason = "other" }, "i1", Noon).Reply.Refusal?.Code);
        Assert.Equal("inbox.done", done.Decide(Finish with { Key = "k2" }, "i1", Noon).Reply.Refusal?.Code);
        Assert.Equal("inbox.done", done.Decide(Finish, "i1", Noon.AddHours(24)).Reply.Refusal?.Code); // forgotten
    }

    [Fact]
    public void A_slice_closes_what_is_open_and_leaves_what_a_person_ended()
    {
        Assert.Equal("inbox.unknown", InboxItem.New().DecideClose("registers", "gone", "i1", Noon).Reply.Refusal?.Code);
        var closed = After(Opened, Opened.DecideClose("registers", "withdrawn", "i1", Noon));
        Assert.Equal(("registers", "withdrawn"), (closed.Finish!.By, closed.Finish.Reason));
        Assert.Empty(closed.Keys.Entries);
        var byPerson = After(Opened, Opened.Decide(Finish, "i1", Noon));
        var (reply, none) = byPerson.DecideClose("registers", "withdrawn", "i1", Noon);
        Assert.Equal("l1", reply.Value!.DoneBy);
        Assert.Empty(none);
    }

    [Fact]
    public void An_id_made_of_a_cause_is_an_id_and_always_the_same()
    {
        Assert.Equal("approval:84ee5fb7e25f2a7df6a1bd1e4b28ee1c".Length, CauseIds.Of("approval", "a:b:1").Length);
        Assert.Equal(CauseIds.Of("approval", "a:b:1"), CauseIds.Of("approval", "a:b:1"));
        Assert.NotEqual(CauseIds.Of("approval", "a:b:1"), CauseIds.Of("approval", "a:b:2"));
        Assert.True(Limits.IsId(CauseIds.Of(new('k', CauseIds.KindLengthMax), new('c', 10_000))));
        Assert.Throws<ArgumentException>(() => CauseIds.Of(new('k', CauseIds.KindLengthMax + 1), "c"));
        Assert.Throws<ArgumentException>(() => CauseIds.Of("no id", "c"));
    }

    [Fact]
    public void TEC_15_an_open_item_is_told_again_when_its_cause_grows()
    {
        var more = Terms with { Title = "More of it" };
        Assert.Equal("More of it", Opened.DecideRetell(more, "registers", "i", Noon).Reply.Value!.Terms.Title);
        Assert.Empty(Opened.DecideRetell(Terms, "registers", "i", Noon).Events);
        Assert.IsType<InboxEvent.Opened>(InboxItem.New().DecideRetell(more, "registers", "i", Noon).Events.Single());
        Assert.Equal("inbox.changed",
            Opened.DecideRetell(more with { Role = "x" }, "registers", "i", Noon).Reply.Refusal?.Code);
        var done = Opened.Apply(new InboxEvent.Finished("l1", "seen", null, Noon));
        Assert.Empty(done.DecideRetell(more, "registers", "i", Noon).Events);
    }

    [Fact]
    public void Stored_events_are_read_and_written_as_ever() => GoldenLines.Check("Inbox/Inbox.golden.jsonl",
        InboxItem.EventJson, new InboxEvent.Opened(Terms, "registers", Noon),
        new InboxEvent.Opened(Terms with { Severity = InboxSeverity.Alarm, DueAt = null }, "p1", Noon),
        new InboxEvent.Finished("l1", "renewed", "k1", Noon), new InboxEvent.Finished("registers", "gone", null, Noon),
        new InboxEvent.Retold(Terms with { Title = "Expires today: papers" }, "registers", Noon));
}
