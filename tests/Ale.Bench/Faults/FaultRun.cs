using System.Globalization;

namespace Ale.Faults;

/// <summary>A fault with what runs it.</summary>
/// <param name="Run">On a rig of three silos that faults share, or null where it makes its own.</param>
internal sealed record Planned(Fault Fault, Func<FaultRig, FaultOptions, Task<FaultResult>>? Run,
    Func<FaultOptions, Task<FaultResult>>? Alone = null);

/// <summary>All faults in their order, and the verb that runs them.</summary>
internal static class FaultRun
{
    public static readonly IReadOnlyList<Planned> All =
    [
        new(SiloFaults.OneKilled, (rig, options) => SiloFaults.KillOne(rig, options, busy: false)),
        new(SiloFaults.OneKilledBusy, (rig, options) => SiloFaults.KillOne(rig, options, busy: true)),
        new(SiloFaults.AllKilled, SiloFaults.KillAll),
        new(SiloFaults.Halted, SiloFaults.Halt),
        new(DatabaseFaults.Restarted, DatabaseFaults.Restart),
        new(DatabaseFaults.Killed, DatabaseFaults.Kill),
        new(DatabaseFaults.AnswersLost, DatabaseFaults.LoseAnswers),
        new(DatabaseFaults.PoolExhausted, DatabaseFaults.Exhaust),
        new(DatabaseFaults.NoSessions, DatabaseFaults.TakeSessions),
        new(DatabaseFaults.Slow, DatabaseFaults.Delay),
        new(DiskFaults.Full, null, DiskFaults.Fill),
        new(CrowdFaults.SameAgain, CrowdFaults.Repeat),
        new(TimeFaults.Clocks, null, TimeFaults.Jump),
        new(TimeFaults.Race, TimeFaults.PayLate),
        new(SplitFaults.CutOff, null, SplitFaults.Cut),
        new(SplitFaults.TwoWriters, null, SplitFaults.WriteTwice),
        new(CrowdFaults.Events, CrowdFaults.Pay),
        new(CrowdFaults.Flash, CrowdFaults.Crowd),
        new(MoneyFaults.Spenders, MoneyFaults.Spend),
        new(TimeFaults.DueOwner, TimeFaults.KillOwner),
        new(CrowdFaults.Storm, CrowdFaults.RetryStorm),
    ];

    /// <summary><c>faults [--seed n] [--only 1,2b,…] [--short]</c>; 0 when all were kept.</summary>
    public static async Task<int> Verb(string[] args)
    {
        var (seed, isShort, only) = (Environment.TickCount & 0xFFFF, false, Array.Empty<string>());
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--short") isShort = true;
            else if (args[i] == "--seed") seed = int.Parse(args[++i], CultureInfo.InvariantCulture);
            else if (args[i] == "--only") only = args[++i].Split(',');
            else throw new ArgumentException($"unknown option {args[i]}");
        }

        Console.WriteLine($"seed {seed}");
        var options = new FaultOptions(seed, isShort);
        var results = await Run(options, All.Where(p => only.Length == 0 || only.Contains(p.Fault.Id)),
            after: so => only.Length == 0 ? FaultsFile.Write(so, seed, isShort)
                : isShort ? Task.CompletedTask : FaultsFile.Put(so, seed));
        return results.All(r => r.IsKept) ? 0 : 1;
    }

    private static async Task<List<FaultResult>> Run(FaultOptions options, IEnumerable<Planned> faults,
        Func<IEnumerable<FaultResult>, Task> after)
    {
        var results = new List<FaultResult>();
        FaultRig? shared = null;
        try
        {
            foreach (var planned in faults)
            {
                FaultResult result;
                try
                {
                    result = planned.Alone is { } alone ? await alone(options)
                        : await planned.Run!(shared ??= await FaultRig.Start(options.Seed), options);
                }
                catch (Exception e) when (e is FaultException or InvalidOperationException or Npgsql.NpgsqlException)
                {
                    result = new(planned.Fault) { IsBoundKept = false, Note = e.Message.ReplaceLineEndings(" ") };
                    Console.WriteLine(e);
                    if (shared is not null && planned.Run is not null)
                    {
                        foreach (var node in shared.Nodes) Console.WriteLine(Tail(node.Printed + node.Errors));
                        await shared.DisposeAsync();
                        shared = null;
                    }
                }

                Console.WriteLine(result);
                results.Add(result);
                await after(results); // each by itself is worth keeping
            }
        }
        finally
        {
            if (shared is not null) await shared.DisposeAsync();
        }

        return results;
    }

    private static string Tail(string text) => text.Length > 3_000 ? text[^3_000..] : text;
}
