using Dapper;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed class SqliteJournalTests : JournalContract
{
    private protected override Task<KernelStores> NewStores() => KernelStores.Sqlite();
}

[Trait("needs", "server")]
public sealed class PostgresJournalTests : JournalContract
{
    private protected override Task<KernelStores> NewStores() => KernelStores.Postgres();

    [Fact]
    public async Task A_journal_ahead_of_the_servers_transactions_is_refused()
    {
        var journal = (Storage.PostgresJournal)Stores.Journal;
        await journal.CheckAge(default);
        await journal.Append([Row("tally/a", 0, null, Added("1"))], default);
        await journal.CheckAge(default);
        await Stores.Tamper("update journal set tx = 1000000000");
        await Assert.ThrowsAsync<InvalidOperationException>(() => journal.CheckAge(default));
    }

    [Fact]
    public async Task A_reader_does_not_pass_a_running_transaction()
    {
        await using var open = await Stores.Views.Open(default);
        await using var transaction = await open.BeginTransactionAsync();
        await open.ExecuteAsync("select pg_current_xact_id()", transaction: transaction); // it has a number now
        var places = await Stores.Journal.Append([Row("tally/a", 0, null, Added("1"))], default);

        var page = await Stores.Journal.Read(JournalFilter.All, default, 10, default);
        Assert.Empty(page.Rows);
        Assert.True(page.Horizon < places[0]);
        Assert.Equal(places[0], await Stores.Journal.End(default));

        await transaction.RollbackAsync();
        await Stores.Journal.Readable();
        Assert.Single((await Stores.Journal.Read(JournalFilter.All, page.Horizon, 10, default)).Rows);
    }

    [Fact]
    public void What_counts_as_a_lost_connection()
    {
        foreach (var state in new[] { "08006", "57P01", "57P03", "53300", "57014", "40001", "40P01" })
            Assert.True(Storage.PostgresFaults.IsLost(new Npgsql.PostgresException("", "", "", state)), state);
        foreach (var state in new[] { "23505", "42P01", "22001", "53100" })
            Assert.False(Storage.PostgresFaults.IsLost(new Npgsql.PostgresException("", "", "", state)), state);
    }
}

/// <summary>What the kernel relies on, the same for every store.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    private protected KernelStores Stores { get; private set; } = null!;

    private IJournalStore Journal => Stores.Journal;

    private protected abstract Task<KernelStores> NewStores();

    public async ValueTask InitializeAsync() => Stores = await NewStores();

    public async ValueTask DisposeAsync()
    {
        await Stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Rows_come_back_as_they_were_sent_and_in_order()
    {
        var a = Row("tally/a", 0, null, Added("1"), Added("2"));
        (a.Due, var b) = (5_000, Row("tally/b", 0, null, Added("3")));
        var places = await Journal.Append([a, b], default);
        var second = await Journal.Append([Row("tally/a", 2, a.Hash, Added("4"))], default);
        Assert.True(places[0] < places[1] && places[1] < second[0]);

        var rows = await Journal.All();
        Assert.Equal(["1", "2", "3", "4"], rows.Ids());
        var row = rows[0];
        Assert.Equal(("tally/a", 0L, 2, "tally", "a", 2L), (row.Stream, row.Version, row.Count, row.Kind, row.Key,
            row.Next));
        Assert.Equal((JournalNames.Slot("tally/a"), 5_000L, 1_000L, 0), (row.Slot, row.Due, row.At, row.Hops));
        Assert.Equal(a.Events.ToArray(), row.Events);
        Assert.Equal(a.Hash, row.Hash);
        Assert.Equal(places[0], row.Place);
        Assert.Null(rows[1].Due);
    }

    [Fact]
    public async Task A_conflict_tells_which_rows_were_taken_also_when_two_begin_alike()
    {
        await Journal.Append([Row("tally/a", 0, null, Added("other")), Row("tally/c", 0, null, Added("other"))],
            default);
        PendingRow[] mine =
        [
            Row("tally/a", 0, [], Added("same")), Row("tally/b", 0, [], Added("same")),
            Row("tally/c", 0, [], Added("same")), Row("tally/d", 0, [], Added("same")),
        ];
        var places = await Journal.Append(mine, default);
        Assert.Equal([false, true, false, true], places.Select(p => p is not null));
        var rows = await Journal.All();
        Assert.Equal(["other", "other", "same", "same"], rows.Ids());
        Assert.Equal([places[1]!.Value, places[3]!.Value], rows.Skip(2).Select(r => r.Place));
    }

    [Fact]
    public async Task Own_rows_are_found_by_their_hash_and_no_others()
    {
        var (mine, other, missing) = (Row("tally/a", 0, null, Added("1")), Row("tally/b", 0, null, Added("2")),
            Row("tally/c", 0, null, Added("3")));
        var places = await Journal.Append([mine, Row("tally/b", 0, null, Added("theirs"))], default);
        Assert.Equal(new JournalPlace?[] { places[0], null, null },
            await Journal.FindOwn([mine, other, missing], default));
    }

    [Fact]
    public async Task A_stream_is_loaded_without_a_snapshot()
    {
        var (first, second) = await TwoRows();
        var loaded = await Journal.LoadOne("tally/a", "s");
        Assert.Null(loaded.Snapshot);
        Assert.Equal(["1", "2", "3"], loaded.Tail.Ids());
        Assert.Equal((3L, Hex(second.Hash), 1_002L, (long?)0L),
            (loaded.Next, Hex(loaded.Hash), loaded.LastAt, loaded.Due));
        Assert.NotEqual(first.Hash, second.Hash);
        Assert.Equal(await Journal.End(default), loaded.At);

        var none = await Journal.LoadOne("tally/none");
        Assert.Equal((0L, 0, 0L, default(JournalPlace)), (none.Next, none.Tail.Count, none.LastAt, none.At));
    }

    [Fact]
    public async Task A_stream_is_loaded_from_its_snapshot_on()
    {
        var (first, second) = await TwoRows();
        await Journal.SaveSnapshot(new("tally/a", 0, 2, first.Hash, "s", "state"u8.ToArray()), default);
        var loaded = await Journal.LoadOne("tally/a", "s");
        Assert.Equal("state"u8.ToArray(), loaded.Snapshot!.State);
        Assert.Equal((0L, 2L), (loaded.Snapshot.RowVersion, loaded.Snapshot.Next));
        Assert.Equal(["3"], loaded.Tail.Ids());
        Assert.Equal((3L, Hex(second.Hash)), (loaded.Next, Hex(loaded.Hash)));
    }

    [Fact]
    public async Task A_snapshot_at_the_very_end_carries_the_streams_end()
    {
        var (_, second) = await TwoRows();
        await Journal.SaveSnapshot(new("tally/a", 2, 3, second.Hash, "s", [1]), default);
        var loaded = await Journal.LoadOne("tally/a", "s");
        Assert.Empty(loaded.Tail);
        Assert.Equal((3L, Hex(second.Hash), 1_002L, (long?)0L),
            (loaded.Next, Hex(loaded.Hash), loaded.LastAt, loaded.Due));
        Assert.Equal(await Journal.End(default), loaded.At);
    }

    [Theory]
    [InlineData(0, 2, false, "t")] // another shape
    [InlineData(0, 2, false, "")] // the grain keeps none
    [InlineData(0, 2, true, "s")] // of a row that was lost
    [InlineData(0, 3, false, "s")] // not at the row's end
    [InlineData(3, 4, false, "s")] // beyond the journal's end
    public async Task A_snapshot_that_does_not_fit_is_ignored(int row, int next, bool otherHash, string shape)
    {
        var (first, _) = await TwoRows();
        await Journal.SaveSnapshot(new("tally/a", row, next, otherHash ? [9] : first.Hash, "s", [1]), default);
        var loaded = await Journal.LoadOne("tally/a", shape);
        Assert.Null(loaded.Snapshot);
        Assert.Equal(["1", "2", "3"], loaded.Tail.Ids());
    }

    [Fact]
    public async Task An_older_snapshot_is_dropped_and_another_shape_replaces()
    {
        var (first, second) = await TwoRows();
        await Journal.SaveSnapshot(new("tally/a", 2, 3, second.Hash, "s", [2]), default);
        await Journal.SaveSnapshot(new("tally/a", 0, 2, first.Hash, "s", [1]), default);
        Assert.Equal([2], (await Journal.LoadOne("tally/a", "s")).Snapshot!.State);
        await Journal.SaveSnapshot(new("tally/a", 0, 2, first.Hash, "t", [3]), default);
        Assert.Equal([3], (await Journal.LoadOne("tally/a", "t")).Snapshot!.State);
    }

    [Fact]
    public async Task A_gap_in_a_stream_is_refused_and_keeps_no_other_stream_from_loading()
    {
        await TwoRows();
        await Journal.Append([Row("tally/b", 0, null, Added("b"))], default);
        await Stores.Tamper("delete from journal where stream = 'tally/a' and version = 0");
        var loaded = await Journal.Load([("tally/a", ""), ("tally/b", "")], default);
        Assert.Contains("version 0 is missing", loaded[0].Broken, StringComparison.Ordinal);
        Assert.Equal((null, 1L), (loaded[1].Broken, loaded[1].Next));

        await using var writer = Journal.Writer();
        await Assert.ThrowsAsync<InvalidDataException>(() => writer.Open("tally/a"));
    }

    [Fact]
    public async Task Next_versions_are_told_in_the_order_asked()
    {
        await TwoRows();
        Assert.Equal(new long[] { 0, 3, 1 }, await Journal.NextVersions(["tally/none", "tally/a", "tally/b"], default));
    }

    [Fact]
    public async Task Reading_is_by_kind_due_limit_and_tells_how_far_it_has_seen()
    {
        await TwoRows();
        var other = await Journal.Append([Row("other/x", 0, null, Added("x"))], default);
        await Journal.Readable();
        Assert.Equal(["x"], (await Journal.Read(new(["other"]), default, 10, default)).Rows.Ids());
        Assert.Equal(["x", "b"], (await Journal.Read(new(["tally", "other"]), default, 10, default)).Rows.Ids()
            .Where(id => id is "x" or "b").OrderDescending());
        Assert.Equal(["1", "2", "3"], (await Journal.Read(new([], DueOnly: true), default, 10, default)).Rows.Ids());

        var first = await Journal.Read(JournalFilter.All, default, 2, default);
        Assert.True(first.Full);
        Assert.Equal((2, first.Rows[1].Place), (first.Rows.Count, first.Horizon));
        var rest = await Journal.Read(JournalFilter.All, first.Horizon, 10, default);
        Assert.False(rest.Full);
        Assert.Equal(2, rest.Rows.Count);
        Assert.True(rest.Horizon >= other[0]);
        var nothing = await Journal.Read(new(["none"]), default, 10, default);
        Assert.True(nothing.Rows.Count == 0 && nothing.Horizon >= other[0]);
        var beyond = new JournalPlace(long.MaxValue, 1);
        Assert.Equal(beyond, (await Journal.Read(JournalFilter.All, beyond, 10, default)).Horizon); // never backwards
    }

    [Fact]
    public async Task The_end_is_the_last_rows_place()
    {
        Assert.Equal(default, await Journal.End(default));
        var places = await Journal.Append([Row("tally/a", 0, null, Added("1")), Row("tally/b", 0, null, Added("2"))],
            default);
        Assert.Equal(places[1], await Journal.End(default));
    }

    [Fact]
    public async Task Opened_again_it_holds_what_was_appended()
    {
        await TwoRows();
        var again = Stores.Again();
        Assert.Equal(["1", "2", "b", "3"], (await again.All()).Ids());
        Assert.Null((await again.Append([Row("tally/b", 0, null, Added("late"))], default))[0]);
        Assert.NotNull((await again.Append([Row("tally/b", 1, null, Added("next"))], default))[0]);
    }

    [Fact]
    public async Task A_large_flush_goes_in_one_statement()
    {
        var rows = Enumerable.Range(0, 500).Select(i => Row($"tally/{i}", 0, null, Added(new string('x', 1_000))))
            .ToArray();
        var places = await Journal.Append(rows, default);
        Assert.Equal(500, places.Distinct().Count());
        Assert.Single(places.Select(p => p!.Value.Tx).Distinct());
    }

    private static string Hex(byte[] hash) => Convert.ToHexString(hash);

    /// <summary>tally/a: two events with a due instant, then one without; between them a row of tally/b.</summary>
    private async Task<(PendingRow First, PendingRow Second)> TwoRows()
    {
        var first = Row("tally/a", 0, null, Added("1"), Added("2"));
        first.Due = 9_000;
        var second = Row("tally/a", 2, first.Hash, Added("3"));
        second.Due = 0;
        await Journal.Append([first, Row("tally/b", 0, null, Added("b"))], default);
        await Journal.Append([second], default);
        return (first, second);
    }
}
