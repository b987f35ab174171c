using System.Net;
using System.Net.Sockets;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Xunit;

namespace Ale.Storage;

[Trait("needs", "server")]
public sealed class PostgresClusterTests
{
    [Fact]
    public async Task Two_silos_that_start_at_once_find_each_other_share_plain_state_and_leave()
    {
        await using var sources = PostgresSources.From(await (await PostgresServer.Shared).NewDatabase());
        using var one = Silo(sources);
        using var two = Silo(sources);

        await Task.WhenAll(Start(one, sources), Start(two, sources));
        Assert.Equal([3, 3], await States());

        var here = one.Services.GetRequiredService<IGrainFactory>();
        var there = two.Services.GetRequiredService<IGrainFactory>();
        await here.GetGrain<IKeptGrain>("p:1").Set("seen by both");
        await here.GetGrain<IKeptGrain>("p:1").Leave();
        Assert.Equal("seen by both", await there.GetGrain<IKeptGrain>("p:1").Get());

        await one.StopAsync();
        await two.StopAsync();
        Assert.Equal([6, 6], await States());

        async Task<IEnumerable<int>> States()
        {
            await using var connection = await sources.Work.OpenConnectionAsync();
            return await connection.QueryAsync<int>("select state from orleans_member");
        }
    }

    private static async Task Start(IHost silo, PostgresSources sources)
    {
        await Migrations.Postgres(sources.Work);
        await silo.StartAsync();
    }

    private static IHost Silo(PostgresSources sources)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = ("shop", "blue"))
            .ConfigureEndpoints(IPAddress.Loopback, FreePort(), gatewayPort: 0)
            .UsePostgresCluster(sources.Membership, sources.Work));
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
