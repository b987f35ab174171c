using Dapper;
using Xunit;

namespace Ale.Kernel;

public sealed class SqliteTableTests : TableContract
{
    private protected override Task<KernelStores> NewStores() => KernelStores.Sqlite();
}

[Trait("needs", "server")]
public sealed class PostgresTableTests : TableContract
{
    private protected override Task<KernelStores> NewStores() => KernelStores.Postgres();
}

/// <summary>What a projection's table does with new values, the same on each engine.</summary>
public abstract class TableContract : IAsyncLifetime
{
    private static readonly Table Things = new("thing",
        [
            Column.TextKey("id"), Column.NumberKey("part"), Column.Text("name"), Column.FirstText("origin"),
            Column.FirstNumber("born"), Column.Number("seen"), Column.Sum("total"),
        ], "name", "seen, id");

    private KernelStores _stores = null!;

    private protected abstract Task<KernelStores> NewStores();

    public async ValueTask InitializeAsync()
    {
        _stores = await NewStores();
        await using var connection = await _stores.Views.Open(default);
        foreach (var sql in Things.Ddl(1, _stores.Views.TextType)) await connection.ExecuteAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private sealed record Thing(string Id, long Part, string? Name, string? Origin, long? Born, long? Seen, long Total);

    private async Task Write(Action<ViewBatch> change, bool commit = true)
    {
        var batch = new ViewBatch();
        change(batch);
        await using var tx = await _stores.Views.Begin(default);
        foreach (var (table, rows) in batch.Changes) await tx.Upsert(table, 1, rows);
        if (commit) await tx.Commit();
    }

    private async Task<Thing[]> Read()
    {
        await using var connection = await _stores.Views.Open(default);
        return [.. await connection.QueryAsync<Thing>(
            "select id, part, name, origin, born, seen, total from thing order by id, part")];
    }

    private static ViewRow First(ViewBatch b) => b.Row(Things, "a", 1);

    [Theory]
    [InlineData(true)] // in one batch
    [InlineData(false)] // one after the other
    public async Task The_last_and_the_first_value_stay_and_sums_add_up(bool together)
    {
        static void One(ViewBatch b) => First(b).Set("name", "n1").Set("origin", "o1").Set("born", 1L).Set("seen", 1L)
            .Add("total", 5);
        static void Two(ViewBatch b) => First(b).Set("name", "n2").Set("origin", "o2").Set("born", 2L).Set("seen", 2L)
            .Add("total", -7);
        static void Three(ViewBatch b) => First(b).Set("name", (string?)null).Set("seen", (long?)null)
            .Add("total", 10); // unsaid: kept
        if (together)
        {
            await Write(b => { One(b); Two(b); Three(b); });
        }
        else
        {
            await Write(One);
            await Write(Two);
            await Write(Three);
        }

        Assert.Equal([new Thing("a", 1, "n2", "o1", 1, 2, 8)], await Read());
    }

    [Fact]
    public async Task Keys_are_told_apart_by_all_their_parts()
    {
        await Write(b =>
        {
            b.Row(Things, "a", 1).Add("total", 1);
            b.Row(Things, "a", 11).Add("total", 2);
            b.Row(Things, "a1", 1L).Add("total", 3);
            b.Row(Things, "A", 1).Add("total", 4);
            b.Row(Things, "a", 1).Add("total", 10);
        });
        Assert.Equal([("A", 1, 4), ("a", 1, 11), ("a", 11, 2), ("a1", 1, 3)], (await Read())
            .Select(t => (t.Id, (int)t.Part, (int)t.Total)));
    }

    [Fact]
    public async Task Flags_and_instants_are_numbers()
    {
        await Write(b => First(b).Set("seen", true).Set("born", DateTimeOffset.FromUnixTimeMilliseconds(1_234)));
        await Write(b => b.Row(Things, "b", 1).Set("seen", false).Set("born", (DateTimeOffset?)null));
        Assert.Equal([(1L, (long?)1_234), (0L, null)], (await Read()).Select(t => (t.Seen!.Value, t.Born)));
    }

    [Fact]
    public async Task What_is_not_committed_is_not_there()
    {
        await Write(b => First(b).Set("name", "x"), commit: false);
        Assert.Empty(await Read());
    }

    [Fact]
    public async Task Two_thousand_rows_go_in_one_transaction()
    {
        await Write(b =>
        {
            for (var i = 0; i < 2_000; i++) b.Row(Things, $"k{i}", i).Set("name", $"名{i}").Add("total", i);
        });
        var rows = await Read();
        Assert.Equal((2_000, 1_999_000L), (rows.Length, rows.Sum(r => r.Total)));
        Assert.Equal("名7", rows.Single(r => r.Id == "k7").Name);
    }

    [Fact]
    public void The_key_must_come_first() =>
        Assert.Throws<ArgumentException>(() => new Table("t", [Column.Text("a"), Column.TextKey("b")]));
}
