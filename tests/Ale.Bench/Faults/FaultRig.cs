using System.Diagnostics;
using System.Net;
using Npgsql;

namespace Ale.Faults;

/// <summary>Silos as processes on one private PostgreSQL, with a wire between that can be slowed and cut.</summary>
internal sealed class FaultRig : IAsyncDisposable
{
    private readonly List<Process> _burners = [];
    private readonly NpgsqlDataSource _direct;
    private int _rounds;

    private FaultRig(PostgresServer server, TcpProxy wire, string database, int seed)
    {
        (Server, Wire, Seed) = (server, wire, seed);
        _direct = NpgsqlDataSource.Create(database + ";Pooling=false");
    }

    public PostgresServer Server { get; }

    public TcpProxy Wire { get; }

    public int Seed { get; }

    /// <summary>The silos; one that ended may be started again on its place.</summary>
    public List<SiloProcess> Nodes { get; } = [];

    /// <summary>Who runs; one that was evicted and started again has another.</summary>
    public int[] ProcessIds => [.. Nodes.Select(n => n.ProcessId)];

    /// <param name="places">Where each silo runs, with its own settings.</param>
    /// <param name="tablespace">The database's own folder, empty, the server's; null: beside the others.</param>
    public static async Task<FaultRig> Start(int seed, IEnumerable<(SiloPlace Place, string[] Settings)> places,
        IPAddress? wire = null, string? tablespace = null)
    {
        var server = await PostgresServer.Create();
        var proxy = TcpProxy.Start(server.Port, seed, wire);
        var database = tablespace is null ? await server.NewDatabase() : await InTablespace(server, tablespace);
        var rig = new FaultRig(server, proxy, database, seed);
        try
        {
            var through = new NpgsqlConnectionStringBuilder(database)
            {
                Host = (wire ?? IPAddress.Loopback).ToString(),
                Port = proxy.Port,
            }.ConnectionString;
            foreach (var (place, settings) in places)
                rig.Nodes.Add(await SiloProcess.StartAt(place, through, settings));
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public static Task<FaultRig> Start(int seed, int nodes = 3) =>
        Start(seed, Enumerable.Repeat((new SiloPlace(), new[]
        {
            $"--Ale:Payments:Secret={Convert.ToBase64String(CrowdFaults.Secret)}",
        }), nodes));

    /// <summary>A new round of buyers, of SKUs that nobody else touches.</summary>
    public async Task<Round> Begin(Fault fault, int buyers = 12, int skus = 8, int units = 100_000,
        int holdSeconds = 1_800, bool warm = true)
    {
        if (_rounds == 0)
        {
            _rounds = 1; // the first calls of a process are slow, which no fault is to be blamed for
            using var first = await Begin(fault);
            await first.Buyers.Stop();
        }

        var name = $"R{++_rounds}F{fault.Id}";
        var round = new Round(this, fault, new(Nodes, name, skus), units);
        foreach (var sku in round.Buyers.Skus)
        {
            var terms = $$"""
                {"title":"T","priceMinor":100,"currency":"GBP","market":"gb","holdSeconds":{{holdSeconds}}}
                """;
            await Ok(() => Nodes[0].Http.Put($"/api/skus/{sku}", terms));
            await Ok(() => Nodes[0].Http.Put($"/api/skus/{sku}/receipts/in", $$"""{"quantity":{{units}}}"""));
        }

        if (buyers == 0) return round;
        round.Buyers.Start(buyers);
        if (warm) await round.Warm();
        return round;
    }

    /// <summary>What a supervisor does: whoever has ended is started again.</summary>
    public async Task Revive()
    {
        foreach (var node in Nodes.Where(n => !n.IsThere))
        {
            await node.Kill(); // tidies up what has ended
            await node.Start();
        }
    }

    /// <summary>Keeps all processors busy until the next call of <see cref="Rest"/>.</summary>
    public void Burn()
    {
        for (var i = 0; i < Environment.ProcessorCount * 2; i++)
            _burners.Add(Process.Start(new ProcessStartInfo("sh", ["-c",
                $"while kill -0 {Environment.ProcessId} 2>/dev/null; do "
                + "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done"]))!);
    }

    public void Rest()
    {
        foreach (var burner in _burners)
        {
            burner.Kill();
            burner.WaitForExit();
            burner.Dispose();
        }

        _burners.Clear();
    }

    /// <summary>A number straight from the database, not over the wire.</summary>
    public async Task<long> Count(string sql)
    {
        await using var command = _direct.CreateCommand(sql);
        command.CommandTimeout = 120;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A session straight at the database.</summary>
    public ValueTask<NpgsqlConnection> Session() => _direct.OpenConnectionAsync();

    public async Task Do(string sql)
    {
        await using var command = _direct.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks until it is 200, for a minute; what stands in between is not part of any measure.</summary>
    public static async Task<Edge.Answer> Ok(Func<Task<Edge.Answer>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            string last;
            try
            {
                var answer = await ask();
                if (answer.Status == 200) return answer;
                last = answer.Text;
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            if (Stopwatch.GetElapsedTime(began).TotalSeconds > 60) throw new FaultException($"not in 60 s: {last}");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Rest();
        foreach (var node in Nodes) await node.DisposeAsync();
        Wire.Dispose();
        await _direct.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task<string> InTablespace(PostgresServer server, string folder)
    {
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString() + ";Pooling=false");
        foreach (var sql in new[]
        {
            $"create tablespace small location '{folder}'",
            "create database full_disk template template0 tablespace small",
        })
        {
            await using var command = admin.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        return server.ConnectionString("full_disk");
    }
}

/// <summary>A fault run could not be carried out, or found what must not be.</summary>
internal sealed class FaultException(string message) : Exception(message);
