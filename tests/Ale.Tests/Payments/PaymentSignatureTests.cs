using System.Text;
using Xunit;

namespace Ale.Payments;

public sealed class PaymentSignatureTests
{
    private static readonly PaymentSecret Secret = new(Encoding.ASCII.GetBytes("the secret of all payment tests!"));
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
    private static readonly byte[] Body = "{\"eventId\":\"e1\"}"u8.ToArray();
    private static readonly string Good = PaymentSignature.Sign(Body, Noon, Secret);

    [Fact] // reckoned by openssl dgst -sha256 -hmac
    public void A_signature_is_the_stamp_and_the_hash_of_stamp_and_body() =>
        Assert.Equal("t=1780000000,v1=88c7f5f034f596cd8e56d2f460fb375815e227c709e9bd37e070d0379e5b90c9", Good);

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_stamp_is_at_most_5_minutes_off(int seconds, bool good) =>
        Assert.Equal(good, IsGood(Good, Noon.AddSeconds(seconds)));

    [Fact]
    public void Whatever_is_forged_is_no_good()
    {
        Assert.True(IsGood(Good.Replace(",", ", ", StringComparison.Ordinal)));
        Assert.True(IsGood(Good.ToUpperInvariant().Replace("T=", "t=").Replace("V1=", "v1=")));
        var other = PaymentSignature.Sign(Body, Noon, new(new byte[32]));
        var later = PaymentSignature.Sign(Body, Noon.AddSeconds(1), Secret);
        string?[] bad =
        [
            null, "", "t=,v1=", Good[..^1], Good + "0", Good.Replace("v1=", "v0="), Good.Split(',')[0],
                Good.Split(',')[1],
            other, $"{Good.Split(',')[0]},{later.Split(',')[1]}", Good.Replace("t=1", "t=-1"),
                Good.Replace("t=1", "t= 1"),
            $"t=99999999999999,{Good.Split(',')[1]}", Good.Replace("v1=", "v1=zz")[..^2], new('t', 300),
        ];
        Assert.All(bad, signature => Assert.False(IsGood(signature)));
        Assert.False(PaymentSignature.IsGood("{}"u8, Good, Noon, TimeSpan.FromMinutes(5), Secret));
    }

    private static bool IsGood(string? signature, DateTimeOffset? now = null) =>
        PaymentSignature.IsGood(Body, signature, now ?? Noon, TimeSpan.FromMinutes(5), Secret);
}
