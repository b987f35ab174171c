using System.Text.Json;
using Ale.Engines;
using Ale.Kernel;
using CsCheck;
using Xunit;

namespace Ale.Sessions;

public sealed class SessionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly SessionTerms Terms = new(
        "Summer opening", SessionKind.Live, SessionTier.Base, "cn", "h1", "p9",
        Noon.AddDays(1), Noon.AddDays(1).AddHours(1), true, ["K1", "K3"]);

    private static readonly Session Planned = Session.New().Apply(new SessionEvent.Planned(Terms, "d1", Noon));

    /// <summary>The way to each state.</summary>
    private static readonly Dictionary<SessionState, SessionStep[]> Ways = new()
    {
        [SessionState.Planned] = [],
        [SessionState.InReview] = [SessionStep.Submit],
        [SessionState.Ready] = [SessionStep.Submit, SessionStep.Ready],
        [SessionState.Live] = [SessionStep.Ready, SessionStep.Start],
        [SessionState.Suspended] = [SessionStep.Ready, SessionStep.Start, SessionStep.Suspend],
        [SessionState.Ended] = [SessionStep.Ready, SessionStep.Start, SessionStep.End],
        [SessionState.Closed] = [SessionStep.Ready, SessionStep.Start, SessionStep.End, SessionStep.Close],
    };

    private static Session In(SessionState state) => Ways[state].Aggregate(Planned, (session, step) =>
        session.Decide(Move(step, $"way-{step}"), "S1", Noon).Events.Aggregate(session, (s, e) => s.Apply(e)));

    private static MoveSession Move(SessionStep step, string key) => new(step, key, "d1");

    private static Session After(Session session, SessionEvent[] events) =>
        events.Aggregate(session, (s, e) => s.Apply(e));

    // Rows: the steps. Columns: the states. What a step leads to, or the refusal's reason.
    private const string Lifecycle = """
                 planned      in_review      ready          live          suspended      ended          closed
        submit   in_review    not_planned    not_planned    not_planned   not_planned    not_planned    not_planned
        ready    ready        ready          not_in_review  not_in_review not_in_review  not_in_review  not_in_review
        start    not_ready    not_ready      live           already_live  not_ready      not_ready      not_ready
        suspend  not_live     not_live       not_live       suspended     not_live       not_live       not_live
        resume   not_suspended not_suspended not_suspended  not_suspended live           not_suspended  not_suspended
        end      not_live     not_live       not_live       ended         ended          not_live       not_live
        close    not_ended    not_ended      not_ended      not_ended     not_ended      closed         not_ended
        """;

    public static TheoryData<string, string, string> Cells()
    {
        var rows = Lifecycle.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var cells = new TheoryData<string, string, string>();
        foreach (var row in rows.Skip(1))
            for (var i = 0; i < rows[0].Length; i++) cells.Add(rows[0][i], row[0], row[i + 1]);
        Assert.Equal(49, cells.Count);
        return cells;
    }

    [Theory, MemberData(nameof(Cells))]
    public void LIV05_Each_step_leads_on_from_its_state_alone(string from, string step, string expected)
    {
        var session = In(SessionProjection.StateOf(from));
        Assert.Equal(from, SessionProjection.NameOf(session.State));
        var command = Move(Enum.Parse<SessionStep>(step, ignoreCase: true), "new");

        var (reply, events) = session.Decide(command, "S1", Noon.AddMinutes(1));

        if (reply.Refusal is { } refusal)
        {
            Assert.Equal($"session.{expected}", refusal.Code);
            Assert.Equal(RefusalKind.Conflict, refusal.Kind);
            Assert.Empty(events);
            return;
        }

        var happened = Assert.Single(events);
        var after = session.Apply(happened);
        Assert.Equal(expected, SessionProjection.NameOf(after.State));
        Assert.Equal(after.Info("S1"), reply.Value);
        Assert.Equal(new SessionEvent.Moved(command.Step, after.State, "new", "d1", Noon.AddMinutes(1)), happened);
        Assert.Equal(session.Version + 1, after.Version);
    }

    [Fact]
    public void LIV05_Of_two_starts_with_different_keys_one_succeeds_and_the_other_is_told_already_live()
    {
        var ready = In(SessionState.Ready);
        var (first, events) = ready.Decide(Move(SessionStep.Start, "a"), "S1", Noon);
        var live = After(ready, events);
        var (second, none) = live.Decide(Move(SessionStep.Start, "b"), "S1", Noon);
        Assert.Equal(SessionState.Live, first.Value!.State);
        Assert.Equal(SessionRefusals.AlreadyLive, second.Refusal);
        Assert.Empty(none);
    }

    [Fact]
    public void TEC03_The_same_key_gets_the_same_answer_though_the_session_has_gone_on()
    {
        var ready = In(SessionState.Ready);
        var (first, started) = ready.Decide(Move(SessionStep.Start, "a"), "S1", Noon);
        var live = After(ready, started);
        var ended = After(live, live.Decide(Move(SessionStep.End, "b"), "S1", Noon).Events);

        var (again, none) = ended.Decide(Move(SessionStep.Start, "a"), "S1", Noon.AddHours(23));
        Assert.Equal(first.Value, again.Value);
        Assert.Empty(none);
        Assert.Equal("session.not_ready", ended.Decide(Move(SessionStep.Start, "c"), "S1", Noon).Reply.Refusal?.Code);
        Assert.Equal("session.not_ready",
            ended.Decide(Move(SessionStep.Start, "a"), "S1", Noon.AddHours(24)).Reply.Refusal?.Code); // forgotten
        Assert.Equal("session.changed", ended.Decide(Move(SessionStep.Close, "a"), "S1", Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void A_refused_command_leaves_its_key_free()
    {
        var (refused, none) = Planned.Decide(Move(SessionStep.Start, "a"), "S1", Noon);
        Assert.Equal("session.not_ready", refused.Refusal?.Code);
        Assert.Empty(none);
        var (started, _) = In(SessionState.Ready).Decide(Move(SessionStep.Start, "a"), "S1", Noon);
        Assert.Equal(SessionState.Live, started.Value?.State);
    }

    [Fact]
    public void A_step_is_refused_in_order_of_precedence()
    {
        var live = In(SessionState.Live);
        var foreign = Move(SessionStep.Start, "way-Ready") with { OfHost = "h2" };
        Assert.Equal("session.unknown", Session.New().Decide(foreign, "S1", Noon).Reply.Refusal?.Code);
        Assert.Equal("auth.not_yours", live.Decide(foreign, "S1", Noon).Reply.Refusal?.Code);
        Assert.Equal("session.changed", live.Decide(foreign with { OfHost = "h1" }, "S1", Noon).Reply.Refusal?.Code);
        Assert.Equal("session.already_live", live.Decide(Move(SessionStep.Start, "x"), "S1", Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void A_plan_again_is_the_session_as_it_is_now_and_other_terms_are_refused()
    {
        var (first, events) = Session.New().Decide(Terms, "d1", "S1", Noon);
        Assert.Equal(new("S1", Terms, SessionState.Planned, 1, null, null), first.Value);
        Assert.Equal([new SessionEvent.Planned(Terms, "d1", Noon)], events);

        var changed = After(Planned, Planned.Decide(
            new ChangeSession(1, "c", "d1") { Title = "New" }, "S1", Noon).Events);
        var (again, none) = changed.Decide(Terms with { Skus = ["K1", "K3"] }, "d2", "S1", Noon);
        Assert.Equal("New", again.Value!.Terms.Title);
        Assert.Empty(none);
        Assert.Equal("session.changed",
            Planned.Decide(Terms with { Skus = ["K1"] }, "d1", "S1", Noon).Reply.Refusal?.Code);
        Assert.Equal("session.bad_times",
            Session.New().Decide(Terms with { EndsAt = Terms.StartsAt }, "d1", "S1", Noon).Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData("none", 1, "k", "session.unknown")]
    [InlineData("live", 9, "way-Start", "session.changed")]      // before not planned and stale
    [InlineData("live", 9, "k", "session.not_planned")]          // before stale
    [InlineData("planned", 2, "k", "session.stale")]             // before bad times
    [InlineData("planned", 0, "k", "session.stale")]
    [InlineData("planned", 1, "k", "session.bad_times")]
    public void A_change_is_refused_in_order_of_precedence(string from, long version, string key, string code)
    {
        var session = from == "none" ? Session.New() : In(SessionProjection.StateOf(from));
        var command = new ChangeSession(version, key, "d1") { EndsAt = Terms.StartsAt };
        var (reply, events) = session.Decide(command, "S1", Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Empty(events);
    }

    [Fact]
    public void A_change_changes_what_it_names_and_its_key_is_remembered()
    {
        var command = new ChangeSession(1, "c", "d2") { HostId = "h2", Skus = [] };
        var (reply, events) = Planned.Decide(command, "S1", Noon);
        Assert.Equal([new SessionEvent.Changed(Terms with { HostId = "h2", Skus = [] }, "c", "d2", Noon)], events);
        Assert.Equal(2, reply.Value!.Version);

        var changed = After(Planned, events);
        var (again, none) = changed.Decide(command, "S1", Noon); // its version is stale by now
        Assert.Equal(reply.Value, again.Value);
        Assert.Empty(none);
        Assert.Equal("session.changed", changed.Decide(command with { HostId = "h3" }, "S1", Noon).Reply.Refusal?.Code);
        Assert.Equal("session.changed", changed.Decide(Move(SessionStep.Ready, "c"), "S1", Noon).Reply.Refusal?.Code);

        var same = changed.Decide(new ChangeSession(2, "e", "d2") { HostId = "h2" }, "S1", Noon);
        Assert.Equal(2, same.Reply.Value!.Version);
        Assert.Empty(same.Events);
    }

    [Fact]
    public void Start_and_end_are_kept_and_a_resumed_session_keeps_its_first_start()
    {
        var suspended = In(SessionState.Suspended);
        var resumed = After(suspended, suspended.Decide(Move(SessionStep.Resume, "r"), "S1", Noon.AddHours(1)).Events);
        Assert.Equal(Noon, resumed.StartedAt);
        Assert.Null(resumed.EndedAt);
        var ended = After(resumed, resumed.Decide(Move(SessionStep.End, "e"), "S1", Noon.AddHours(2)).Events);
        Assert.Equal(Noon.AddHours(2), ended.EndedAt);
    }

    [Fact] // A repeat makes no event and gets the same answer; what is replayed from JSON is what was live.
    public void Any_commands_keep_the_lifecycle_and_a_repeat_changes_nothing() => Gen.Select(
        Gen.Int[0, 8], Gen.Int[0, 20], Gen.Int[0, 300]).List[0, 80].Sample(commands =>
    {
        var (live, replayed, now, events) = (Session.New(), Session.New(), Noon, 0);
        foreach (var (what, n, minutes) in commands)
        {
            now = now.AddMinutes(minutes);
            var first = Decide(live, what, n, now);
            Assert.True(first.Events.Length <= 1 && (first.Reply.Refusal is null || first.Events.Length == 0));
            foreach (var e in first.Events)
            {
                var json = JsonSerializer.Serialize(e, Session.EventJson);
                var read = JsonSerializer.Deserialize(json, Session.EventJson)!;
                Assert.Equal(e, read);
                if (e is SessionEvent.Moved m) Assert.Equal((m.To, null), Session.Next(live.State, m.Step));
                (live, replayed, events) = (live.Apply(e), replayed.Apply(read), events + 1);
            }

            var again = Decide(live, what, n, now);
            if (first.Events.Length > 0 || first.Reply.Refusal is null)
            {
                Assert.Equal(first.Reply, again.Reply);
                Assert.Empty(again.Events);
            }

            Assert.Equal(events, live.Version);
            Assert.True(live.Keys.Entries.Length <= RememberedKeys<SessionInfo>.Max);
        }

        if (live.Terms is not null) Assert.Equal(live.Info("S1"), replayed.Info("S1"));
        Assert.Equal(live.Keys.Entries, replayed.Keys.Entries);

        static Decision<SessionEvent, SessionInfo> Decide(Session session, int what, int n, DateTimeOffset now) =>
            what switch
            {
                < 7 => session.Decide(Move((SessionStep)what, $"k{n}"), "S1", now),
                7 => session.Decide(
                    new ChangeSession(session.Version, $"k{n}", "d1") { Title = $"T{n % 3}" }, "S1", now),
                _ => session.Decide(Terms, "d1", "S1", now),
            };
    });

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Sessions/Session.golden.jsonl", Session.EventJson,
        new SessionEvent.Planned(Terms, "d1", Noon),
        new SessionEvent.Changed(
            Terms with { Kind = SessionKind.Recorded, Inducing = false, Skus = [] }, "k1", "d2", Noon),
        new SessionEvent.Moved(SessionStep.Ready, SessionState.Ready, "k2", "d1", Noon.AddMinutes(1)),
        new SessionEvent.Moved(SessionStep.Start, SessionState.Live, "k3", "h1", Noon.AddMinutes(2)),
        new SessionEvent.OfferNamed("o1", "K1", SessionState.Live, "d1", Noon),
        new SessionEvent.OfferDropped("o1", SessionState.Live, "d1", Noon));
}
