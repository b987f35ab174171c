namespace Ale.Faults;

/// <summary>Silos that die or halt.</summary>
internal static class SiloFaults
{
    private static readonly int[] living = [0, 2];

    public static readonly Fault OneKilled = new("1", "One silo of three is killed",
        "`kill -9` under load; its place is taken again 15 s later",
        "Clients of the other two see no error and wait 3 s at most.");

    public static readonly Fault OneKilledBusy = new("1b", "The same with busy processors",
        "as 1, with two processes a processor that only count",
        "Clients of the other two see no error and wait 3 s at most; no living silo is evicted.");

    public static readonly Fault AllKilled = new("2", "All silos are killed",
        "`kill -9` of all three under load; then one is started, and the others when it serves",
        "The first serves within 30 s.");

    public static readonly Fault Halted = new("3", "A silo halts and goes on",
        "SIGSTOP for 20 s under load, then SIGCONT; who ends is started again, as by a supervisor",
        "Clients of the other two see no error and wait 10 s at most; it ends itself within 15 s of going on, "
        + "and 30 s later all three serve.");

    public static async Task<FaultResult> KillOne(FaultRig rig, FaultOptions options, bool busy)
    {
        using var round = await rig.Begin(busy ? OneKilledBusy : OneKilled);
        if (busy)
        {
            rig.Burn();
            await Round.Go(TimeSpan.FromSeconds(5)); // whatever adapts to it has done so
        }

        var at = round.Buyers.Now;
        var spared = rig.Nodes.Where((_, i) => i != 1).Select(n => n.ProcessId).ToArray();
        await rig.Nodes[1].Kill();
        await Round.Go(options.Time(15, 6));
        await rig.Revive();
        var back = round.Buyers.Now;
        await round.AllServe(back);
        rig.Rest();
        var result = await round.End(at, at, living);
        var evicted = !rig.Nodes.Where((_, i) => i != 1).Select(n => n.ProcessId).SequenceEqual(spared);
        return result.Within(r => r.Errors == 0 && r.LongestWait <= 3 && !evicted);
    }

    public static async Task<FaultResult> KillAll(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(AllKilled);
        await Round.Go(options.Time(5, 1));
        var at = round.Buyers.Now;
        await Task.WhenAll(rig.Nodes.Select(node => node.Kill()));
        await rig.Nodes[0].Start();
        await Round.Until(() => round.Buyers.Attempts.Any(a => a.At > at && a.Status == 200), "serving", 90);
        await rig.Revive();
        await round.AllServe(at);
        var firstGood = round.Buyers.Attempts.Where(a => a.At > at && a.Status == 200).Min(a => a.Ended);
        var result = await round.End(at, at);
        return (result with { Note = $"first answer after {firstGood - at:F1} s {result.Note}" })
            .Within(_ => firstGood - at <= 30);
    }

    public static async Task<FaultResult> Halt(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Halted);
        var at = round.Buyers.Now;
        rig.Nodes[1].Signal("STOP");
        await Round.Go(options.Time(20, 12));
        rig.Nodes[1].Signal("CONT");
        var back = round.Buyers.Now;
        // It was declared dead meanwhile: it finds out, and ends, so that the supervisor may start it anew.
        await Round.Until(() => !rig.Nodes[1].IsThere, "ended", 60);
        var ended = round.Buyers.Now - back;
        await rig.Revive();
        await round.AllServe(round.Buyers.Now);
        var served = round.Buyers.Now - back;
        var result = await round.End(at, back, living);
        return (result with { Note = $"it ended after {ended:F0} s, all served after {served:F0} s {result.Note}" })
            .Within(r => r.Errors == 0 && r.LongestWait <= 10 && ended <= 15 && served <= 45);
    }
}
