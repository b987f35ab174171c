using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ale.Kernel;

public sealed class JournalClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _machine = new(Start);

    private void Sample(JournalClock clock, TimeSpan ahead)
    {
        var now = _machine.GetTimestamp();
        clock.Sample(_machine.GetUtcNow() + ahead, now, now);
    }

    [Fact]
    public void Without_a_sample_it_is_the_machines_clock_read_once()
    {
        var clock = new JournalClock(_machine);
        Assert.Equal(Start, clock.GetUtcNow());
        _machine.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(Start.AddSeconds(3), clock.GetUtcNow());
        Assert.Equal(Start.AddSeconds(3).AddHours(1),
            new JournalClock(_machine, TimeSpan.FromHours(1)).GetUtcNow()); // as tests and rehearsals shift it
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-3_600)]
    public void The_first_sample_is_taken_whole(int seconds)
    {
        var clock = new JournalClock(_machine);
        Sample(clock, TimeSpan.FromSeconds(seconds));
        Assert.Equal(Start.AddSeconds(seconds), clock.GetUtcNow());
    }

    [Fact]
    public void A_sample_stands_for_the_middle_of_its_round_trip()
    {
        var clock = new JournalClock(_machine);
        var sent = _machine.GetTimestamp();
        _machine.Advance(TimeSpan.FromSeconds(2));
        clock.Sample(Start.AddSeconds(1), sent, _machine.GetTimestamp());
        Assert.Equal(Start.AddSeconds(2), clock.GetUtcNow());
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-3_600)]
    public void A_later_jump_of_an_hour_is_followed_by_a_tenth_of_the_time_that_passes(int seconds)
    {
        var clock = new JournalClock(_machine);
        Sample(clock, TimeSpan.Zero);
        Sample(clock, TimeSpan.FromSeconds(seconds));
        Assert.Equal(Start, clock.GetUtcNow());
        var last = clock.GetUtcNow();
        for (var i = 0; i < 600; i++)
        {
            _machine.Advance(TimeSpan.FromSeconds(1));
            Sample(clock, TimeSpan.FromSeconds(seconds));
            var now = clock.GetUtcNow();
            Assert.Equal(1 + Math.Sign(seconds) * 0.1, (now - last).TotalSeconds, 6);
            last = now;
        }

        _machine.Advance(TimeSpan.FromSeconds(36_000));
        Assert.Equal(_machine.GetUtcNow().AddSeconds(seconds), clock.GetUtcNow()); // there, and no further
    }

    [Fact]
    public void It_never_runs_back()
    {
        var clock = new JournalClock(_machine);
        Sample(clock, TimeSpan.Zero);
        var random = new Random(7);
        var last = clock.GetUtcNow();
        for (var i = 0; i < 1_000; i++)
        {
            Sample(clock, TimeSpan.FromMilliseconds(random.Next(-5_000, 5_000)));
            _machine.Advance(TimeSpan.FromMilliseconds(random.Next(0, 50)));
            var now = clock.GetUtcNow();
            Assert.True(now >= last, $"{now:O} after {last:O}");
            last = now;
        }
    }
}
