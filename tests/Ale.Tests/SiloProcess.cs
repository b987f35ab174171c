using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ale;

/// <summary>
/// The silo as a process of its own, <c>dotnet Ale.Silo.dll</c>, which can be killed and started again on the same data
/// and ports. It ends with this object, or with the test process, however that ends.
/// </summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    private readonly string _data = Directory.CreateTempSubdirectory("ale-silo-").FullName;
    private readonly string? _postgres;
    private readonly SiloPlace _place;
    private readonly string[] _settings;
    private readonly int _port = FreePort(), _siloPort = FreePort();
    private readonly StringBuilder _errors = new(), _printed = new();
    private Process? _process, _watcher;
    private SiloHttp? _http;

    private SiloProcess(string? postgres, SiloPlace place, string[] settings) =>
        (_postgres, _place, _settings) = (postgres, place, settings);

    public SiloHttp Http => _http ?? throw new InvalidOperationException("The silo has not been started.");

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://{_place.Host}:{_port}"));

    /// <summary>Its data folder.</summary>
    public string Data => _data;

    /// <summary>Its process; 0 when there is none.</summary>
    public int ProcessId => IsThere ? _process!.Id : 0;

    /// <summary>What it wrote to standard output, over all starts.</summary>
    public string Printed
    {
        get { lock (_printed) return _printed.ToString(); }
    }

    /// <summary>What it wrote to standard error, over all starts.</summary>
    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    /// <summary>Starts one and waits for its line <c>ready</c>.</summary>
    public static Task<SiloProcess> Start(string? postgres = null, params string[] settings) =>
        StartAt(new(), postgres, settings);

    /// <summary>The same at a place of its own.</summary>
    public static async Task<SiloProcess> StartAt(SiloPlace place, string? postgres = null, params string[] settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            var silo = new SiloProcess(postgres, place, settings);
            try
            {
                await silo.Start();
                return silo;
            }
            catch (InvalidOperationException e)
                when (attempt < 3 && e.Message.Contains("is in use", StringComparison.Ordinal))
            {
                await silo.DisposeAsync(); // somebody took the port between finding and using it
            }
            catch
            {
                await silo.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts it again after <see cref="Kill"/>, on the same data and ports.</summary>
    public async Task Start()
    {
        string[] line =
        [
            .. _place.Wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, "Ale.Silo.dll"),
            .. SiloArguments.Of(_data, _postgres, _port, _siloPort, _place.Host), .. _settings,
        ];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _place.Environment) start.Environment[name] = value;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            lock (_printed) _printed.AppendLine(line.Data);
            if (line.Data?.StartsWith("ready ", StringComparison.Ordinal) == true) ready.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException(
            "The silo ended before it was ready."));
        if (!process.Start()) throw new InvalidOperationException("The silo did not start.");
        _process = process;
        _watcher = Watch(process.Id);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(StartMax);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"{e.Message} {Errors}", e);
        }

        _http ??= new(Address,
            (await Cli.LocalKeySource.Read(_data, _postgres, default)).Key.Key);
    }

    /// <summary><c>kill -9</c>, unless it has ended; returns when it is gone.</summary>
    public async Task Kill()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        await Unwatch();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM: it ends in order.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Sends a signal: STOP halts it where it is, CONT lets it go on.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Whether its process is there, halted or not.</summary>
    public bool IsThere => _process is { HasExited: false };

    /// <summary>Waits until it has ended; its exit status.</summary>
    public async Task<int> Ended()
    {
        await _process!.WaitForExitAsync().WaitAsync(StartMax);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _http?.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    // The pipe to this shell closes when the test process ends, also by kill -9; then the silo is killed.
    private static Process Watch(int pid)
    {
        var script = string.Create(CultureInfo.InvariantCulture, $"read x || kill -9 {pid} 2>/dev/null");
        var start = new ProcessStartInfo("setsid", ["sh", "-c", script])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true
        };
        return Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
    }

    private async Task Unwatch()
    {
        await _watcher!.StandardInput.WriteLineAsync("gone"); // so that it kills nobody who got the same number
        _watcher.StandardInput.Close();
        await _watcher.WaitForExitAsync();
        _watcher.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Where and how a silo's process is started.</summary>
internal sealed record SiloPlace(string Host = "127.0.0.1")
{
    /// <summary>A program, with arguments, that starts it: <c>ip netns exec …</c>; it must become it.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
