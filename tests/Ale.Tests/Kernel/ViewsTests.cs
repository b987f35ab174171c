using Xunit;

namespace Ale.Kernel;

public sealed class ViewsTests : IAsyncLifetime
{
    private const string Sql = "select total from {tally} where id = @id";
    private KernelCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await KernelCluster.Start(1, null, new TallyProjection());

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private Views Views => _cluster.Service<Views>();

    private IReaderGrain Reader => _cluster.Cluster.Client.GetGrain<IReaderGrain>("tallies");

    [Fact]
    public async Task The_first_list_of_a_new_system_waits_for_its_tables() =>
        Assert.Empty(await Views.Query<long>(Sql, new { id = "a" }));

    [Fact]
    public async Task A_list_asked_from_a_place_shows_what_stands_there_also_right_after_a_rebuild()
    {
        for (var i = 1; i <= 20; i++)
        {
            var at = (await _cluster.Tally("a").Add($"{i}", 1, default)).At;
            var list = await Views.List<long>(Sql, new { id = "a" }, at);
            Assert.Equal([i], list.Value!);
            Assert.Equal(at, list.At);
            if (i == 10) await Reader.Rebuild();
        }

        Assert.Equal("tally_2", await Generation());
    }

    [Fact]
    public async Task A_list_whose_projection_does_not_get_there_in_two_seconds_is_lagging()
    {
        await _cluster.Tally("a").Add("1", 1, default);
        var started = TimeProvider.System.GetTimestamp();
        var list = await Views.List<long>(Sql, new { id = "a" }, new(long.MaxValue, 0));
        Assert.Equal("request.lagging", list.Refusal?.Code);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 1.9, 6);
    }

    private async Task<string> Generation() =>
        (await Views.Single<string>(
            "select 'tally_' || max(generation) from reader where name = 'tallies' and state = 'active'"))!;
}
