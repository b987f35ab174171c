using CsCheck;
using Xunit;

namespace Ale.Engines;

public sealed class SharesTests
{
    [Theory]
    [InlineData(0, "1 2", "0 0")]
    [InlineData(10, "0 0", "0 0")]
    [InlineData(10, "1 1", "5 5")]
    [InlineData(10, "1 1 1", "4 3 3")] // what is left goes to the earlier
    [InlineData(11, "1 1 1", "4 4 3")]
    [InlineData(1, "1 2", "0 1")] // to the larger remainder
    [InlineData(100, "1 0 99", "1 0 99")]
    [InlineData(999_999_999_999, "999999999999 1", "999999999998 1")]
    public void An_amount_is_shared_in_proportion(long amount, string weights, string parts) =>
        Assert.Equal(parts, string.Join(' ', Shares.Split(amount, [.. weights.Split(' ').Select(long.Parse)])));

    [Fact]
    public void Parts_add_up_and_none_is_off_by_a_whole_unit() =>
        Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Long[0, 1_000_000_000_000].Array[1, 20])
            .Sample((amount, weights) =>
        {
            var (parts, total) = (Shares.Split(amount, weights), weights.Sum(w => (decimal)w));
            Assert.Equal(total == 0 ? 0 : amount, parts.Sum());
            if (total == 0) return;
            for (var i = 0; i < parts.Length; i++)
                Assert.InRange(parts[i] - amount * (weights[i] / total), -1.001m, 1.001m);
            Assert.All(parts.Zip(weights), p => Assert.True(p.Second > 0 || p.First == 0));
        });
}
