using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Platforms;

/// <summary>What is decided about events that are read again, or passed over.</summary>
public sealed class PlatformReplayTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly PlatformTerms Terms = new("Douyin", "http://127.0.0.1:8091", "cn", 60);
    private static readonly PlatformPolicy Policy = new(5, 10, 7, 60, "ops");
    private static readonly IReadOnlySet<string> None = ImmutableHashSet<string>.Empty;

    private static readonly Market Cn =
        new MarketBook(PolicyBook.Load(Repository.At("deploy", "policy"))).For("cn", At);

    private static Platform Given(int seq)
    {
        var events = Enumerable.Range(1, seq).Select(s => new KeptEvent(E(s), new(2026, 6, 18)));
        return Platform.New().Apply(new PlatformsEvent.Connected(Terms, "ann", At))
            .Apply(new PlatformsEvent.Taken([.. events], [], 0, seq, null, At));
    }

    private static PlatformEvent E(long seq, string? id = null) => new(id ?? $"e{seq}", "view", At) { Seq = seq };

    private static Platform Fold<T>(Platform platform, Decision<PlatformsEvent, T> decision) =>
        decision.Events.Aggregate(platform, (p, e) => p.Apply(e));

    [Fact]
    public void TEC_10_A_replay_takes_what_was_mended_and_ends_where_it_had_got_to()
    {
        var platform = Given(5);
        Assert.Equal(PlatformRefusals.Ahead, platform.Decide(new ReplayPlatform(6, "ann"), "p", At).Reply.Refusal);
        Assert.Empty(platform.Decide(new ReplayPlatform(5, "ann"), "p", At).Events); // nothing follows
        platform = Fold(platform, platform.Decide(new ReplayPlatform(1, "ann"), "p", At));
        Assert.Equal(new ReplayPart(1, 5), platform.Replay);
        Assert.Empty(platform.Decide(new ReplayPlatform(1, "ann"), "p", At).Events); // it has begun
        platform = Fold(platform, platform.DecideReplay(
            new(1, [E(2), E(3, "mended"), E(4)], 9), None, Cn, Policy, At, out _));
        Assert.Equal((6L, new ReplayPart(4, 5), 5L), (platform.TakenCount, platform.Replay!.Value, platform.Seq));
        platform = Fold(platform, platform.DecideReplay(new(1, [E(5), E(6)], 9), None, Cn, Policy, At, out _));
        Assert.Equal((6L, null, 5L), (platform.TakenCount, platform.Replay, platform.Seq));
        var told = Platform.New().Apply(new PlatformsEvent.Connected(Terms with { Endpoint = "" }, "ann", At));
        Assert.Equal(PlatformRefusals.NotAsked, told.Decide(new ReplayPlatform(0, "ann"), "p", At).Reply.Refusal);
    }

    [Theory] // Read again after 1, up to 5.
    [InlineData("2 3 4 5 6", null, false)]
    [InlineData("2 3", 3L, false)]
    [InlineData("2 4 5", 2L, true)] // 3 is held back: it is asked for again
    [InlineData("4 5", 1L, true)]
    [InlineData("6 7", 1L, true)] // none of its part, and later ones
    [InlineData("", null, false)] // it has them no more
    public void TEC_10_A_replay_stops_at_a_gap_and_waits_for_it(string told, long? after, bool waits)
    {
        var platform = Given(5).Apply(new PlatformsEvent.Replayed(1, 5, "ann", At));
        PlatformEvent[] events = [.. told.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(s => E(long.Parse(s, null)))];
        var decision = platform.DecideReplay(new(1, [.. events], 9), None, Cn, Policy, At, out var isWaiting);
        Assert.Equal((after, waits), (Fold(platform, decision).Replay?.After, isWaiting));
    }

    [Fact]
    public void TEC_10_A_replay_ends_when_it_is_given_up_or_when_a_person_says_so()
    {
        var platform = Given(5).Apply(new PlatformsEvent.Replayed(1, 5, "ann", At));
        var given = platform.DecideGiveUp(Policy, At);
        Assert.Equal(new PlatformsEvent.ReplayEnded(1, "it does not give event 2 again", "ops", At),
            Assert.Single(given.Events));
        var after = Fold(platform, given);
        Assert.Equal((null, 5L), (after.Replay, after.Seq));
        Assert.Empty(after.DecideGiveUp(Policy, At).Events);
        var ended = platform.Decide(new ReplayPlatform(5, "bob"), "p", At);
        Assert.Equal(new PlatformsEvent.ReplayEnded(1, "bob ended it", null, At), Assert.Single(ended.Events));
        Assert.Null(ended.Reply.Value!.ReplayedTo);
    }

    [Theory] // 3 are taken, and it has been heard of 9; the answer, and where it goes on.
    [InlineData(9, null, 9)]
    [InlineData(4, null, 4)]
    [InlineData(3, null, 3)] // taken
    [InlineData(10, "platform.ahead", 3)]
    public void TEC_10_What_a_platform_never_gives_is_passed_over_by_people(long through, string? code, long seq)
    {
        var platform = Given(3);
        var decision = platform.Decide(new SkipEvents(through, "it lost them", "ann"), 9, "p", At);
        Assert.Equal((code, seq), (decision.Reply.Refusal?.Code, Fold(platform, decision).Seq));
        Assert.Equal(PlatformRefusals.BadTerms.Code,
            platform.Decide(new SkipEvents(through, "", "ann"), 9, "p", At).Reply.Refusal?.Code);
        var told = Platform.New().Apply(new PlatformsEvent.Connected(Terms with { Endpoint = "" }, "ann", At));
        Assert.Equal(PlatformRefusals.NotAsked,
            told.Decide(new SkipEvents(through, "r", "ann"), 9, "p", At).Reply.Refusal);
    }
}
