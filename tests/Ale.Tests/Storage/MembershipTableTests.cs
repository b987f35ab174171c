using System.Net;
using Dapper;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Ale.Storage;

[Trait("needs", "server")]
public sealed class MembershipTableTests
{
    private static readonly DateTime Noon = new(2026, 6, 1, 12, 0, 0, 250, DateTimeKind.Utc);

    [Fact]
    public async Task A_new_cluster_has_a_number_and_no_members_and_is_made_once()
    {
        await using var tables = await OrleansTables.On(OrleansTables.Postgres);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => tables.Members.InitializeMembershipTableAsync(true, default)));

        var all = await tables.Members.ReadAllAsync(default);

        Assert.Empty(all.Members);
        Assert.Equal((0, "0"), (all.Version.Version, all.Version.VersionEtag));
        await using var connection = await tables.Connect();
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select count(*) from orleans_cluster"));
    }

    [Fact]
    public async Task A_member_is_kept_as_it_was_given()
    {
        await using var tables = await Cluster(Silo(1));
        var entry = (await tables.Members.ReadAllAsync(default)).Members.Single().Item1;
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(Silo(2).SiloAddress, Noon);
        Assert.True(await tables.Members.UpdateRowAsync(entry, "1", new TableVersion(2, "1"), default));

        var (read, etag) = (await tables.Members.ReadRowAsync(entry.SiloAddress, default)).Members.Single();

        Assert.Equal((entry.SiloAddress, SiloStatus.Dead, 30_001, "silo-1", "host", Noon, Noon, "2"),
            (read.SiloAddress, read.Status, read.ProxyPort, read.SiloName, read.HostName,
            read.StartTime, read.IAmAliveTime, etag));
        Assert.Equal((Silo(2).SiloAddress, Noon),
            (read.SuspectTimes!.Single().Item1, read.SuspectTimes!.Single().Item2));
        Assert.Empty((await tables.Members.ReadRowAsync(Silo(9).SiloAddress, default)).Members);
    }

    [Fact]
    public async Task A_lost_race_changes_nothing()
    {
        await using var tables = await Cluster(Silo(1), Silo(2)); // the number is 2
        var dead = Silo(1, SiloStatus.Dead);
        var before = await Picture(tables);

        Assert.False(await tables.Members.InsertRowAsync(Silo(3), new TableVersion(2, "1"), default)); // a stale number
        Assert.False(await tables.Members.InsertRowAsync(Silo(3), new TableVersion(4, "3"), default)); // too high
        Assert.False(await tables.Members.InsertRowAsync(Silo(1), new TableVersion(3, "2"), default)); // it exists
        Assert.False(await tables.Members.UpdateRowAsync(dead, "1", new TableVersion(2, "1"), default));
        Assert.False(await tables.Members.UpdateRowAsync(dead, "3", new TableVersion(4, "3"), default));
        Assert.False(await tables.Members.UpdateRowAsync(Silo(3), "2", new TableVersion(3, "2"), default)); // absent

        Assert.Equal(before, await Picture(tables));
        Assert.True(await tables.Members.UpdateRowAsync(dead, "2", new TableVersion(3, "2"), default));
        Assert.NotEqual(before, await Picture(tables));
    }

    [Fact]
    public async Task Of_concurrent_changes_with_one_number_one_wins_while_others_say_they_are_alive()
    {
        await using var tables = await Cluster(Silo(1), Silo(2));
        for (var number = 2; number < 22; number++)
        {
            var version = new TableVersion(number + 1, $"{number}");
            var won = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(async () =>
            {
                if (n % 3 == 0) return await tables.Members.InsertRowAsync(Silo(100 + number), version, default);
                if (n % 3 == 1)
                    return await tables.Members.UpdateRowAsync(Silo(1 + n % 2), $"{number}", version, default);
                await tables.Members.UpdateIAmAliveAsync(Silo(1 + n % 2), default);
                return false;
            })));

            Assert.Equal(1, won.Count(one => one));
            Assert.Equal(number + 1, (await tables.Members.ReadAllAsync(default)).Version.Version);
        }
    }

    [Fact]
    public async Task Saying_I_am_alive_moves_the_time_and_not_the_number()
    {
        await using var tables = await Cluster(Silo(1));
        var entry = Silo(1);
        entry.IAmAliveTime = Noon.AddSeconds(30);

        await tables.Members.UpdateIAmAliveAsync(entry, default);

        var all = await tables.Members.ReadAllAsync(default);
        Assert.Equal((1, Noon.AddSeconds(30)), (all.Version.Version, all.Members.Single().Item1.IAmAliveTime));
    }

    [Fact]
    public async Task Cleaning_up_takes_the_old_dead_alone()
    {
        await using var tables = await Cluster(
            Silo(1, SiloStatus.Dead), Silo(2, SiloStatus.Joining), Silo(3), Silo(4, SiloStatus.Dead, Noon.AddDays(1)));

        await tables.Members.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(Noon.AddHours(1)), default);
        var left = await Left();
        Assert.Equal([2, 3, 4], left);

        // The same by the statement for many, which the provider leaves alone when it has the one for a single row.
        await Run(tables, "CleanupDefunctSiloEntriesKey",
            new { DeploymentId = "blue", IAmAliveTime = Noon.AddDays(2) });
        left = await Left();
        Assert.Equal([2, 3], left);
        Assert.Equal(4, (await tables.Members.ReadAllAsync(default)).Version.Version);

        async Task<int[]> Left()
        {
            var all = await tables.Members.ReadAllAsync(default);
            return [.. all.Members.Select(m => m.Item1.SiloAddress.Generation).Order()];
        }
    }

    [Fact]
    public async Task A_dead_row_that_changed_since_it_was_seen_is_not_cleaned_up()
    {
        await using var tables = await Cluster(Silo(1, SiloStatus.Dead));
        var seen = new
        {
            DeploymentId = "blue",
            Address = "10.0.0.1",
            Port = 11_001,
            Generation = 1,
            StartTime = Noon,
            IAmAliveTime = Noon,
            SuspectTimes = (string?)null,
        };
        foreach (var changed in new object[]
                 { Other(alive: Noon.AddSeconds(1)), Other(start: Noon.AddSeconds(1)), Other(suspect: "x") })
            Assert.Equal(0, await Run(tables, "CleanupDefunctSiloEntryKey", changed));
        Assert.Equal(1, await Run(tables, "CleanupDefunctSiloEntryKey", seen));

        object Other(DateTime? alive = null, DateTime? start = null, string? suspect = null) => new
        {
            seen.DeploymentId,
            seen.Address,
            seen.Port,
            seen.Generation,
            StartTime = start ?? Noon,
            IAmAliveTime = alive ?? Noon,
            SuspectTimes = suspect,
        };
    }

    [Fact]
    public async Task Gateways_are_the_active_silos_that_have_one_and_clusters_do_not_see_each_other()
    {
        await using var tables = await Cluster(Silo(1), Silo(2, SiloStatus.Dead), Silo(3, gateway: 0));
        await using var connection = await tables.Connect();
        var gateways = await Gateways("blue");
        Assert.Equal([("10.0.0.1", 30_001, 1)], gateways);
        Assert.Empty(await Gateways("green"));

        await tables.Members.DeleteMembershipTableEntriesAsync("green", default);
        Assert.Equal(3, (await tables.Members.ReadAllAsync(default)).Members.Count);
        await tables.Members.DeleteMembershipTableEntriesAsync("blue", default);
        Assert.Equal(0, await connection.ExecuteScalarAsync<int>(
            "select (select count(*) from orleans_member) + (select count(*) from orleans_cluster)"));

        async Task<IEnumerable<(string, int, int)>> Gateways(string cluster) =>
            await connection.QueryAsync<(string, int, int)>(
            await Statement(tables, "GatewaysQueryKey"), new { DeploymentId = cluster, Status = 3 });
    }

    private static async Task<OrleansTables> Cluster(params MembershipEntry[] silos)
    {
        var tables = await OrleansTables.On(OrleansTables.Postgres);
        await tables.Members.InitializeMembershipTableAsync(true, default);
        foreach (var (i, silo) in silos.Index())
            Assert.True(await tables.Members.InsertRowAsync(silo, new TableVersion(i + 1, $"{i}"), default));
        return tables;
    }

    private static MembershipEntry Silo(
        int n, SiloStatus status = SiloStatus.Active, DateTime? alive = null, int? gateway = null) => new()
        {
            SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 11_000 + n), n),
            SiloName = $"silo-{n}",
            HostName = "host",
            Status = status,
            ProxyPort = gateway ?? 30_000 + n,
            StartTime = Noon,
            IAmAliveTime = alive ?? Noon,
        };

    private static async Task<string> Picture(OrleansTables tables)
    {
        await using var connection = await tables.Connect();
        return (await connection.ExecuteScalarAsync<string>("""
            select string_agg(r, ',' order by r) from
            (select c::text from orleans_cluster c union all select m::text from orleans_member m) rows(r)
            """))!;
    }

    private static async Task<string> Statement(OrleansTables tables, string key)
    {
        await using var connection = await tables.Connect();
        return (await connection.ExecuteScalarAsync<string>(
            "select QueryText from OrleansQuery where QueryKey = @key", new { key }))!;
    }

    private static async Task<int> Run(OrleansTables tables, string key, object parameters)
    {
        await using var connection = await tables.Connect();
        return await connection.ExecuteAsync(await Statement(tables, key), parameters);
    }
}
