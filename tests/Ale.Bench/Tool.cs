using System.Diagnostics;

namespace Ale.Bench;

/// <summary>A program of the machine.</summary>
internal static class Tool
{
    /// <summary>Runs it and returns what it wrote; throws with what it complained of.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start);
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(),
            process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? texts[0]
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {string.Concat(texts)}");
    }

    /// <summary>Starts it; a sentence says what to install when it is not there.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(
                $"{start.FileName} is missing: apt-get install postgresql redis-server wrk", e);
        }
    }
}
