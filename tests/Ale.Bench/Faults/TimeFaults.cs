using System.Globalization;

namespace Ale.Faults;

/// <summary>Clocks that are wrong, and what is due when something dies.</summary>
internal static class TimeFaults
{
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

    public static readonly Fault Clocks = new("12", "Clocks run an hour ahead and an hour behind",
        "the wall clocks of two of three silos jump by +1 h and −1 h under load, and back after 15 s; "
        + "holds last 30 min",
        "No hold ends early, clients see no error and wait 10 s at most, no silo is evicted.");

    public static readonly Fault Race = new("13", "Expiry against payment",
        "10,000 buyers for half as many units, through three silos: each asks until he has a hold of 3 s, or for 8 s, "
        + "and confirms it from 1 s before to 1 s after its end, when others may have the units",
        "Each is sold or has expired, never both, and nobody is told otherwise.");

    public static readonly Fault DueOwner = new("25", "Whose timer was due is killed",
        "300 holds of 6 s; the silo of a third of them is killed before they end and stays away",
        "All have expired 15 s after their end, each once.");

    public static async Task<FaultResult> Jump(FaultOptions options)
    {
        if (!File.Exists(FakeTime)) throw new FaultException("libfaketime is missing: apt-get install faketime");
        var folder = Directory.CreateTempSubdirectory("ale-clock-").FullName;
        try
        {
            string[] files = [.. Enumerable.Range(0, 3).Select(i => Path.Combine(folder, $"clock{i}"))];
            foreach (var file in files) await File.WriteAllTextAsync(file, "+0\n");
            await using var rig = await FaultRig.Start(options.Seed, files.Select((file, i) =>
                (i == 0 ? new SiloPlace() : new SiloPlace { Environment = Wrong(file) }, Array.Empty<string>())));
            using var round = await rig.Begin(Clocks);
            var before = rig.ProcessIds;
            var at = round.Buyers.Now;
            await File.WriteAllTextAsync(files[1], "+3600\n");
            await File.WriteAllTextAsync(files[2], "-3600\n");
            await Round.Go(options.Time(15, 8));
            await File.WriteAllTextAsync(files[1], "+0\n");
            await File.WriteAllTextAsync(files[2], "+0\n");
            var healed = round.Buyers.Now;
            await Round.Go(options.Time(10, 3));
            var result = await round.End(at, healed);
            return result.Within(r => r.Errors == 0 && r.LongestWait <= 10 && rig.ProcessIds.SequenceEqual(before));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static async Task<FaultResult> PayLate(FaultRig rig, FaultOptions options)
    {
        var (count, random) = (options.Short ? 300 : 10_000, new Random(options.Seed));
        using var round = await rig.Begin(Race, buyers: 0, units: count / 16, holdSeconds: 3);
        var at = round.Buyers.Now;
        var waits = Enumerable.Range(0, count).Select(i => (i, Wait: 2 + 2 * random.NextDouble())).ToArray();
        await Parallel.ForEachAsync(waits, new ParallelOptions { MaxDegreeOfParallelism = options.Short ? 100 : 1_000 },
            (one, _) => new ValueTask(PayOne(round, one.i, one.Wait)));
        var healed = round.Buyers.Now;
        await NothingHeld(rig, round, 30);
        var result = await round.End(at, healed);
        var sold = round.Buyers.Known.Values.Count(state => state == "confirmed");
        return result with { Note = $"{sold} sold, {round.Buyers.Known.Count - sold} expired {result.Note}" };
    }

    private static async Task PayOne(Round round, int i, double wait)
    {
        var (path, until) = (PathOf(round, i), round.Buyers.Now + 8);
        while ((await round.Buyers.Command(i % 3, path)).Status != 200)
        {
            if (round.Buyers.Now > until) return;
            await Round.Go(TimeSpan.FromMilliseconds(300));
        }

        await Round.Go(TimeSpan.FromSeconds(wait));
        var paid = await round.Buyers.Command((i + 1) % 3, path, "confirm", "confirmed");
        if (paid.Status != 200) round.Buyers.Known[path] = "expired";
    }

    public static async Task<FaultResult> KillOwner(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(DueOwner, buyers: 0, holdSeconds: 6, skus: 12);
        var at = round.Buyers.Now;
        await Parallel.ForAsync(0, options.Short ? 60 : 300, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) =>
            {
                var path = PathOf(round, i);
                await round.Buyers.Command(i % 3, path);
                round.Buyers.Known[path] = "expired";
            });
        var due = round.Buyers.Now + 6;
        await rig.Nodes[1].Kill();
        while (round.Buyers.Now < due) await Round.Go(TimeSpan.FromMilliseconds(50));
        await NothingHeld(rig, round, 60);
        var late = round.Buyers.Now - due;
        await rig.Revive();
        var result = await round.End(at, due);
        return (result with { Recovery = late }).Within(_ => late <= 15);
    }

    private static string PathOf(Round round, int i) => string.Create(CultureInfo.InvariantCulture,
        $"/api/skus/{round.Buyers.Skus[i % round.Buyers.Skus.Length]}/reservations/h{i}");

    // Straight from the tables: asking the grains would wake them.
    private static async Task NothingHeld(FaultRig rig, Round round, double seconds)
    {
        var from = round.Buyers.Now;
        while (await rig.Count($"""
            with e as (select j.stream, e.event ->> 'id' as id, e.event ->> '$type' as what
              from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
              where j.kind = 'stock' and starts_with(j.stream, 'stock/{round.Buyers.Name}-'))
            select count(*) from e where what = 'stock.held' and not exists (select 1 from e o
              where (o.stream, o.id) = (e.stream, e.id) and o.what in ('stock.confirmed', 'stock.expired'))
            """) > 0)
        {
            if (round.Buyers.Now - from > seconds) throw new FaultException($"holds did not end in {seconds} s");
            await Round.Go(TimeSpan.FromMilliseconds(250));
        }
    }

    private static Dictionary<string, string> Wrong(string file) => new()
    {
        ["LD_PRELOAD"] = FakeTime,
        ["FAKETIME_TIMESTAMP_FILE"] = file,
        ["FAKETIME_NO_CACHE"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["DONT_FAKE_MONOTONIC"] = "1",
    };
}
