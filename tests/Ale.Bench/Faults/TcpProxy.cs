using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Ale.Faults;

/// <summary>A wire between silos and PostgreSQL that can be slow, and that can cut an answer off.</summary>
internal sealed class TcpProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly Random _random;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly Lock _gate = new();
    private double _cutShare;
    private long _cuts;

    private TcpProxy(IPAddress address, int target, int seed)
    {
        (_listener, _target, _random) = (new(address, 0), target, new(seed));
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long each answer of the database is kept back.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Answers that were cut off: the statement had been done, and nobody heard of it.</summary>
    public long Cuts => Interlocked.Read(ref _cuts);

    /// <param name="target">The database's port on this machine.</param>
    public static TcpProxy Start(int target, int seed, IPAddress? address = null) =>
        new(address ?? IPAddress.Loopback, target, seed);

    /// <summary>From now on so many of all answers are cut off instead of passed on, 0 to 1.</summary>
    public void CutAnswers(double share) => Volatile.Write(ref _cutShare, share);

    public void Dispose()
    {
        _listener.Stop();
        foreach (var socket in _open.Keys) socket.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Pass(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the end
        }
    }

    private async Task Pass(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            (client.NoDelay, server.NoDelay) = (true, true);
            (_open[client], _open[server]) = (0, 0);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(Copy(client, server, isAnswer: false), Copy(server, client, isAnswer: true));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // the database is away, or the proxy ends: so does this connection
            }

            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
        }
    }

    private async Task Copy(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var length and > 0)
            {
                if (isAnswer && IsCut())
                {
                    Interlocked.Increment(ref _cuts);
                    return; // both ends are closed by who waits for the first of the two
                }

                if (isAnswer && Delay > TimeSpan.Zero) await Task.Delay(Delay);
                for (var sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // one side has gone; the other follows
        }
    }

    private bool IsCut()
    {
        var share = Volatile.Read(ref _cutShare);
        if (share <= 0) return false;
        lock (_gate) return _random.NextDouble() < share;
    }
}
