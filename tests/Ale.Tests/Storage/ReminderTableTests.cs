using Dapper;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Ale.Storage;

[Trait("needs", "server")]
public sealed class ReminderTableTests
{
    private static readonly GrainId Job = GrainId.Create("job", "p:nightly");
    private static readonly DateTime Start = new(2026, 11, 11, 20, 0, 0, 123, DateTimeKind.Utc);

    [Theory, InlineData(OrleansTables.Postgres), InlineData(OrleansTables.Sqlite)]
    public async Task A_reminder_is_kept_as_it_was_given_and_each_change_moves_its_etag(string engine)
    {
        await using var tables = await OrleansTables.On(engine);
        var month = TimeSpan.FromDays(31); // more milliseconds than an int holds
        var first = await tables.Reminders.UpsertRow(Entry("tick", TimeSpan.FromMinutes(1)));
        var second = await tables.Reminders.UpsertRow(Entry("tick", month));
        Assert.NotEqual(first, second);

        var read = await tables.Reminders.ReadRow(Job, "tick");
        Assert.NotNull(read);
        Assert.Equal((Job, "tick", Start, month, second),
            (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(DateTimeKind.Utc, read.StartAt.Kind);
        Assert.Null(await tables.Reminders.ReadRow(Job, "other"));

        await tables.Reminders.UpsertRow(Entry("tock", TimeSpan.FromHours(1)));
        await tables.Reminders.UpsertRow(Entry("tick", month, GrainId.Create("job", "p:other")));
        Assert.Equal(["tick", "tock"],
            (await tables.Reminders.ReadRows(Job)).Reminders.Select(r => r.ReminderName).Order());
    }

    [Theory, InlineData(OrleansTables.Postgres), InlineData(OrleansTables.Sqlite)]
    public async Task A_stale_etag_removes_nothing(string engine)
    {
        await using var tables = await OrleansTables.On(engine);
        var stale = await tables.Reminders.UpsertRow(Entry("tick", TimeSpan.FromMinutes(1)));
        var current = await tables.Reminders.UpsertRow(Entry("tick", TimeSpan.FromMinutes(2)));

        Assert.False(await tables.Reminders.RemoveRow(Job, "tick", stale!));
        Assert.False(await tables.Reminders.RemoveRow(Job, "other", current!));
        Assert.Equal(current, (await tables.Reminders.ReadRow(Job, "tick"))!.ETag);
        Assert.True(await tables.Reminders.RemoveRow(Job, "tick", current!));
        Assert.False(await tables.Reminders.RemoveRow(Job, "tick", current!));
        Assert.Null(await tables.Reminders.ReadRow(Job, "tick"));
    }

    [Theory, InlineData(OrleansTables.Postgres), InlineData(OrleansTables.Sqlite)]
    public async Task Concurrent_changes_of_one_reminder_get_an_etag_each_and_one_removal_wins(string engine)
    {
        await using var tables = await OrleansTables.On(engine);
        var etags = await Task.WhenAll(Enumerable.Range(1, 8).Select(n =>
            Task.Run(() => tables.Reminders.UpsertRow(Entry("tick", TimeSpan.FromMinutes(n))))));
        Assert.Equal(8, etags.Distinct().Count());

        var last = (await tables.Reminders.ReadRow(Job, "tick"))!.ETag;
        var removed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Task.Run(() => tables.Reminders.RemoveRow(Job, "tick", last!))));
        Assert.Equal(1, removed.Count(won => won));
    }

    // A range is after its begin and up to its end, around the ring; equal ends are the whole ring.
    [Theory, InlineData(OrleansTables.Postgres), InlineData(OrleansTables.Sqlite)]
    public async Task A_range_of_the_ring_holds_each_reminder_once(string engine)
    {
        await using var tables = await OrleansTables.On(engine);
        var grains = Enumerable.Range(0, 40).Select(n => GrainId.Create("job", $"p:{n}")).ToList();
        foreach (var grain in grains) await tables.Reminders.UpsertRow(Entry("tick", TimeSpan.FromMinutes(1), grain));
        uint[] ends = [0, 1, 1u << 30, int.MaxValue, 1u << 31, (1u << 31) + 1, 3u << 30, uint.MaxValue,
            .. grains.Take(8).SelectMany(g => new[] { g.GetUniformHashCode() - 1, g.GetUniformHashCode() })];

        foreach (var begin in ends)
            foreach (var end in ends)
            {
                var expected = grains.Where(g => begin < end
                    ? g.GetUniformHashCode() > begin && g.GetUniformHashCode() <= end
                    : g.GetUniformHashCode() > begin || g.GetUniformHashCode() <= end);
                var found = (await tables.Reminders.ReadRows(begin, end)).Reminders.Select(r => r.GrainId);
                Assert.Equal(expected.Order(), found.Order());
            }

        await tables.Reminders.TestOnlyClearTable();
        Assert.Empty((await tables.Reminders.ReadRows(0, 0)).Reminders);
    }

    [Fact]
    public async Task A_range_is_read_by_index()
    {
        await using var tables = await OrleansTables.On(OrleansTables.Postgres);
        await using var connection = await tables.Connect();
        await connection.ExecuteAsync("""
            insert into orleans_reminder
            select 'shop', 'job/p:' || n, 'tick', n * 100000, now(), 60000, 1 from generate_series(1, 20000) n;
            analyze orleans_reminder
            """);
        var statement = await connection.ExecuteScalarAsync<string>(
            "select QueryText from OrleansQuery where QueryKey = 'ReadRangeRows1Key'");
        var plan = await connection.QueryAsync<string>("explain " + statement!.Trim(),
            new { ServiceId = "shop", BeginHash = 1_000_000, EndHash = 2_000_000 });
        Assert.Contains("orleans_reminder_range", string.Join('\n', plan), StringComparison.Ordinal);
    }

    private static ReminderEntry Entry(string name, TimeSpan period, GrainId? grain = null) =>
        new() { GrainId = grain ?? Job, ReminderName = name, StartAt = Start, Period = period };
}
