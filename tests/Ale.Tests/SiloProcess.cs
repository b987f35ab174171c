using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

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
    private readonly string[] _settings;
    private readonly int _port = FreePort(), _siloPort = FreePort();
    private readonly StringBuilder _errors = new(), _printed = new();
    private Process? _process, _watcher;
    private SiloHttp? _http;

    private SiloProcess(string? postgres, string[] settings) => (_postgres, _settings) = (postgres, settings);

    public SiloHttp Http => _http ?? throw new InvalidOperationException("The silo has not been started.");

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    /// <summary>Its data folder.</summary>
    public string Data => _data;

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
    public static async Task<SiloProcess> Start(string? postgres = null, params string[] settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            var silo = new SiloProcess(postgres, settings);
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
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Ale.Silo.dll"),
                .. TestSilo.Arguments(_data, _postgres, _port, _siloPort),
                .. _settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
        Assert.True(process.Start());
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

    /// <summary><c>kill -9</c>; returns when it is gone.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        await Unwatch();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM: it ends in order.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it has ended; its exit status.</summary>
    public async Task<int> Ended()
    {
        await _process!.WaitForExitAsync().WaitAsync(StartMax);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await Kill();
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
