using CsCheck;
using Xunit;

namespace Ale.Engines;

public sealed class ThresholdTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(15);

    // Figures a minute apart (a number), or minutes to wait (+n); after each the state, or - when nothing changes.
    [Theory]
    [InlineData("STK-04: never reached, nothing to tell", "0 - 499 -", 0, 0)]
    [InlineData("the line itself is reached", "499 - 500 armed", 0, 0)]
    [InlineData("fires once", "500 armed 499 fired 498 - 0 -", 1, 1)]
    [InlineData("exactly the line does not fire", "501 armed 500 -", 0, 0)]
    [InlineData("back at the line", "500 armed 499 fired 500 calming 501 -", 1, 1)]
    [InlineData("calm for long enough", "500 armed 499 fired 500 calming +14 500 armed 499 fired", 2, 1)]
    [InlineData("a minute too early", "500 armed 499 fired 500 calming +12 500 - 499 fired", 1, 2)]
    [InlineData("over while nobody looked", "500 armed 499 fired 500 calming +60 499 fired", 2, 1)]
    [InlineData("A04: to and fro every 10 minutes is one incident",
        "500 armed 499 fired +9 500 calming +9 499 fired +9 500 calming +9 499 fired +9 500 calming", 1, 3)]
    public void A_signal_fires_once_and_is_armed_again_when_it_is_back(
        string why, string script, int episode, int falls)
    {
        var (signal, now) = (default(Signal), Noon);
        var words = script.Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i][0] == '+')
            {
                now = now.AddMinutes(int.Parse(words[i], null));
                continue;
            }

            var next = Threshold.Next(signal, long.Parse(words[i], null), 500, Calm, now);
            Assert.True(words[++i] == (next is { } n ? $"{n.State}".ToLowerInvariant() : "-"), $"{why}: {i} {next}");
            (signal, now) = (next ?? signal, now.AddMinutes(1));
        }

        Assert.Equal((episode, falls), (signal.Episode, signal.Falls));
    }

    [Fact]
    public void Without_a_calm_time_it_is_armed_at_once()
    {
        var fired = new Signal(SignalState.Fired, 1, 1, null);
        Assert.Equal(new Signal(SignalState.Armed, 1, 1, null), Threshold.Next(fired, 5, 5, TimeSpan.Zero, Noon));
    }

    [Fact] // Whatever the figures: falls and returns alternate, and the same figure again at once changes nothing.
    public void Changes_alternate_and_a_repeat_changes_nothing() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 30]).List[0, 100].Sample(steps =>
        {
            var (signal, now) = (default(Signal), Noon);
            foreach (var (figure, minutes) in steps)
            {
                now = now.AddMinutes(minutes);
                if (Threshold.Next(signal, figure, 10, Calm, now) is { } next)
                {
                    Assert.NotEqual(signal.State, next.State);
                    if (next.State == SignalState.Fired) Assert.True(figure < 10);
                    else Assert.True(figure >= 10);
                    Assert.Equal(next.State == SignalState.Calming, next.CalmAt is not null);
                    Assert.InRange(next.Episode, signal.Episode, signal.Episode + 1);
                    signal = next;
                }

                Assert.Null(Threshold.Next(signal, figure, 10, Calm, now));
            }
        });
}
