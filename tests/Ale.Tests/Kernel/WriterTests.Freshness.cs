using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed partial class WriterTests
{
    [Fact]
    public async Task A_young_activation_asks_nobody_and_an_idle_one_asks_once_for_all()
    {
        var handle = await _writer.Open("tally/a");
        Assert.True(await _writer.IsFresh(handle));
        Assert.Equal(0, _journal.Checks);
        await Task.Delay(1_050);

        _journal.OnCheck = () => _gate.Task;
        var asked = Enumerable.Range(0, 50).Select(_ => _writer.IsFresh(handle).AsTask()).ToList();
        _gate.SetResult();
        Assert.All(await Task.WhenAll(asked), Assert.True);
        Assert.InRange(_journal.Checks, 1, 2); // those that came while one was under way share the next
        Assert.True(await _writer.IsFresh(handle)); // and that was a check
        Assert.InRange(_journal.Checks, 1, 2);
    }

    [Fact]
    public async Task An_idle_activation_that_another_has_overtaken_is_stale_unless_it_appends_meanwhile()
    {
        var (handle, busy) = (await _writer.Open("tally/a"), await _writer.Open("tally/b"));
        await Task.Delay(1_050);
        await _stores.Again().Append([Row("tally/a", 0, null, Added("theirs"))], default);
        Assert.False(await _writer.IsFresh(handle));

        _journal.OnCheck = () => busy.Hand(Added("mine")).Done; // the version read is old when it arrives
        Assert.True(await _writer.IsFresh(busy));

        _journal.OnCheck = () => throw new StoreLostException("away");
        await Task.Delay(1_050);
        await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await _writer.IsFresh(busy));
    }

    [Fact]
    public async Task Where_the_folder_is_locked_no_check_is_made()
    {
        var journal = new UnreliableJournal(_stores.Journal);
        await using var writer = journal.Writer();
        var handle = await writer.Open("tally/a");
        await Task.Delay(1_050);
        Assert.True(await writer.IsFresh(handle));
        Assert.Equal(0, journal.Checks);
    }
}
