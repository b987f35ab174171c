using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Platforms;

/// <summary>What is decided about a platform, rule by rule.</summary>
public sealed class PlatformTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly PlatformTerms Terms = new("Douyin", "http://127.0.0.1:8091", "cn", 60);
    private static readonly PlatformPolicy Policy = new(5, 10, 7, 60, "ops");
    private static readonly IReadOnlySet<string> None = ImmutableHashSet<string>.Empty;

    private static readonly Market Cn =
        new MarketBook(PolicyBook.Load(Repository.At("deploy", "policy"))).For("cn", At);

    private static Platform Given(long seq = 0)
    {
        var platform = Platform.New().Apply(new PlatformsEvent.Connected(Terms, "ann", At));
        return seq == 0 ? platform : platform.Apply(new PlatformsEvent.Taken(
            [.. Seqs(1, seq).Select(s => new KeptEvent(E(s), new(2026, 6, 18)))], [], 0, seq, null, At));
    }

    private static IEnumerable<long> Seqs(long from, long to) => Enumerable.Range((int)from, (int)(to - from + 1))
        .Select(i => (long)i);

    private static PlatformEvent E(long seq, string? id = null) => new(id ?? $"e{seq}", "view", At) { Seq = seq };

    private static Platform Fold<T>(Platform platform, Decision<PlatformsEvent, T> decision) =>
        decision.Events.Aggregate(platform, (p, e) => p.Apply(e));

    [Fact]
    public void DAT_07_Of_300_events_with_20_repeats_280_are_taken()
    {
        var random = new Random(7);
        var events = Seqs(1, 280).Select(s => E(0, $"e{s}")).ToList();
        for (var i = 0; i < 20; i++) events.Insert(random.Next(events.Count), events[random.Next(events.Count)]);
        var (platform, taken, repeats) = (Given(), 0, 0);
        foreach (var part in events.Chunk(60))
        {
            var decision = platform.Decide([.. part], None, Cn, Policy, At);
            (taken, repeats) = (taken + decision.Reply.Value!.Taken, repeats + decision.Reply.Value.Repeats);
            platform = Fold(platform, decision);
        }

        Assert.Equal((280, 20, 280L), (taken, repeats, platform.TakenCount));
        Assert.Empty(platform.Decide([.. events], None, Cn, Policy, At).Events); // all of it again
    }

    [Theory]
    [InlineData("4 5 6", 6, false)]
    [InlineData("6 5 4", 6, false)] // the wrong way round
    [InlineData("4 4 5", 5, false)] // twice in one page
    [InlineData("3 4", 4, false)] // and what is taken already
    [InlineData("5 6", 3, true)] // 4 is held back
    [InlineData("4 6", 4, true)] // up to the gap
    [InlineData("", 3, true)] // it says that there are more, and gives none
    public void TEC_10_What_follows_is_taken_in_order_and_nothing_behind_a_gap(string told, long seq, bool waits)
    {
        PlatformEvent[] events = [.. told.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(s => E(long.Parse(s, null)))];
        var platform = Given(3);
        var decision = platform.DecidePage(new(1, [.. events], 6), None, Cn, Policy, At, out var isWaiting);
        Assert.Equal((seq, waits), (Fold(platform, decision).Seq, isWaiting));
    }

    [Fact]
    public void TEC_10_The_same_id_under_another_number_is_a_repeat_and_the_place_moves_on()
    {
        var platform = Given(3);
        var decision = platform.DecidePage(new(1, [E(4, "e2"), E(5)], 5), None, Cn, Policy, At, out _);
        var taken = Assert.IsType<PlatformsEvent.Taken>(Assert.Single(decision.Events));
        Assert.Equal(("e5", 1, 5L), (Assert.Single(taken.Events).What.Id, taken.Repeats, taken.Seq));
    }

    public static TheoryData<PlatformEvent, string?> Judged() => new()
    {
        { E(0), null },
        { E(0) with { At = At.AddDays(-7) }, null },
        { E(0) with { At = At.AddDays(-7).AddMilliseconds(-1) }, "platform.late" },
        { E(0) with { At = At.AddMinutes(5) }, null }, // as placements take it
        { E(0) with { At = At.AddMinutes(5).AddMilliseconds(1) }, "platform.early" },
        { E(0) with { PersonId = "a b" }, "platform.bad_event" },
        { E(0) with { Count = Limits.AmountMinorMax }, null },
        { E(0) with { Count = Limits.AmountMinorMax + 1 }, "platform.bad_event" },
        { E(0, "a b"), "platform.bad_event" },
        { E(0) with { Kind = "" }, "platform.bad_event" },
        { E(0) with { Count = 0 }, "platform.bad_event" },
        { E(0) with { AmountMinor = 1 }, "platform.bad_event" }, // of which money?
        { E(0) with { Currency = "CNY" }, "platform.bad_event" },
        { E(0) with { AmountMinor = -1, Currency = "CNY" }, "platform.bad_event" },
        { E(0) with { AmountMinor = 1, Currency = "CNY" }, null },
        { E(0) with { AmountMinor = 1, Currency = "USD" }, "platform.currency" },
        { E(0) with { Tag = new string('x', 65) }, "platform.bad_event" },
        { E(0) with { SessionId = "a/b" }, "platform.bad_event" },
    };

    [Theory, MemberData(nameof(Judged))]
    public void DAT_07_An_event_that_cannot_be_kept_is_counted_with_its_reason(PlatformEvent e, string? why)
    {
        var decision = Given().Decide([e], None, Cn, Policy, At);
        var taken = Assert.IsType<PlatformsEvent.Taken>(Assert.Single(decision.Events));
        Assert.Equal(why, taken.Refused.Select(r => r.Why).SingleOrDefault());
        Assert.Equal(why is null ? 1 : 0, decision.Reply.Value!.Taken);
    }

    [Fact]
    public void K02_An_event_after_midnight_there_counts_on_that_day()
    {
        var midnight = E(0) with { At = new(2026, 6, 18, 16, 30, 0, TimeSpan.Zero) }; // 00:30 on the 19th
        var decision = Given().Decide([midnight], None, Cn, Policy, midnight.At);
        Assert.Equal(new(2026, 6, 19), ((PlatformsEvent.Taken)decision.Events[0]).Events[0].Day);
    }

    [Fact]
    public void TEC_10_What_memory_has_forgotten_is_looked_up()
    {
        var platform = Given();
        for (var i = 0; i < 3; i++)
        {
            var from = i * 10_000L;
            platform = platform.Apply(new PlatformsEvent.Taken(
                [.. Seqs(from + 1, from + 10_000).Select(s => new KeptEvent(E(s), new(2026, 6, 18)))], [], 0, null,
                null, At));
        }

        Assert.True(platform.HasForgotten);
        Assert.Equal(IPlatformGrain.RememberedMax, platform.Ids.Count);
        Assert.Equal(1, platform.Decide([E(0, "e30000")], None, Cn, Policy, At).Reply.Value!.Repeats);
        Assert.Equal(1, platform.Decide([E(0, "e1")], None, Cn, Policy, At).Reply.Value!.Taken);
        var known = new HashSet<string> { "e1" };
        Assert.Equal(1, platform.Decide([E(0, "e1")], known, Cn, Policy, At).Reply.Value!.Repeats);
        Assert.Equal(platform.Ids.Count, Thawed(platform).Ids.Count);

        static Platform Thawed(Platform p) => PlatformSnapshot.Codec.Thaw(PlatformSnapshot.Codec.Freeze(p)());
    }

    [Fact]
    public void CAM_07_Of_a_person_our_id_alone_is_kept()
    {
        var person = new UserId("p1");
        PlatformEvent[] told = [E(0, "a") with { Identity = person }, E(0, "b") with { PersonId = "theirs" }];
        var taken = (PlatformsEvent.Taken)Given().Decide([.. told], None, Cn, Policy, At).Events[0];
        Assert.Equal([person, null], taken.Events.Select(k => k.Person));
        Assert.All(taken.Events, k => Assert.Null(k.What.PersonId));
        Assert.DoesNotContain("theirs", System.Text.Json.JsonSerializer.Serialize(taken, Platform.EventJson),
            StringComparison.Ordinal);
    }

    [Fact]
    public void CAM_07_Who_was_seen_is_told_once_at_his_first_instant_and_never_ahead_of_our_clock()
    {
        KeptEvent Seen(string person, DateTimeOffset at) =>
            new(E(0) with { At = at }, new(2026, 6, 18)) { Person = new(person) };
        var taken = new PlatformsEvent.Taken([Seen("p1", At.AddHours(-1)), Seen("p2", At.AddMinutes(5)),
            Seen("p1", At.AddHours(-2)), new(E(0) with { PersonId = "of old" }, default)], [], 0, null, null, At);
        Assert.Equal([(new UserId("p1"), At.AddHours(-2)), (new UserId("p2"), At)],
            PlatformPeopleSeen.FirstSeen(taken));
    }

    [Theory]
    [InlineData("topic", "hot_topic")]
    [InlineData("hot_topic", "hot_topic")]
    [InlineData("play", "play")]
    public void CAM_08_A_hot_topic_has_one_word(string told, string kept)
    {
        var decision = Given().Decide([E(0) with { Kind = told, Tag = "lipstick" }], None, Cn, Policy, At);
        Assert.Equal(kept, ((PlatformsEvent.Taken)decision.Events[0]).Events[0].What.Kind);
    }

    [Theory]
    [InlineData(null, false, "")]
    [InlineData(599, false, "")] // 10 minutes
    [InlineData(600, false, "Lost")]
    [InlineData(600, true, "")] // it is known
    [InlineData(null, true, "Found")]
    public void TEC_10_A_platform_that_is_silent_for_ten_minutes_is_away_until_it_answers(
        int? secondsAgo, bool isAway, string expected)
    {
        var platform = isAway ? Given().Apply(new PlatformsEvent.Lost("no", "ops", At.AddMinutes(-9), At)) : Given();
        var since = secondsAgo is { } s ? At.AddSeconds(-s) : (DateTimeOffset?)null;
        Assert.Equal(expected, string.Concat(
            platform.DecideReached(since, "no", Policy, At).Events.Select(e => e.GetType().Name)));
    }

    [Theory]
    [InlineData("", 60, true)]
    [InlineData("folder:", 60, true)]
    [InlineData("https://open.example/api", 1, true)]
    [InlineData("https://open.example/api", 6_000, true)]
    [InlineData("https://open.example/api", 6_001, false)]
    [InlineData("https://open.example/api", 0, false)]
    [InlineData("https://me:secret@open.example/api", 60, false)]
    [InlineData("file:///etc/passwd", 60, false)]
    [InlineData("folder:other", 60, false)]
    public void TEC_10_Terms_are_of_an_address_the_folder_or_none(string endpoint, int minuteMax, bool isGood) =>
        Assert.Equal(isGood, Platform.New().Decide(
            new ConnectPlatform(new("T", endpoint, "cn", minuteMax), "ann"), "p", At).Reply.Refusal is null);

    [Fact]
    public void TEC_10_Connected_once_and_changed_by_version_and_key()
    {
        var (platform, other) = (Given(), Terms with { Title = "Other" });
        Assert.Empty(platform.Decide(new ConnectPlatform(Terms, "bob"), "p", At).Events);
        Assert.Equal(PlatformRefusals.Changed,
            platform.Decide(new ConnectPlatform(other, "bob"), "p", At).Reply.Refusal);
        var change = new ChangePlatform(1, "k1", "ann", "Other", null, null);
        var after = Fold(platform, platform.Decide(change, "p", At));
        Assert.Equal((other, 2L), (after.Terms!, after.TermsVersion));
        Assert.Empty(after.Decide(change, "p", At).Events);
        Assert.Equal(PlatformRefusals.Changed,
            after.Decide(change with { Title = "Third" }, "p", At).Reply.Refusal);
        Assert.Equal(PlatformRefusals.Stale, after.Decide(change with { Key = "k2" }, "p", At).Reply.Refusal);
    }

    [Fact]
    public void Stored_events_are_read_as_they_were_written() => GoldenLines.CheckText(
        "Platforms/Platform.golden.jsonl", Platform.EventJson,
        new PlatformsEvent.Connected(Terms, "ann", At),
        new PlatformsEvent.Changed(Terms with { Endpoint = "folder:" }, "k1", "ann", At),
        new PlatformsEvent.Taken(
            [
                new(new("e1", "spend", At)
                {
                    Seq = 1,
                    Count = 2,
                    SessionId = "S1",
                    ContentId = "V1",
                    PlacementId = "P1",
                    PersonId = "U1",
                    Tag = "lipstick",
                    AmountMinor = 100,
                    Currency = "CNY",
                }, new(2026, 6, 18)),
            ],
            [new("?", 2, "platform.bad_event")], 3, 5, null, At),
        new PlatformsEvent.Replayed(1, 5, "ann", At),
        new PlatformsEvent.Lost("it answers 503", "ops", At.AddMinutes(-10), At),
        new PlatformsEvent.Found(At.AddMinutes(-10), At),
        new PlatformsEvent.Taken(
            [new(new("e2", "hot_topic", At), new(2026, 6, 18)) { Person = new("p1") }], [], 0, null, null, At),
        new PlatformsEvent.ReplayEnded(1, "it does not give event 2 again", "ops", At),
        new PlatformsEvent.Skipped(7, "it lost them", "ann", At));
}
