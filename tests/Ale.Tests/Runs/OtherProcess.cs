using System.Diagnostics;
using System.Text;

namespace Ale.Runs;

/// <summary>A program of this repository as a process of its own: its output line by line, and its exit
/// status.</summary>
internal sealed class OtherProcess : IDisposable
{
    private static readonly TimeSpan EndMax = TimeSpan.FromMinutes(4);
    private readonly Process _process;
    private readonly StringBuilder _output = new(), _errors = new();

    private OtherProcess(string program, string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new("dotnet", [program, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            },
        };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it serves, when it has said so.</summary>
    public async Task<Uri> Address()
    {
        const string ready = "ready ";
        var text = await new Func<Task<string>>(() => Task.FromResult(Output + Errors))
            .Until(text => text.Contains(ready, StringComparison.Ordinal), 60);
        return new(text[(text.IndexOf(ready, StringComparison.Ordinal) + ready.Length)..].Split('\n')[0].Trim());
    }

    public string Output
    {
        get { lock (_output) return _output.ToString().Trim(); }
    }

    public string Errors
    {
        get { lock (_errors) return _errors.ToString().Trim(); }
    }

    /// <summary>The built command line <c>ale</c>.</summary>
    public static OtherProcess Client(params string[] arguments) =>
        new(Path.Combine(AppContext.BaseDirectory, "Ale.Client.dll"), arguments);

    /// <summary>The built silo, expected to end by itself.</summary>
    public static OtherProcess Silo(params string[] arguments) =>
        new(Path.Combine(AppContext.BaseDirectory, "Ale.Silo.dll"), arguments);

    /// <summary>Waits for its end; the exit status.</summary>
    public async Task<int> End()
    {
        using var deadline = new CancellationTokenSource(EndMax);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary><c>kill -9</c>, unless it has ended.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Add(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }
}
