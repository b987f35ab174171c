using Xunit;

namespace Ale.Engines;

public sealed class FreightRatesTests
{
    private static readonly FreightTemplate Template =
        new(10_00, 2_00, 20_00, 12_00, 99_00, "540000 650000", "710000 460300");

    [Theory]
    [InlineData("330106", 98_99, 1, 10_00)]
    [InlineData("330106", 98_99, 1_000, 10_00)]
    [InlineData("330106", 98_99, 1_001, 12_00)] // a kilogram begun
    [InlineData("330106", 98_99, 2_000, 12_00)]
    [InlineData("330106", 98_99, 2_001, 14_00)]
    [InlineData("330106", 99_00, 50_000, 0)] // free from 99 yuan
    [InlineData("330106", 0, 0, 10_00)]
    [InlineData("650100", 98_99, 1_000, 20_00)]
    [InlineData("650102", 98_99, 1_001, 32_00)]
    [InlineData("540200", 99_00, 1_000, 0)]
    [InlineData("710000", 99_00, 1, null)] // not served, whatever it costs
    [InlineData("460300", 1, 1, null)]
    [InlineData("460301", 1, 1, null)]
    [InlineData("460200", 1, 1, 10_00)]
    public void SHP_07_Freight_is_first_and_next_kilograms_free_from_an_amount_and_not_everywhere(
        string area, long goodsMinor, long grams, int? freightMinor) =>
        Assert.Equal(freightMinor, FreightRates.Of(Template, area, goodsMinor, grams));

    [Theory]
    [InlineData("330000", true, false, "浙江省")]
    [InlineData("330100", true, true, "浙江省杭州市")]
    [InlineData("330106", true, true, "浙江省杭州市")]
    [InlineData("310115", true, true, "上海市")]
    [InlineData("710000", true, true, "台湾省")]
    [InlineData("339900", false, false, null)]
    [InlineData("990000", false, false, null)]
    [InlineData("33010", false, false, null)]
    [InlineData("3301o6", false, false, null)]
    [InlineData("", false, false, null)]
    [InlineData(null, false, false, null)]
    public void SHP_07_Area_codes_are_the_official_ones(string? code, bool known, bool place, string? name)
    {
        Assert.Equal((known, place), (Areas.IsKnown(code), Areas.IsPlace(code)));
        if (known) Assert.Equal(name, Areas.NameOf(code!));
    }

    [Theory]
    [InlineData("330000", "330106", true)]
    [InlineData("330100", "330106", true)]
    [InlineData("330106", "330106", true)]
    [InlineData("330106", "330100", false)]
    [InlineData("330200", "330106", false)]
    [InlineData("310000", "330106", false)]
    public void STK_12_A_wider_area_covers_a_narrower_one(string wide, string code, bool covers) =>
        Assert.Equal(covers, Areas.Covers(wide, code));
}
