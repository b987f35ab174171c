using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ale.Stock;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Xunit;

namespace Ale;

public sealed class AleClientTests
{
    [Fact]
    [Trait("needs", "server")]
    public async Task A_backend_reserves_a_unit_through_a_gateway()
    {
        var port = FreePort();
        await using var silo = await TestSilo.Start(null, null,
            string.Create(CultureInfo.InvariantCulture, $"--Ale:GatewayPort={port}"));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddAleClient(o => o.Gateways.Add(new(IPAddress.Loopback, port)));
        using var backend = builder.Build();
        await backend.StartAsync();
        try
        {
            var sku = backend.Services.GetRequiredService<IClusterClient>().Sku("GATE1");
            Assert.Null((await sku.Define(new("Gate", 500, "GBP", "gb"))).Refusal);
            Assert.Null((await sku.Receive(new("r1", 3))).Refusal);
            Assert.Equal(ReservationState.Held, (await sku.Reserve(new("g1", 1))).Value!.State);
            Assert.Equal("stock.sold_out",
                (await sku.Reserve(new("g2", 3))).Refusal!.Code); // refusals cross the wire too
            Assert.Contains("\"held\":1", (await silo.Http.Get("/api/skus/GATE1/stock")).Ok().Text);
        }
        finally
        {
            await backend.StopAsync();
        }
    }

    [Fact]
    public void A_client_without_a_gateway_is_refused_at_start()
    {
        var fault = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddAleClient(_ => { }));
        Assert.Contains("Ale:GatewayPort", fault.Message);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
