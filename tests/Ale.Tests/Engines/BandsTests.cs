using Xunit;

namespace Ale.Engines;

public sealed class BandsTests
{
    private static readonly (long, long)[] Rates = [(0, 1_200), (500, 1_000), (2_000, 800)];

    [Theory]
    [InlineData(0, 1_200), InlineData(499, 1_200), InlineData(500, 1_000), InlineData(501, 1_000)]
    [InlineData(1_999, 1_000), InlineData(2_000, 800), InlineData(long.MaxValue, 800)]
    public void A_band_holds_from_its_figure_until_the_next_one_begins(long figure, long value) =>
        Assert.Equal(value, Bands.ValueOf(Rates, figure));

    [Fact]
    public void One_band_holds_for_all() => Assert.Equal(7, Bands.ValueOf([(0, 7)], 1_000_000));

    [Theory]
    [InlineData(true, 0), InlineData(true, 0, 1), InlineData(false), InlineData(false, 1), InlineData(false, 0, 0)]
    [InlineData(false, 0, 5, 4)]
    public void Bands_begin_at_nought_and_each_above_the_one_before(bool good, params int[] from) =>
        Assert.Equal(good, Bands.AreInOrder([.. from.Select(f => ((long)f, 1L))]));
}
