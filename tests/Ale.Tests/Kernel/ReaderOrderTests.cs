using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

[Trait("needs", "server")]
public sealed class ReaderOrderTests
{
    [Fact]
    public async Task Two_writers_in_parallel_and_a_reader_that_misses_nothing_and_gets_nothing_twice()
    {
        await using var stores = await KernelStores.Postgres();
        var stop = TimeProvider.System.GetTimestamp();
        bool Runs() => TimeProvider.System.GetElapsedTime(stop) < TimeSpan.FromSeconds(5);

        async Task<int> Write(string name)
        {
            var journal = stores.Again();
            var sent = 0;
            for (var round = 0; Runs(); round++)
            {
                var rows = Enumerable.Range(0, 50).Select(i => Row($"tally/{name}-{round}-{i}", 0, null, Added("x")))
                    .ToArray();
                sent += (await journal.Append(rows, default)).Count(p => p is not null);
            }

            return sent;
        }

        var writers = new[] { "a", "b" }.Select(n => Task.Run(() => Write(n))).ToArray();
        var (seen, twice, place, last) = (new HashSet<string>(), 0, default(JournalPlace), default(JournalPlace));
        for (var idle = 0; idle < 3;)
        {
            var page = await stores.Journal.Read(JournalFilter.All, place, 1_000, default);
            foreach (var row in page.Rows)
            {
                Assert.True(row.Place > last);
                last = row.Place;
                if (!seen.Add(row.Stream)) twice++;
            }

            place = page.Horizon;
            if (page.Rows.Count == 0 && writers.All(w => w.IsCompleted)) idle++;
        }

        var sent = (await Task.WhenAll(writers)).Sum();
        Assert.True(sent > 500, $"only {sent} rows were written");
        Assert.Equal((sent, 0), (seen.Count, twice));
    }
}
