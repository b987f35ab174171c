using Ale.Kernel;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ale.Policy;

public sealed class PolicyGrainTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly PolicyGrain _grain =
        new(PolicyBook.Load(Repository.At("deploy", "policy")), new JournalClock(new FakeTimeProvider(Noon)));

    [Fact]
    public async Task TEC14_a_value_is_told_with_unit_owner_section_and_date()
    {
        var outcome = await _grain.Get("points.pendingDays", "gb", null, default);
        Assert.Equal(
            new PolicyValue("points.pendingDays", "gb", "0", "days", "2.2.1.1", "finance",
                new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), outcome.Value!.Note),
            outcome.Value);
    }

    [Theory]
    [InlineData("stock.holdSeconds", null, "900")] // the default market
    [InlineData("points.expireDays", "gb", "null")]
    [InlineData("market.currency", "cn", "\"CNY\"")]
    [InlineData("stock.nothing", "cn", "policy.unknown")]
    [InlineData("stock.nothing", "fr", "policy.unknown")] // precedence
    [InlineData("stock.holdSeconds", "fr", "policy.unknown_market")]
    public async Task Get(string key, string? market, string expected)
    {
        var (value, refusal) = await _grain.Get(key, market, null, default);
        Assert.Equal(expected, refusal?.Code ?? value!.Value);
    }

    [Fact]
    public async Task Before_its_first_date_a_key_is_not_in_force()
    {
        var first = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Null((await _grain.Get("stock.holdSeconds", null, first, default)).Refusal);
        var before = await _grain.Get("stock.holdSeconds", null, first.AddTicks(-1), default);
        Assert.Equal("policy.not_in_force", before.Refusal?.Code);
    }

    [Fact]
    public async Task The_list_has_every_key_once_in_order()
    {
        var values = (await _grain.List("gb", null, default)).Value;
        Assert.Equal(PolicyKeys.All.Keys.Order(StringComparer.Ordinal), values.Select(value => value.Key));
        Assert.Equal("policy.unknown_market", (await _grain.List("fr", null, default)).Refusal?.Code);
    }
}
