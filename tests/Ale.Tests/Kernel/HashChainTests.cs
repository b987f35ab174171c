using System.Text;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed class HashChainTests
{
    [Fact]
    public async Task The_chain_follows_from_the_events_and_an_altered_byte_breaks_it()
    {
        await using var stores = await KernelStores.Sqlite();
        await using (var writer = stores.Journal.Writer())
        {
            var handle = await writer.Open("tally/a");
            for (var i = 0; i < 3; i++) await handle.Hand(Added($"{i}", 10)).Done;
            writer.Release(handle);
            handle = await writer.Open("tally/a"); // the chain goes on in the next activation
            for (var i = 3; i < 6; i++) await handle.Hand(Added($"{i}", 10)).Done;
        }

        Assert.Equal(6, await Intact(stores.Journal));
        await stores.Tamper(
            "update journal set events = cast(replace(cast(events as text), '10', '99') as blob) where version = 2");
        Assert.Equal(2, await Intact(stores.Journal));
    }

    [Theory]
    [InlineData("at = at + 1"), InlineData("due = due + 1"), InlineData("due = null")]
    [InlineData("version = 5"), InlineData("count = 2"), InlineData("hops = 1")]
    public async Task The_chain_covers_version_count_instant_due_and_hops(string altered)
    {
        await using var stores = await KernelStores.Sqlite();
        await using (var writer = stores.Journal.Writer())
        {
            var handle = await writer.Open("tally/a");
            await handle.Hand(2_000, 0, Added("1")).Done;
            await handle.Hand(0, 0, Added("2")).Done;
        }

        Assert.Equal(2, await Intact(stores.Journal));
        await stores.Tamper($"update journal set {altered} where version = 1");
        Assert.Equal(1, await Intact(stores.Journal));
    }

    [Fact]
    public async Task Rows_of_one_stream_do_not_pass_for_those_of_another()
    {
        await using var stores = await KernelStores.Sqlite();
        await using (var writer = stores.Journal.Writer()) await (await writer.Open("tally/a")).Hand(Added("1")).Done;
        await stores.Tamper("update journal set stream = 'tally/b'");
        Assert.Equal(0, await Intact(stores.Journal));
    }

    /// <summary>How many rows from the start on bear the hash that follows from what stands before.</summary>
    private static async Task<int> Intact(IJournalStore journal)
    {
        using var chain = new HashChain(KernelStores.Key);
        var (count, previous) = (0, default(byte[]));
        foreach (var row in await journal.All())
        {
            previous ??= Encoding.UTF8.GetBytes(row.Stream);
            previous = chain.Next(
                previous, row.Version, row.Count, row.At, row.Due, row.Hops, row.Events);
            if (!previous.AsSpan().SequenceEqual(row.Hash)) break;
            count++;
        }

        return count;
    }
}
