using System.Diagnostics;
using System.Globalization;

namespace Ale.Faults;

/// <summary>The database's disk is full. Needs root, for a small file system of its own.</summary>
internal static class DiskFaults
{
    public static readonly Fault Full = new("9", "The database's disk is full",
        "its tablespace lies on a tmpfs that is filled to the last block for 12 s; then space is made",
        "Reads go on, no client waits longer than 10.5 s, and 10 s after there is space all serve.");

    public static async Task<FaultResult> Fill(FaultOptions options)
    {
        var place = Directory.CreateTempSubdirectory("ale-full-").FullName;
        await Run("mount", "-t", "tmpfs", "-o", "size=300m,mode=700", "tmpfs", place);
        try
        {
            await Run("chown", "postgres", place);
            await using var rig = await FaultRig.Start(options.Seed,
                Enumerable.Repeat((new SiloPlace(), Array.Empty<string>()), 2), tablespace: place);
            return await Fill(rig, options, Path.Combine(place, "filler"));
        }
        finally
        {
            await Run("umount", "-l", place);
            Directory.Delete(place);
        }
    }

    private static async Task<FaultResult> Fill(FaultRig rig, FaultOptions options, string filler)
    {
        using var round = await rig.Begin(Full);
        var at = round.Buyers.Now;
        FillUp(filler);
        await Round.Until(() => round.Buyers.Attempts.Any(a => a.IsError), "refused", 60);
        await Round.Go(options.Time(12, 6));
        var reads = await rig.Nodes[0].Http.Get($"/api/skus/{round.Buyers.Skus[0]}");
        File.Delete(filler);
        var healed = round.Buyers.Now;
        await round.AllServe(healed);
        await Round.Go(options.Time(3, 1));
        var result = await round.End(at, healed);
        return (result with { Note = $"a read in between: {reads.Status} {result.Note}" })
            .Within(r => r.Recovery <= 10 && r.LongestWait <= 10.5 && reads.Status == 200);
    }

    private static void FillUp(string path)
    {
        var block = new byte[4_096];
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        try
        {
            for (var at = 0L; ; at += block.Length) RandomAccess.Write(file, block, at);
        }
        catch (IOException)
        {
            // full
        }
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new FaultException(string.Create(CultureInfo.InvariantCulture,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}; root is needed"));
    }
}
