using System.Text.Json.Nodes;
using Ale.Cli;
using Xunit;

namespace Ale.Runs;

/// <summary>The recorded week sold again by the built client to built silos; it always ends with the same
/// table.</summary>
[Trait("needs", "server")]
public sealed class ReplayRunTests
{
    private const string Table = """
        {"orders":560,"guestOrders":31,"orderLines":14203,"skus":2180,"unitsSold":119829,"salesMinor":24892879,
         "chargeLines":60,"chargesMinor":752724,"unpricedLines":124,"returnLines":166,"unitsReturned":223,
         "unitsReturnUnmatched":10934,"refundMinor":63757,"users":394,"pointsEarned":487448,"pointsReversed":1499,
         "pointsBalance":485949,"tiers":{"new":281,"regular":103,"core":10},"onHand":223,"refused":{}}
        """;

    /// <summary>Invoices acknowledged before the silo is killed.</summary>
    private const int KilledAfter = 150;

    private readonly string _file = Samples.Path("online-retail-2010-12.csv");

    [Fact]
    public async Task The_week_on_sqlite_ends_with_the_table_through_a_kill_and_when_it_is_sold_again()
    {
        await using var silo = await SiloProcess.Start();
        await using var recorder = await Recorder.Start(silo.Address);
        using (var client = Replay(recorder.Address, silo))
        {
            await KilledInMidReplay(silo, recorder);
            await silo.Start();
            await Ends(client);
        }

        await NothingIsLost(silo, recorder);
        using var again = Replay(silo.Address, silo);
        await Ends(again);
        await Verifies(silo);
    }

    [Fact]
    public async Task The_week_on_postgresql_ends_with_the_table_when_client_and_silo_were_killed_and_start_again()
    {
        await using var server = await PostgresServer.Create();
        await using var silo = await SiloProcess.Start(await server.NewDatabase());
        await using var recorder = await Recorder.Start(silo.Address);
        using (Replay(recorder.Address, silo)) await KilledInMidReplay(silo, recorder);
        await silo.Start();
        await NothingIsLost(silo, recorder);
        using var again = Replay(silo.Address, silo);
        await Ends(again);
        await Verifies(silo);
    }

    [Fact]
    public async Task The_week_on_two_silos_of_one_postgresql_ends_with_the_table()
    {
        await using var server = await PostgresServer.Create();
        var database = await server.NewDatabase();
        await using var first = await SiloProcess.Start(database);
        await using var second = await SiloProcess.Start(database);
        using var client = Replay(second.Address, first);
        await Ends(client);
        await Verifies(first);
    }

    private OtherProcess Replay(Uri address, SiloProcess silo) => OtherProcess.Client(
        "replay", "orders", _file, "--market", "gb", "--json", "--url", $"{address}", "--token",
            silo.Http.Token("ops"));

    private static async Task KilledInMidReplay(SiloProcess silo, Recorder recorder)
    {
        var orders = () => Task.FromResult(recorder.Orders(paid: true).Length);
        Assert.InRange(await orders.Until(n => n >= KilledAfter, seconds: 120), KilledAfter, 559);
        await silo.Kill();
    }

    private static async Task Ends(OtherProcess client)
    {
        Assert.True(await client.End() == 0, client.Errors);
        var figures = JsonNode.Parse(client.Output)!.AsObject();
        figures.Remove("seconds");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Table), figures), figures.ToJsonString());
    }

    /// <summary>Every order that the client was told of is there, and paid when it was told so.</summary>
    private static async Task NothingIsLost(SiloProcess silo, Recorder recorder)
    {
        var paid = recorder.Orders(paid: true).ToHashSet(StringComparer.Ordinal);
        foreach (var id in recorder.Orders(paid: false))
        {
            var state = (string)(await silo.Http.Get($"/api/orders/{id}")).Ok().Json["state"]!;
            Assert.True(!paid.Contains(id) || state is "paid" or "partly_refunded" or "refunded", $"{id} is {state}");
        }

        Assert.True(paid.Count >= KilledAfter);
    }

    private static async Task Verifies(SiloProcess silo)
    {
        using var client = OtherProcess.Client("verify", "--url", $"{silo.Address}", "--token", silo.Http.Token("ops"));
        Assert.True(await client.End() == 0, client.Output + client.Errors + silo.Errors);
    }
}
