using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Ale.Kernel;
using Ale.Orders;
using Ale.Stock;
using Dapper;
using Xunit;

namespace Ale.Verify;

/// <summary>Evenings of the class, one a store; each alteration is undone again.</summary>
public sealed class Evenings : IAsyncDisposable
{
    private readonly Dictionary<string, Task<Evening>> _evenings = [];

    internal Task<Evening> On(string store) =>
        _evenings.TryGetValue(store, out var evening) ? evening : _evenings[store] = Evening.Start(store);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var evening in _evenings.Values) await (await evening).DisposeAsync();
    }
}

[Trait("needs", "server")]
public sealed class VerifyTests(Evenings evenings) : IClassFixture<Evenings>
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task A_clean_evening_is_found_whole(string store)
    {
        var (status, report) = await (await evenings.On(store)).Verify();
        Assert.Empty(report.Failures);
        Assert.Equal((0, true), (status, report.Ok));
        string[] names = ["versions", "chain", "seals", "stock", "snapshots of stock", "users", "snapshots of user",
            "snapshots of coupon",
            "orders", "tables"];
        Assert.Equal(names.Order(), report.Checks.Select(c => c.Name).Intersect(names).Order());
        Assert.All(report.Checks.Where(c => names.Contains(c.Name) && c.Name != "snapshots of user"), c =>
            Assert.True(c.Rows > 0, c.Name));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task An_altered_row_is_found(string store)
    {
        var evening = await evenings.On(store);
        await Altered(evening, "stock/V1", 1, Units, forgeHash: false, async () =>
            await Finds(evening, ("chain", "stock/V1"), ("tables", "stock/V1")));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task An_altered_row_with_a_hash_made_without_the_key_is_found(string store)
    {
        var evening = await evenings.On(store);
        await Altered(evening, "stock/V1", 1, Units, forgeHash: true, async () =>
            await Finds(evening, ("chain", "stock/V1"), ("tables", "stock/V1")));
    }

    [Theory]
    [InlineData("kind", "'other'", "'stock'"), InlineData("slot", "(slot + 1) % 256", "(slot + 255) % 256")]
    [InlineData("hops", "hops + 1", "hops - 1")]
    public async Task An_altered_kind_slot_or_hops_is_found(string column, string altered, string back)
    {
        foreach (var store in new[] { "sqlite", "postgres" })
        {
            var evening = await evenings.On(store);
            await using var journal = await evening.Open("journal");
            const string where = "where stream = 'stock/V1' and version = 1";
            Assert.Equal(1, await journal.ExecuteAsync($"update journal set {column} = {altered} {where}"));
            try { await Finds(evening, ("chain", "stock/V1")); }
            finally { await journal.ExecuteAsync($"update journal set {column} = {back} {where}"); }
        }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task An_altered_instant_of_a_row_is_found(string store)
    {
        var evening = await evenings.On(store);
        await using var journal = await evening.Open("journal");
        Assert.Equal(1, await journal.ExecuteAsync(
            "update journal set at = at - 60000 where stream = 'stock/V1' and version = 1"));
        try { await Finds(evening, ("chain", "stock/V1")); }
        finally
        {
            await journal.ExecuteAsync(
                "update journal set at = at + 60000 where stream = 'stock/V1' and version = 1");
        }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task An_order_that_says_other_units_than_its_reservation_is_found(string store)
    {
        var evening = await evenings.On(store);
        await Altered(evening, "order/o3", 0, text => text.Replace("\"quantity\":3", "\"quantity\":4",
            StringComparison.Ordinal),
            forgeHash: false, async () => await Finds(evening, ("orders", "order/o3"), ("chain", "order/o3")));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task A_row_deleted_in_the_middle_is_found(string store)
    {
        var evening = await evenings.On(store);
        await Deleted(evening, "stock/V1", "= 2", async () =>
            await Finds(evening, ("versions", "stock/V1"), ("tables", "stock/V1")));
    }

    [Theory]
    [InlineData("sqlite", "order/o1", "tables"), InlineData("postgres", "order/o1", "tables")]
    [InlineData("sqlite", "stock/V2", "snapshots of stock"), InlineData("postgres", "stock/V2", "snapshots of stock")]
    public async Task A_deleted_last_row_is_found_and_its_stream_named(string store, string stream, string check)
    {
        var evening = await evenings.On(store);
        await Deleted(evening, stream, "= (select max(version) from journal where stream = @stream)", async () =>
        {
            await Finds(evening, ("tables", stream), (check, stream), ("seals", $"slot {JournalNames.Slot(stream)}"));
        });
    }

    [Theory]
    [InlineData("sku", "on_hand", "sku = 'V1'", "stock/V1")]
    [InlineData("reservation", "quantity", "sku = 'V3'", "stock/V3")]
    [InlineData("sales_order", "paid_minor", "id = 'o3'", "order/o3")]
    [InlineData("sales_return", "refund_minor", "order_id = 'o1'", "order/o1")]
    [InlineData("app_user", "points", "points > 0", "user/")]
    [InlineData("points_entry", "balance", "no = 1", "user/")]
    public async Task An_altered_amount_in_a_table_is_found(string table, string column, string where, string stream)
    {
        foreach (var store in new[] { "sqlite", "postgres" })
        {
            var evening = await evenings.On(store);
            await using var views = await evening.Open("views");
            Assert.Equal(1, await views.ExecuteAsync($"update {table} set {column} = {column} + 1 where {where}"));
            try { await Finds(evening, ("tables", stream)); }
            finally
            {
                var same = where.Replace("> 0", "> 1", StringComparison.Ordinal);
                await views.ExecuteAsync($"update {table} set {column} = {column} - 1 where {same}");
            }
        }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task A_deleted_row_of_a_table_is_found(string store)
    {
        var evening = await evenings.On(store);
        await using var views = await evening.Open("views");
        await views.ExecuteAsync("update reservation set sku = 'V9' where sku = 'V3'");
        try { await Finds(evening, ("tables", "stock/V3")); }
        finally { await views.ExecuteAsync("update reservation set sku = 'V3' where sku = 'V9'"); }
    }

    [Theory]
    [InlineData("sqlite", "stock/V2", "\"onHand\":\\d+,", "\"onHand\":4999,")]
    [InlineData("postgres", "stock/V2", "\"onHand\":\\d+,", "\"onHand\":4999,")]
    [InlineData("sqlite", "coupon/VC", "\"pool\":1000,", "\"pool\":1001,")]
    [InlineData("postgres", "coupon/VC", "\"pool\":1000,", "\"pool\":1001,")]
    public async Task An_altered_snapshot_is_found(string store, string stream, string part, string by)
    {
        var evening = await evenings.On(store);
        await using var journal = await evening.Open("journal");
        const string update = "update snapshot set state = @state where stream = @stream";
        var before = await journal.QuerySingleAsync<byte[]>(
            "select state from snapshot where stream = @stream", new { stream });
        var after = Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(before), part, by));
        Assert.NotEqual(before, after);
        await journal.ExecuteAsync(update, new { state = after, stream });
        try { await Finds(evening, ($"snapshots of {JournalNames.Kind(stream)}", stream)); }
        finally { await journal.ExecuteAsync(update, new { state = before, stream }); }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task An_altered_seal_is_found(string store)
    {
        var evening = await evenings.On(store);
        var slot = JournalNames.Slot("order/o1");
        await using var views = await evening.Open("views");
        const string update = "update seal set hash = @hash where slot = @slot";
        var hash = await views.QuerySingleAsync<string>("select hash from seal where slot = @slot", new { slot });
        await views.ExecuteAsync(update, new { hash = Convert.ToHexString(SHA256.HashData("x"u8)), slot });
        try { await Finds(evening, ("seals", $"slot {slot}")); }
        finally { await views.ExecuteAsync(update, new { hash, slot }); }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task Under_load_nothing_is_found(string store)
    {
        var evening = await evenings.On(store);
        var grains = evening.Silo.Grains;
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var order = grains.Order($"l{worker}-{i}");
                Assert.Null((await order.Place(new([new("V4", 1), new("V1", 1)]))).Refusal);
                await order.Pay(new("k", "local", null));
                if (i % 4 == 0) await order.Return(new("b", [new("V4", 1)], "load"));
            }
        })).ToArray();
        try
        {
            for (var run = 0; run < 2; run++)
            {
                var (_, report) = await evening.Verify();
                Assert.Empty(report.Failures);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        Assert.Empty((await evening.Verify()).Report.Failures);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task Several_runs_at_once_do_not_take_each_others_lines(string store)
    {
        var evening = await evenings.On(store);
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => evening.Verify()));
        Assert.All(runs, run => Assert.Empty(run.Report.Failures));
    }

    private static string Units(string events) => events.Replace("\"quantity\":5000", "\"quantity\":5001",
        StringComparison.Ordinal);

    private static async Task Finds(Evening evening, params (string Check, string Stream)[] expected)
    {
        var (status, report) = await evening.Verify();
        Assert.Equal((1, false), (status, report.Ok));
        var found = string.Join('\n', report.Failures);
        foreach (var (check, stream) in expected)
        {
            Assert.True(report.Failures.Any(f => f.Check == check
                && f.Stream.StartsWith(stream, StringComparison.Ordinal)), $"{check} {stream} in\n{found}");
            Assert.False(report.Checks.Single(c => c.Name == check).Ok);
        }
    }

    private static async Task Altered(
        Evening evening, string stream, long version, Func<string, string> alter, bool forgeHash, Func<Task> then)
    {
        await using var journal = await evening.Open("journal");
        const string update =
            "update journal set events = @events, hash = @hash where stream = @stream and version = @version";
        var (events, hash) = await journal.QuerySingleAsync<(byte[] Events, byte[] Hash)>(
            "select events, hash from journal where stream = @stream and version = @version", new { stream, version });
        var altered = Encoding.UTF8.GetBytes(alter(Encoding.UTF8.GetString(events)));
        Assert.NotEqual(events, altered);
        await journal.ExecuteAsync(update,
            new { events = altered, hash = forgeHash ? SHA256.HashData(altered) : hash, stream, version });
        try { await then(); }
        finally { await journal.ExecuteAsync(update, new { events, hash, stream, version }); }
    }

    private static async Task Deleted(Evening evening, string stream, string version, Func<Task> then)
    {
        await using var journal = await evening.Open("journal");
        var where = $"where stream = @stream and version {version}";
        var row = (IDictionary<string, object?>)await journal.QuerySingleAsync<dynamic>(
            $"select * from journal {where}", new { stream });
        await journal.ExecuteAsync($"delete from journal {where}", new { stream });
        try { await then(); }
        finally
        {
            var values = new DynamicParameters();
            foreach (var (name, value) in row) values.Add(name, value);
            await journal.ExecuteAsync($"""
                insert into journal ({string.Join(", ", row.Keys)}) {(evening.IsPostgres ? "overriding system value"
                    : "")}
                values ({string.Join(", ", row.Keys.Select(k => "@" + k))})
                """, values);
        }
    }
}
