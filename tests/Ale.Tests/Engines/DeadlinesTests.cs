using System.Globalization;
using CsCheck;
using Xunit;

namespace Ale.Engines;

public sealed class DeadlinesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, DateTimeOffset> _open = new(StringComparer.Ordinal);
    private readonly Deadlines _deadlines;

    public DeadlinesTests() => _deadlines = new((id, at) => _open.TryGetValue(id, out var has) && has == at);

    [Fact]
    public void What_is_due_comes_by_time_and_then_by_id_the_instant_itself_too()
    {
        Put("b", 2);
        Put("c", 1);
        Put("a", 2);
        Put("d", 3);
        Assert.Equal(Noon.AddSeconds(1), _deadlines.Next);
        Assert.Equal(["c", "a", "b"], DueAt(2));
        Assert.Equal(["c"], DueAt(1.9));
        Assert.Empty(DueAt(0));
    }

    [Fact]
    public void A_later_deadline_replaces_the_earlier_and_the_same_again_is_one()
    {
        Put("a", 1);
        Put("a", 5);
        Assert.Equal(Noon.AddSeconds(5), _deadlines.Next);
        Put("a", 7);
        Put("a", 5);
        Assert.Equal(["a"], DueAt(9));
        Remove("a");
        Assert.Null(_deadlines.Next);
    }

    [Fact]
    public void It_tells_what_a_sorted_list_of_all_would() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 40], Gen.Int[0, 60])
        .Array[0, 400].Sample(steps =>
        {
            var test = new DeadlinesTests();
            foreach (var (what, id, second) in steps)
            {
                if (what < 3) test.Put(Name(id), second);
                else test.Remove(Name(id));
                Assert.Equal(test._open.Count == 0 ? null : test._open.Values.Min(), test._deadlines.Next);
                Assert.Equal(test._open.Where(o => o.Value <= Noon.AddSeconds(second)).OrderBy(o => o.Value)
                    .ThenBy(o => o.Key, StringComparer.Ordinal).Select(o => o.Key), test.DueAt(second));
            }
        }, iter: 300);

    [Fact]
    public void Of_a_million_that_were_removed_in_any_order_little_remains()
    {
        var ids = Enumerable.Range(0, 1_000_000).Select(Name).ToArray();
        foreach (var id in ids) Put(id, id.GetHashCode(StringComparison.Ordinal) & 0xFFFF);
        new Random(5).Shuffle(ids);
        foreach (var id in ids.AsSpan(1)) Remove(id);
        Assert.Equal(ids[..1], DueAt(0x10000));
        Remove(ids[0]);
        Assert.Null(_deadlines.Next);
    }

    private void Put(string id, double second)
    {
        var isNew = !_open.ContainsKey(id);
        _open[id] = Noon.AddSeconds(second);
        _deadlines.Add(_open[id], id);
        if (!isNew) _deadlines.Removed();
    }

    private void Remove(string id)
    {
        if (_open.Remove(id)) _deadlines.Removed();
    }

    private IEnumerable<string> DueAt(double second) => _deadlines.Due(Noon.AddSeconds(second)).Select(d => d.Id);

    private static string Name(int i) => i.ToString("x5", CultureInfo.InvariantCulture);
}
