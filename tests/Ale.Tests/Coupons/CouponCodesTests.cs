using Xunit;

namespace Ale.Coupons;

public sealed class CouponCodesTests
{
    [Theory]
    [InlineData("JUNE-2345678923", "JUNE")]
    [InlineData("june-abcdefghjk", "JUNE")]
    [InlineData("a-b-c-2345678923", "A-B-C")] // templates may have dashes
    [InlineData("JUNE", null)]
    [InlineData("-2345678923", null)]
    [InlineData("JUNE-234567892", null)]
    [InlineData("JUNE-2345678920", null)] // 0 is not in the alphabet
    [InlineData("JUNE2345678923X", null)]
    [InlineData("JU NE-2345678923", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_code_leads_to_its_template(string? code, string? expected)
    {
        Assert.Equal(expected is not null, CouponCodes.TemplateOf(code, out var template));
        Assert.Equal(expected, template);
    }

    [Fact]
    public void The_longest_template_makes_codes_that_are_ids()
    {
        var longest = new string('t', CouponCodes.TemplateLengthMax);
        var code = CouponCodes.Of(longest, CouponCodes.Alphabet[^CouponCodes.SuffixLength..]);
        Assert.True(Limits.IsId(code));
        Assert.True(CouponCodes.TemplateOf(code, out var template));
        Assert.Equal(longest.ToUpperInvariant(), template);
        Assert.Same(CouponRefusals.BadTerms,
            Coupon.New().Decide(CouponLife.Twenty, longest + "t", CouponLife.Noon).Reply.Refusal);
    }
}
