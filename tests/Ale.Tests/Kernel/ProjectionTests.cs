using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Ale.Kernel.JournalWords;

namespace Ale.Kernel;

public sealed class SqliteProjectionTests : ProjectionContract
{
    private protected override Task<KernelStores> NewStores() => KernelStores.Sqlite();
}

[Trait("needs", "server")]
public sealed class PostgresProjectionTests : ProjectionContract
{
    private protected override Task<KernelStores> NewStores() => KernelStores.Postgres();
}

/// <summary>A table of sums, so that an event taken twice or never shows.</summary>
internal sealed class TallyProjection(int meaning = 1)
    : Projection<TallyEvent>("tallies", meaning, "tally", TallyJson.Default.TallyEvent, Tallies)
{
    public static readonly Table Tallies = new("tally", [Column.TextKey("id"), Column.Sum("total"),
        Column.Text("note")], "total");

    private readonly long _factor = meaning;

    /// <summary>Runs once, in the middle of projecting.</summary>
    public Action? Once { get; set; }

    protected override void Project(string key, TallyEvent happened, JournalRow row, ViewBatch views)
    {
        var once = Once;
        Once = null;
        once?.Invoke();
        if (happened is not TallyEvent.Added e) return;
        views.Row(Tallies, key).Add("total", e.Amount * _factor).Set("note", e.Id);
    }
}

/// <summary>Projections over each engine.</summary>
public abstract class ProjectionContract : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly Dictionary<string, byte[]> _hashes = [];
    private readonly Dictionary<string, long> _next = [];
    private KernelStores _stores = null!;

    private protected abstract Task<KernelStores> NewStores();

    public async ValueTask InitializeAsync() => _stores = await NewStores();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private ProjectionReader Reader(Projection projection) =>
        new(projection, _stores.Journal, _stores.Views, _time, NullLogger.Instance);

    private async Task<JournalPlace> Append(string stream, long amount)
    {
        var version = _next.GetValueOrDefault(stream);
        var row = Row(stream, version, _hashes.GetValueOrDefault(stream), Added($"{version}", amount));
        (_hashes[stream], _next[stream]) = (row.Hash, version + 1);
        return (await _stores.Journal.Append([row], default))[0]!.Value;
    }

    private async Task<long?> Total(string id, string table = "tally")
    {
        await using var connection = await _stores.Views.Open(default);
        return await connection.QuerySingleOrDefaultAsync<long?>($"select total from {table} where id = @id",
            new { id });
    }

    private async Task<string[]> States()
    {
        await using var connection = await _stores.Views.Open(default);
        return [.. await connection.QueryAsync<string>(
            "select generation || ' ' || state from reader where name = 'tallies' order by generation")];
    }

    private static async Task Until(Func<Task<bool>> met)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await met())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(15), "not met in 15 s");
            await Task.Delay(20);
        }
    }

    private static async Task Reached(ReaderLoop reader, JournalPlace at) =>
        Assert.True(await reader.Reached(at, TimeSpan.FromSeconds(15)));

    [Fact]
    public async Task Rows_follow_the_journal_and_a_restart_goes_on_where_it_stood()
    {
        await using (var reader = Reader(new TallyProjection()))
        {
            reader.Start();
            await Append("tally/a", 3);
            await Append("other/a", 100); // not its kind
            await Reached(reader, await Append("tally/a", 4));
            Assert.Equal(7, await Total("a"));
        }

        await Append("tally/a", 5);
        await using var again = Reader(new TallyProjection());
        again.Start();
        await Reached(again, await Append("tally/b", 1));
        Assert.Equal((12, 1), (await Total("a"), await Total("b")));
        Assert.Equal(0, again.Failures);
    }

    [Fact]
    public async Task It_gets_to_the_journals_end_though_the_last_rows_are_not_its_own()
    {
        await using var reader = Reader(new TallyProjection());
        reader.Start();
        await Append("tally/a", 3);
        await Reached(reader, await Append("other/a", 1));
        Assert.False(await reader.Reached(new(long.MaxValue, 0), TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task A_fault_in_the_middle_leaves_rows_and_place_as_they_were_and_nothing_is_counted_twice()
    {
        var projection = new TallyProjection();
        await using var reader = Reader(projection);
        reader.Start();
        await Reached(reader, await Append("tally/a", 1));
        await Append("tally/a", 2);
        projection.Once = () => throw new InvalidOperationException("once");
        await Reached(reader, await Append("tally/a", 4));
        Assert.Equal(7, await Total("a"));
    }

    [Fact]
    public async Task An_upsert_that_fails_takes_rows_and_place_with_it()
    {
        await using (var reader = Reader(new TallyProjection()))
        {
            reader.Start();
            await Reached(reader, await Append("tally/a", 1));
        }

        await using (var connection = await _stores.Views.Open(default))
            await connection.ExecuteAsync("alter table tally rename column note to hidden");
        var last = await Append("tally/a", 2);
        await using var broken = Reader(new TallyProjection());
        broken.Start();
        await Until(() => Task.FromResult(broken.Failures >= 2));
        Assert.Equal(1, await Total("a"));
        Assert.True(broken.Place < last);

        await using (var connection = await _stores.Views.Open(default))
            await connection.ExecuteAsync("alter table tally rename column hidden to note");
        await Reached(broken, last); // mended: it goes on by itself
        Assert.Equal(3, await Total("a"));
        await Until(() => Task.FromResult(broken.Failures == 0));
    }

    [Fact]
    public async Task A_second_reader_of_the_same_name_changes_nothing()
    {
        await using ProjectionReader one = Reader(new TallyProjection()), two = Reader(new TallyProjection());
        one.Start();
        two.Start();
        var last = default(JournalPlace);
        for (var i = 0; i < 200; i++)
        {
            last = await Append("tally/a", 1);
            if (i % 3 == 0) one.Nudge();
            if (i % 5 == 0) two.Nudge();
        }

        await Reached(one, last);
        await Reached(two, last);
        Assert.Equal(200, await Total("a"));
    }

    [Fact]
    public async Task A_rebuild_fills_new_tables_and_is_swapped_in_when_caught_up_and_the_old_ones_go_later()
    {
        var projection = new TallyProjection();
        await using var reader = Reader(projection);
        reader.Start();
        await Append("tally/a", 3);
        await Reached(reader, await Append("tally/a", 4));
        await reader.Rebuild(default);
        await Until(async () => (await States()).SequenceEqual(["1 retired", "2 active"]));
        Assert.Equal((7, 7), (await Total("a"), await Total("a", "tally_2")));

        await Reached(reader, await Append("tally/a", 5));
        Assert.Equal(12, await Total("a", "tally_2"));
        _time.Advance(TimeSpan.FromSeconds(59));
        reader.Nudge();
        await Task.Delay(100);
        Assert.Equal(7, await Total("a")); // another silo may still read it
        _time.Advance(TimeSpan.FromSeconds(2));
        reader.Nudge();
        await Until(async () => (await States()).SequenceEqual(["2 active"]));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Total("a"));
    }

    [Fact]
    public async Task Another_shape_is_built_beside_what_the_older_release_keeps()
    {
        await using (var old = Reader(new TallyProjection()))
        {
            old.Start();
            await Reached(old, await Append("tally/a", 3));
        }

        Assert.NotEqual(new TallyProjection().Shape, new TallyProjection(2).Shape);
        await using var reader = Reader(new TallyProjection(2));
        reader.Start();
        await Until(async () => (await States()).SequenceEqual(["1 retired", "2 active"]));
        await Reached(reader, await Append("tally/a", 1));
        Assert.Equal((3, 8), (await Total("a"), await Total("a", "tally_2")));
    }
}
