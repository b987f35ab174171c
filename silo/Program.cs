using System.Globalization;
using Ale;
using Ale.Cli;
using Ale.Edge;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

try
{
    var demo = DemoLength(args);
    await using var app = await SiloApp.Build([.. args.Where(a => !IsDemo(a))]);
    if (demo is not null && app.Configuration["Ale:Auth:Authority"] is { Length: > 0 })
        throw new StartException(
            "--demo signs in with the local key; leave Ale:Auth:Authority out, or run: ale demo --token …");
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
    if (demo is { } length) await Play(app, new UriBuilder(address), length);
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

// --demo, or --demo=<seconds>
static bool IsDemo(string argument) => argument == "--demo" || argument.StartsWith("--demo=", StringComparison.Ordinal);

static TimeSpan? DemoLength(string[] arguments)
{
    if (arguments.FirstOrDefault(IsDemo) is not { } given) return null;
    if (given == "--demo") return TimeSpan.FromMinutes(1);
    return int.TryParse(given["--demo=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and <= 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw new StartException($"{given}: give 1 to 86400 seconds, or --demo alone for 60.");
}

static async Task Play(WebApplication app, UriBuilder address, TimeSpan length)
{
    if (address.Host is "0.0.0.0" or "[::]") address.Host = "localhost"; // listened on everywhere
    var key = app.Services.GetRequiredService<LocalKey>();
    var token = LocalTokens.Mint(key, "ops", "demo", 24, app.Services.GetRequiredService<TimeProvider>().GetUtcNow());
    try
    {
        await Demo.Run(address.Uri, token, Console.Out, length, app.Lifetime.ApplicationStopping);
    }
    catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        // stopped by hand in the middle
    }
}
