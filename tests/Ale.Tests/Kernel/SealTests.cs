using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed class SealTests : IAsyncLifetime
{
    private KernelStores _stores = null!;
    private string[] _streams = null!;
    private int _slot;

    public async ValueTask InitializeAsync()
    {
        _stores = await KernelStores.Sqlite();
        _slot = JournalNames.Slot("tally/0");
        _streams = [.. Enumerable.Range(0, int.MaxValue).Select(i => $"tally/{i}")
            .Where(s => JournalNames.Slot(s) == _slot).Take(20)];
        await using var writer = _stores.Journal.Writer();
        for (var round = 0; round < 3; round++)
            foreach (var stream in _streams) await (await writer.Open(stream)).Hand(Added($"{round}")).Done;
        await (await writer.Open("tally/elsewhere")).Hand(Added("1")).Done;
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private SealReader Reader() =>
        new(_stores.Journal, _stores.Views, KernelStores.Key, TimeProvider.System, NullLogger.Instance);

    private async Task<IReadOnlyDictionary<int, Seal>> Sealed()
    {
        await using var reader = Reader();
        reader.Start();
        Assert.True(await reader.Reached(await _stores.Journal.End(default), TimeSpan.FromSeconds(10)));
        return await SealReader.Stored(_stores.Views, default);
    }

    private async Task<Seal> Recomputed()
    {
        var seal = Seal.None;
        foreach (var row in (await _stores.Journal.All()).Where(r => r.Slot == _slot)) seal = seal.With(row,
            KernelStores.Key.Bytes);
        return seal;
    }

    [Fact]
    public async Task The_seal_follows_from_the_rows_of_the_slot()
    {
        var stored = await Sealed();
        Assert.Equal(2, stored.Count);
        var expected = await Recomputed();
        Assert.Equal(expected.Hash, stored[_slot].Hash);
        Assert.Equal(expected.Place, stored[_slot].Place);
    }

    [Theory]
    [InlineData("delete from journal where stream = '{7}' and version = 2")] // the last of a stream, not of the slot
    [InlineData("delete from journal where stream = '{7}' and version = 1")]
    [InlineData("delete from journal where stream = '{19}' and version = 2")] // the slot's last
    [InlineData("update journal set hash = zeroblob(32) where stream = '{3}' and version = 0")]
    public async Task A_row_that_is_missing_or_altered_breaks_the_seal(string tampering)
    {
        var stored = await Sealed();
        for (var i = 0; i < _streams.Length; i++)
            tampering = tampering.Replace($"{{{i}}}", _streams[i], StringComparison.Ordinal);
        await _stores.Tamper(tampering);
        Assert.NotEqual((await Recomputed()).Hash, stored[_slot].Hash);
    }

    [Fact]
    public async Task Sealing_goes_on_where_it_stood_after_a_restart_and_beside_a_second_reader()
    {
        await Sealed();
        await using var writer = _stores.Journal.Writer();
        await using SealReader one = Reader(), two = Reader();
        one.Start();
        two.Start();
        for (var i = 0; i < 5; i++)
        {
            foreach (var stream in _streams) await (await writer.Open(stream)).Hand(Added("more")).Done;
            one.Nudge();
            two.Nudge();
        }

        Assert.True(await one.Reached(await _stores.Journal.End(default), TimeSpan.FromSeconds(10)));
        Assert.Equal((await Recomputed()).Hash, (await SealReader.Stored(_stores.Views, default))[_slot].Hash);
    }

    [Fact]
    public async Task The_seals_move_within_about_a_second_without_being_asked()
    {
        await Sealed();
        await using var reader = Reader();
        reader.Start();
        Assert.False(reader.FollowsFlushes);
        await using var writer = _stores.Journal.Writer();
        var place = await (await writer.Open(_streams[0])).Hand(Added("new")).Done;
        var deadline = TimeProvider.System.GetTimestamp();
        while ((await SealReader.Stored(_stores.Views, default))[_slot].Place < place)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(5));
            await Task.Delay(50);
        }
    }
}
