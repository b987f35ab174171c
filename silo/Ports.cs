using System.Net;
using System.Net.Sockets;

namespace Ale;

/// <summary>
/// Looks whether the ports are free before anything is begun: later the silo would have joined its cluster already, and
/// the answer would be a page of stack.
/// </summary>
internal static class Ports
{
    /// <exception cref="StartException">A port is taken, or an address is not this machine's.</exception>
    public static void Check(string urls, SiloSettings settings)
    {
        var own = settings.UsesPostgres ? IPAddress.Parse(settings.Advertise) : IPAddress.Loopback;
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (host, port) = Read(url);
            Check(host, port, $"The address {url}", "Give another by --urls http://localhost:<port>.");
        }

        Check(own, settings.SiloPort, $"The silo port {settings.SiloPort}",
            "Give another by Ale__SiloPort, 0 for a free one.");
        Check(own, settings.GatewayPort, $"The gateway port {settings.GatewayPort}",
            "Give another by Ale__GatewayPort.");
    }

    private static (IPAddress Host, int Port) Read(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            if (address.IsUnixPipe || address.IsNamedPipe) return (IPAddress.Loopback, 0);
            return (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
                : IPAddress.TryParse(address.Host, out var ip) ? ip : IPAddress.Any, address.Port);
        }
        catch (FormatException e)
        {
            throw new StartException($"--urls: {e.Message} Its form is http://localhost:8080.", e);
        }
    }

    private static void Check(IPAddress host, int port, string what, string fix)
    {
        if (port == 0) return; // none, or whichever is free
        try
        {
            using var listener = new TcpListener(host, port);
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartException($"{what} is in use. {fix}", e);
        }
        catch (SocketException e)
        {
            throw new StartException($"{what} on {host} cannot be used: {e.Message}. {fix}", e);
        }
    }
}
