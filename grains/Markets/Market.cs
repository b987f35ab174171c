using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Ale.Engines;
using Ale.Policy;

namespace Ale.Markets;

/// <summary>A place where we sell: its money, clock and language .</summary>
/// <param name="Code">Lower case, as <c>cn</c>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="TimeZone">The zone of its calendar and its night.</param>
/// <param name="Language">BCP 47, as <c>zh-CN</c>.</param>
/// <param name="NightFrom">First minute of the night, by the wall clock there.</param>
/// <param name="NightTo">First minute after it; not after <paramref name="NightFrom"/> means the next day.</param>
internal sealed record Market(
    string Code, string Currency, TimeZoneInfo TimeZone, string Language, TimeOnly NightFrom, TimeOnly NightTo)
{
    /// <summary>
    /// The calendar day there, from midnight to midnight by the wall clock: the one rule by which every list, total and
    /// deadline counts days (K02).
    /// </summary>
    public DateOnly BusinessDay(DateTimeOffset at) => DateOnly.FromDateTime(Local(at));

    /// <summary>The instant at which a business day begins; days differ in length where clocks are changed.</summary>
    public DateTimeOffset StartOf(DateOnly day) => WallClock.InstantOf(TimeZone, day.ToDateTime(TimeOnly.MinValue));

    /// <summary>True in the night window, in which nothing may induce to buy (CMP-04).</summary>
    public bool IsNight(DateTimeOffset at) => TimeOnly.FromDateTime(Local(at)).IsBetween(NightFrom, NightTo);

    /// <summary>What the clock on the wall says there.</summary>
    public TimeOnly LocalTime(DateTimeOffset at) => TimeOnly.FromDateTime(Local(at));

    private DateTime Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, TimeZone).DateTime;
}

/// <summary>The markets of the policy book.</summary>
internal sealed class MarketBook(PolicyBook book)
{
    private readonly ConditionalWeakTable<PolicySet, Market> _markets = []; // goes with the numbers it is made of

    /// <summary>The codes of all markets, in order.</summary>
    public ImmutableArray<string> Codes => book.Markets;

    /// <summary>A market as it is at an instant; null is the default market, an unknown one throws.</summary>
    public Market For(string? code, DateTimeOffset now) => _markets.GetValue(book.For(code, now), Of);

    private static Market Of(PolicySet set) => new(
        set.MarketCode, set.Market.Currency, set.Market.TimeZone, set.Market.Language, set.Market.NightFrom,
        set.Market.NightTo);
}
