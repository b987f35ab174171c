using CsCheck;
using Xunit;

namespace Ale.Engines;

public sealed class SlidingMinimumTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public void It_is_the_smallest_of_the_window_which_an_instant_leaves_when_it_is_as_old()
    {
        var minimum = new SlidingMinimum(Week);
        Assert.Null(minimum.At(Noon));
        minimum.Add(Noon, 80);
        minimum.Add(Noon.AddDays(1), 100);
        Assert.Equal(80, minimum.At(Noon.AddDays(7).AddTicks(-1)));
        Assert.Equal(100, minimum.At(Noon.AddDays(7)));
        Assert.Null(minimum.At(Noon.AddDays(8)));
    }

    [Fact]
    public void It_tells_what_a_list_of_all_would_and_too_little_only_beyond_what_it_holds() =>
        Gen.Select(Gen.Int[0, 3_600], Gen.Long[1, 40]).Array[0, 100].Sample(steps =>
        {
            var (minimum, now) = (new SlidingMinimum(TimeSpan.FromHours(2)), Noon);
            var all = new List<(DateTimeOffset, long)>();
            foreach (var (seconds, value) in steps)
            {
                now = now.AddSeconds(seconds);
                minimum.Add(now, value);
                all.Add((now, value));
                var since = now - TimeSpan.FromHours(2);
                Assert.Equal(all.Where(e => e.Item1 > since).Min(e => e.Item2), minimum.At(now));
            }
        });

    [Fact]
    public void More_than_it_holds_make_it_too_small_never_too_large()
    {
        var minimum = new SlidingMinimum(Week);
        for (var i = 0; i < 3 * SlidingMinimum.Max; i++) minimum.Add(Noon.AddSeconds(i), 1_000 + i);
        Assert.Equal(SlidingMinimum.Max, minimum.Entries.Count);
        Assert.Equal(1_000, minimum.At(Noon.AddSeconds(200)));
        Assert.Equal(1_000, minimum.At(Noon.AddDays(7).AddSeconds(100))); // truly 1,101
    }
}
