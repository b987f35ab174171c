using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Ale;

/// <summary>
/// A private PostgreSQL 15 in a temporary folder, reachable from this machine only, with the durability settings of
/// production. <see cref="Shared"/> is one for the whole test process; tests that stop or kill a server make their own.
/// It is gone, with its folder, when disposed or when the test process ends, however it ends.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "ale";
    private static readonly string[] Places = ["/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin", "/usr/local/bin"];
    private static readonly Lazy<Task<PostgresServer>> shared = new(() => Task.Run(() => Create()));
    private static int databases;

    private readonly string _folder;
    private readonly string _bin;
    private readonly string _settings;
    private readonly Process _watcher;
    private NpgsqlDataSource? _admin;

    private PostgresServer(string bin, string folder, string settings)
    {
        _bin = bin;
        _folder = folder;
        _settings = settings;
        Port = FreePort();
        _watcher = Watch();
    }

    /// <summary>The process's one server, started at first use.</summary>
    public static Task<PostgresServer> Shared => shared.Value;

    /// <summary>TCP port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>Folder of the unix socket; usable as <c>Host</c>.</summary>
    public string SocketFolder => _folder;

    /// <summary>Folder of the cluster's data.</summary>
    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>Process id of the postmaster, or null when it does not run.</summary>
    public int? ProcessId
    {
        get
        {
            var file = Path.Combine(DataFolder, "postmaster.pid");
            var first = File.Exists(file) ? File.ReadLines(file).FirstOrDefault() : null;
            return int.TryParse(first, CultureInfo.InvariantCulture, out var pid) && IsAlive(pid) ? pid : null;
        }
    }

    /// <summary>A new server, started. About 2 s.</summary>
    /// <param name="settings">Options of <c>postgres</c> beside those of the tests; the last of a name wins.</param>
    public static async Task<PostgresServer> Create(string settings = "-c shared_buffers=128MB")
    {
        var bin = Places.FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb")))
            ?? throw new InvalidOperationException("These tests need PostgreSQL 15: apt-get install postgresql-15 " +
                $"(initdb was looked for in {string.Join(", ", Places)}).");
        var folder = Directory.CreateTempSubdirectory("ale-pg-").FullName;
        if (IsRoot) await Run("chown", ["postgres", folder]);
        var server = new PostgresServer(bin, folder, settings);
        try
        {
            await server.Tool(
                "initdb", "-D", server.DataFolder, "-U", User, "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync");
            await server.Start();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Connection string of <paramref name="database"/> over TCP; small pools that empty soon, since tests have many.
    /// </summary>
    public string ConnectionString(string database = "postgres") => string.Create(CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={Port};Username={User};Database={database};Maximum Pool Size=20;" +
        $"Connection Idle Lifetime=10;Connection Pruning Interval=5;Include Error Detail=true");

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public async Task<string> NewDatabase()
    {
        var name = "t" + Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture);
        _admin ??= NpgsqlDataSource.Create(ConnectionString() + ";Pooling=false");
        await using var create = _admin.CreateCommand($"create database {name} template template0");
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Starts it and waits until it answers. After a kill this includes the recovery from the log.</summary>
    public async Task Start()
    {
        // After a kill the backends may hold the shared memory a moment longer; between finding a port and
        // listening on it somebody else may take it (only the first start may move to another one).
        var first = !File.Exists(LogFile);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Tool("pg_ctl", "-D", DataFolder, "-w", "-t", "60", "-l", LogFile, "-o", Options(), "start");
                return;
            }
            catch (InvalidOperationException) when (attempt < 10)
            {
                await Task.Delay(200);
                if (first) Port = FreePort();
            }
        }
    }

    /// <summary>Stops it in order: sessions are ended, a checkpoint is written.</summary>
    public Task Stop() => Tool("pg_ctl", "-D", DataFolder, "-w", "-m", "fast", "stop");

    /// <summary>Stops in order and starts again on the same port.</summary>
    public async Task Restart()
    {
        await Stop();
        await Start();
    }

    /// <summary><c>kill -9</c> of the postmaster and each of its processes; returns when they are gone.</summary>
    public async Task KillNow()
    {
        var postmaster = await Signal("STOP"); // so that no backend is born between looking and killing
        int[] all = [postmaster, .. Children(postmaster)];
        await Run("kill", ["-KILL", .. all.Select(Text)]);
        while (all.Any(IsAlive)) await Task.Delay(5);
    }

    /// <summary>Stops its processes where they are, as on a hung machine; <see cref="Thaw"/> lets them go on.</summary>
    public Task Freeze() => Signal("STOP");

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public Task Thaw() => Signal("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_admin is not null) await _admin.DisposeAsync();
        _watcher.StandardInput.Close();
        await _watcher.WaitForExitAsync();
        _watcher.Dispose();
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string LogFile => Path.Combine(_folder, "server.log");

    private string Options() => string.Create(CultureInfo.InvariantCulture,
        $"-p {Port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on " +
        $"-c full_page_writes=on -c max_connections=300 -c jit=off {_settings}");

    private Task Tool(string name, params string[] arguments)
    {
        var path = Path.Combine(_bin, name);
        return IsRoot ? Run("runuser", ["-u", "postgres", "--", path, .. arguments]) : Run(path, arguments);
    }

    private static async Task Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = "/", // readable for user postgres, which the current folder may not be
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var text = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Concat(text)}");
    }

    // The pipe to this shell closes when the test process ends, also by kill -9; then it stops the server and deletes.
    private Process Watch()
    {
        var script = $"""
            cat >/dev/null; pid=$(head -1 {DataFolder}/postmaster.pid 2>/dev/null)
            if [ -n "$pid" ]; then
              kill -CONT $pid; kill -QUIT $pid; n=0
              while kill -0 $pid && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done
            fi 2>/dev/null
            rm -rf {_folder}
            """;
        var start = new ProcessStartInfo("setsid", ["sh", "-c", script])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
    }

    private async Task<int> Signal(string signal)
    {
        var postmaster = ProcessId ?? throw new InvalidOperationException("The server does not run.");
        await Run("kill", ["-" + signal, Text(postmaster)]);
        var children = Children(postmaster);
        if (children.Length > 0) await Run("kill", ["-" + signal, .. children.Select(Text)]);
        return postmaster;
    }

    private static int[] Children(int pid) =>
        [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool IsAlive(int pid)
    {
        try
        {
            // The third field is the state; a zombie (Z) is dead and only waits for its parent.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
