using Xunit;

namespace Ale.Engines;

public sealed class ForecastTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Figures as <c>likeness:units</c>, the oldest first.</summary>
    private static Expected? Of(string past, int wanted) => Forecast.Of(
    [
        .. past.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) => text.Split(':'))
            .Select((parts, i) => new PastFigure($"S{i}", int.Parse(parts[0]), Noon.AddDays(i), long.Parse(parts[1]))),
    ], wanted);

    [Theory]
    [InlineData("0:900 0:1000 0:1100 0:1000", 4, 1000, "S3 S2 S1 S0")] // the plan's own example
    [InlineData("0:9 0:900 0:1000 0:1100 0:1000", 4, 1000, "S4 S3 S2 S1")] // only the last four
    [InlineData("0:900 0:1000 0:1100", 4, 1000, "S2 S1 S0")] // fewer are better than none
    [InlineData("0:7", 4, 7, "S0")]
    [InlineData("0:0", 4, 0, "S0")] // nothing sold is a figure too
    [InlineData("0:1 0:2", 4, 2, "S1 S0")] // a half goes up
    [InlineData("0:1 0:1 0:2", 4, 1, "S2 S1 S0")]
    [InlineData("2:10 2:20 0:900 0:900", 2, 15, "S1 S0")] // enough of the very like: the others do not count
    [InlineData("2:10 1:20 0:900 0:900", 2, 15, "S1 S0")] // not enough of them: the next circle
    [InlineData("2:10 1:20 0:60", 3, 30, "S2 S1 S0")]
    [InlineData("2:10 1:20 0:60", 4, 30, "S2 S1 S0")] // nowhere enough: all there are
    public void STK_13_The_latest_figures_of_the_closest_circle_with_enough_are_averaged(
        string past, int wanted, long units, string from)
    {
        var expected = Of(past, wanted)!;
        Assert.Equal(units, expected.Units);
        Assert.Equal(from, string.Join(' ', expected.From.Select(p => p.Id)));
    }

    [Fact]
    public void STK_13_Without_a_past_nothing_is_expected() => Assert.Null(Of("", 4));

    [Fact]
    public void STK_13_The_order_in_which_the_past_is_told_does_not_matter()
    {
        PastFigure[] past = [.. Enumerable.Range(0, 9).Select(i => new PastFigure($"S{i}", i % 3, Noon, i * 100))];
        var one = Forecast.Of(past, 3)!;
        var other = Forecast.Of([.. past.Reverse()], 3)!;
        Assert.Equal((one.Units, one.Likeness), (other.Units, other.Likeness));
        Assert.Equal(one.From, other.From);
    }
}
