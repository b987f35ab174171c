using Ale;
using Ale.Edge;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

try
{
    await using var app = await SiloApp.Build(args);
    await app.StartAsync();
    var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    var link = app.Services.GetRequiredService<OneTimeLinks>().New();
    var settings = app.Services.GetRequiredService<SiloSettings>();
    Console.WriteLine($"""
        Ale serves on {address}
          open in a browser  {address}{link}   (API reference; once, within 15 minutes)
          dashboard          {address}/dashboard
          a token            dotnet run --project client -- token --role service
          the data           {(settings.UsesPostgres ? "PostgreSQL" : Path.GetFullPath(settings.Data))}
        ready {address}
        """);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (StartException e)
{
    await Console.Error.WriteLineAsync($"ale: {e.Message}");
    return 2;
}
catch (IOException e) when (e.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
{
    await Console.Error.WriteLineAsync($"ale: {e.Message} Give another address by --urls http://localhost:<port>.");
    return 2;
}
