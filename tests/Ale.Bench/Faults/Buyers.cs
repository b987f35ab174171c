using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Ale.Faults;

/// <summary>One request and what came of it.</summary>
/// <param name="At">When it was sent, seconds of the round.</param>
/// <param name="Seconds">How long its client waited.</param>
/// <param name="Status">0: no HTTP answer.</param>
internal sealed record Attempt(double At, double Seconds, int Node, int Status, string Text)
{
    public double Ended => At + Seconds;
    public bool IsError => Status is 0 or >= 500;
}

/// <summary>
/// Recording clients: each sends one command after the other to its own node and remembers what was acknowledged. What
/// is answered by an error is asked again by the same id, of the next node when its own cannot be reached.
/// </summary>
internal sealed class Buyers : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35), Pace = TimeSpan.FromMilliseconds(10),
        Pause = TimeSpan.FromMilliseconds(100);

    private const double OutSeconds = 1;

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly IReadOnlyList<SiloProcess> _nodes;
    private readonly HttpClient[] _clients;
    private readonly double[] _outUntil;
    private readonly AuthenticationHeaderValue _token;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly ConcurrentQueue<Attempt> _attempts = new();
    private int _acknowledged;

    public Buyers(IReadOnlyList<SiloProcess> nodes, string name, int skus)
    {
        (_nodes, Name) = (nodes, name);
        Skus = [.. Enumerable.Range(0, skus).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"))];
        _token = new("Bearer", nodes[0].Http.LongToken());
        _outUntil = new double[nodes.Count];
        _clients = [.. nodes.Select(node => new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            UseCookies = false,
            UseProxy = false,
        })
        { BaseAddress = node.Address, Timeout = Patience })];
    }

    public string Name { get; }

    public string[] Skus { get; }

    /// <summary>By path of the reservation: the state that was acknowledged last.</summary>
    public ConcurrentDictionary<string, string> Known { get; } = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Attempt> Attempts => _attempts;

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Seconds of the round.</summary>
    public double Now => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Lets so many buy, each of its own node, until <see cref="Stop"/>.</summary>
    public void Start(int buyers, TimeSpan? pace = null)
    {
        for (var i = 0; i < buyers; i++)
        {
            var buyer = _running.Count;
            _running.Add(Task.Run(() => Buy(buyer, pace ?? Pace)));
        }
    }

    /// <summary>No new commands; those under way are asked until their outcome is known.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    /// <summary>Asks one command until its outcome is known; its last answer.</summary>
    /// <param name="node">The node it is asked of first.</param>
    /// <param name="path">Of the reservation.</param>
    /// <param name="verb">Null: reserve; else confirm or release.</param>
    public async Task<Attempt> Command(int node, string path, string? verb = null, string becomes = "held")
    {
        while (true)
        {
            var answer = await Ask(Reachable(node), path, verb);
            if (!answer.IsError)
            {
                if (answer.Status != 200) return answer;
                Known[path] = becomes;
                Interlocked.Increment(ref _acknowledged);
                return answer;
            }

            if (answer.Status == 0) _outUntil[answer.Node] = Now + OutSeconds;
            await Task.Delay(Pause);
        }
    }

    /// <summary>Asks once.</summary>
    public async Task<Attempt> Ask(int node, string path, string? verb = null)
    {
        using var request = verb is null
            ? new HttpRequestMessage(HttpMethod.Put, path)
            {
                Content = new StringContent("""{"quantity":1}""", Encoding.UTF8, "application/json"),
            }
            : new HttpRequestMessage(HttpMethod.Post, $"{path}/{verb}");
        request.Headers.Authorization = _token;
        if (verb is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", $"{verb}-{path.GetHashCode(
            StringComparison.Ordinal):x}");
        var at = Now;
        Attempt attempt;
        try
        {
            using var response = await _clients[node].SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            attempt = new(at, Now - at, node, (int)response.StatusCode, response.IsSuccessStatusCode ? "" : text);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            attempt = new(at, Now - at, node, 0, e.GetBaseException().Message);
        }

        _attempts.Enqueue(attempt);
        return attempt;
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _stop.Dispose();
    }

    private async Task Buy(int buyer, TimeSpan pace)
    {
        for (var n = 0; !_stop.IsCancellationRequested; n++)
        {
            var sku = Skus[(buyer + n) % Skus.Length];
            var path = string.Create(CultureInfo.InvariantCulture, $"/api/skus/{sku}/reservations/b{buyer}-{n}");
            if ((await Command(buyer % _nodes.Count, path)).Status == 200)
            {
                if (n % 4 == 1) await Command(buyer % _nodes.Count, path, "confirm", "confirmed");
                if (n % 4 == 2) await Command(buyer % _nodes.Count, path, "release", "released");
            }

            await Task.Delay(pace);
        }
    }

    // As a balancer does: who cannot be reached gets nothing for a second.
    private int Reachable(int node)
    {
        for (var i = 0; i < _nodes.Count; i++)
            if (_outUntil[(node + i) % _nodes.Count] < Now) return (node + i) % _nodes.Count;
        return node;
    }
}
