using Npgsql;

namespace Ale.Faults;

/// <summary>The database goes away, slows down, fills up or has no session left.</summary>
internal static class DatabaseFaults
{
    public static readonly Fault Restarted = new("4", "PostgreSQL restarts in order",
        "`pg_ctl restart -m fast` under load", "Clients see no error and wait 10 s at most.");

    public static readonly Fault Killed = new("5", "PostgreSQL is killed",
        "`kill -9` of all its processes during writes, and started again at once: it recovers from its log",
        "10 s after it answers again all serve.");

    public static readonly Fault AnswersLost = new("6", "Acknowledgements are lost after the commit",
        "the wire cuts one answer of the database in five, with its connection, for 10 s",
        "10 s later all serve; no client waits longer than 10.5 s.");

    public static readonly Fault PoolExhausted = new("7", "Every connection is taken",
        "the journal is locked for 12 s, so that every session of every pool waits in it",
        "No silo is evicted, no client waits longer than 10.5 s, and 5 s later all serve.");

    public static readonly Fault NoSessions = new("7b", "The server has no session left",
        "all sessions of the silos are ended and every free one is taken, for 8 s",
        "No silo is evicted, and 10 s later all serve.");

    public static readonly Fault Slow = new("8", "The database is slow",
        "each of its answers comes 200 ms late for 15 s, then 1 s for 10 s, then 5 s for 10 s",
        "At 200 ms and at 1 s no error; at 5 s no client waits longer than 10.5 s; 10 s later all serve.");

    public static async Task<FaultResult> Restart(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Restarted);
        await Round.Go(options.Time(2, 0));
        var at = round.Buyers.Now;
        await rig.Server.Restart();
        var back = round.Buyers.Now;
        await round.AllServe(back);
        await Round.Go(options.Time(5, 2));
        return (await round.End(at, back)).Within(r => r.Errors == 0 && r.LongestWait <= 10);
    }

    public static async Task<FaultResult> Kill(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Killed);
        await Round.Go(options.Time(2, 0));
        var at = round.Buyers.Now;
        await rig.Server.KillNow();
        await rig.Server.Start();
        var back = round.Buyers.Now;
        await round.AllServe(back);
        await Round.Go(options.Time(5, 2));
        return (await round.End(at, back)).Within(r => r.Recovery <= 10);
    }

    public static async Task<FaultResult> LoseAnswers(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(AnswersLost);
        var at = round.Buyers.Now;
        var before = rig.Wire.Cuts;
        rig.Wire.CutAnswers(0.2);
        await Round.Go(options.Time(10, 4));
        rig.Wire.CutAnswers(0);
        var healed = round.Buyers.Now;
        await round.AllServe(healed);
        var result = await round.End(at, healed);
        return (result with { Note = $"{rig.Wire.Cuts - before} answers cut {result.Note}" })
            .Within(r => r.Recovery <= 10 && r.LongestWait <= 10.5 && rig.Wire.Cuts > before);
    }

    public static async Task<FaultResult> Exhaust(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(PoolExhausted);
        var before = rig.ProcessIds;
        var at = round.Buyers.Now;
        await using (var session = await rig.Session())
        await using (var lockAll = new NpgsqlCommand("begin; lock table journal in access exclusive mode", session))
        {
            lockAll.CommandTimeout = 60;
            await lockAll.ExecuteNonQueryAsync();
            await Round.Go(options.Time(12, 5));
        }

        var healed = round.Buyers.Now;
        await round.AllServe(healed);
        var result = await round.End(at, healed);
        return result.Within(r => r.Recovery <= 5 && r.LongestWait <= 10.5 && rig.ProcessIds.SequenceEqual(before));
    }

    public static async Task<FaultResult> TakeSessions(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(NoSessions);
        var before = rig.ProcessIds;
        var at = round.Buyers.Now;
        var taken = new List<NpgsqlConnection>();
        try
        {
            await using var killer = await rig.Session();
            await using var end = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity "
                + "where application_name like 'ale%'", killer);
            // The silos come back at once, and the race for free sessions is run until they have lost it.
            for (var turn = 0; turn < 5; turn++)
            {
                await end.ExecuteNonQueryAsync();
                await Take(rig, taken);
            }

            await Round.Go(options.Time(8, 4));
        }
        finally
        {
            foreach (var one in taken) await one.DisposeAsync();
        }

        var healed = round.Buyers.Now;
        await round.AllServe(healed);
        var result = await round.End(at, healed);
        return (result with { Note = $"{taken.Count} sessions taken {result.Note}" })
            .Within(r => r.Recovery <= 10 && rig.ProcessIds.SequenceEqual(before));
    }

    public static async Task<FaultResult> Delay(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Slow);
        var before = rig.ProcessIds;
        var at = round.Buyers.Now;
        rig.Wire.Delay = TimeSpan.FromMilliseconds(200);
        await Round.Go(options.Time(15, 3));
        rig.Wire.Delay = TimeSpan.FromSeconds(1);
        await Round.Go(options.Time(10, 3));
        var verySlow = round.Buyers.Now;
        rig.Wire.Delay = TimeSpan.FromSeconds(5);
        await Round.Go(options.Time(10, 6));
        rig.Wire.Delay = TimeSpan.Zero;
        var healed = round.Buyers.Now;
        await round.AllServe(healed);
        var result = await round.End(at, healed);
        var early = round.Buyers.Attempts.Count(a => a.IsError && a.Ended < verySlow);
        return result.Within(r => early == 0 && r.LongestWait <= 10.5 && r.Recovery <= 10
            && rig.ProcessIds.SequenceEqual(before));
    }

    private static async Task Take(FaultRig rig, List<NpgsqlConnection> taken)
    {
        try
        {
            while (true) taken.Add(await rig.Session());
        }
        catch (NpgsqlException)
        {
            // none is left
        }
    }
}
