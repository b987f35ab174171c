using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Ale.Faults;

/// <summary>The buyers of one fault, and the books at its end.</summary>
internal sealed class Round(FaultRig rig, Fault fault, Buyers buyers, int units) : IDisposable
{
    public Buyers Buyers { get; } = buyers;

    public FaultRig Rig { get; } = rig;

    /// <summary>Until each node has acknowledged some, and the last second saw no error.</summary>
    public Task Warm() => Until(() => Enumerable.Range(0, Rig.Nodes.Count).All(node =>
        Buyers.Attempts.Count(a => a.Node == node && a.Status == 200) >= 20)
        && !Buyers.Attempts.Any(a => a.IsError && a.Ended > Buyers.Now - 1), "warm", 60);

    /// <summary>Lets the buyers go on for so long.</summary>
    public static Task Go(TimeSpan time) => Task.Delay(time);

    /// <summary>Until every node has answered 200 to something sent after <paramref name="after"/>.</summary>
    public Task AllServe(double after) => Until(() => Enumerable.Range(0, Rig.Nodes.Count).All(node =>
        Buyers.Attempts.Any(a => a.Node == node && a.At > after && a.Status == 200)), "all serve", 90);

    public static async Task Until(Func<bool> isSo, string what, double seconds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(began).TotalSeconds > seconds)
                throw new FaultException($"not {what} in {seconds} s");
            await Task.Delay(20);
        }
    }

    /// <summary>Stops the buyers, waits until all has settled, and compares what they know with what is.</summary>
    /// <param name="fromAt">When the fault began, seconds of the round.</param>
    /// <param name="healedAt">When it ended.</param>
    /// <param name="nodes">Whose clients count; null: all.</param>
    public async Task<FaultResult> End(double fromAt, double healedAt, IReadOnlyCollection<int>? nodes = null)
    {
        await Buyers.Stop();
        var seen = Buyers.Attempts
            .Where(a => a.Ended >= fromAt && (nodes is null || nodes.Contains(a.Node))).ToList();
        var errors = seen.Where(a => a.IsError).ToList();
        var firstGood = seen.Where(a => a.Status == 200 && a.Ended >= healedAt).Select(a => a.Ended)
            .DefaultIfEmpty(healedAt).Min();
        var lastBad = errors.Select(a => a.Ended).DefaultIfEmpty(0).Max();
        foreach (var error in errors.Take(5)) Console.WriteLine($"    {error}");
        var lost = await Lost();
        var unverified = await Unverified();
        return new(fault)
        {
            Acknowledged = Buyers.Acknowledged,
            Lost = lost.Count,
            Doubled = await Doubled(),
            UnitsConstant = await UnitsConstant(),
            Errors = errors.Count,
            ErrorWindow = errors.Count == 0 ? 0 : lastBad - errors.Min(a => a.At),
            LongestWait = seen.Select(a => a.Seconds).DefaultIfEmpty(0).Max(),
            Recovery = Math.Max(0, Math.Max(firstGood, lastBad) - healedAt),
            IsVerified = unverified.Count == 0,
            Note = string.Join(" ", lost.Take(3).Concat(unverified)),
        };
    }

    public void Dispose() => Buyers.Dispose();

    // Every acknowledged command is asked for.
    private async Task<ConcurrentBag<string>> Lost()
    {
        var lost = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Buyers.Known, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (known, _) =>
            {
                var there = await FaultRig.Ok(() => Rig.Nodes[0].Http.Get(known.Key));
                if ((string?)there.Json["state"] != known.Value)
                    lost.Add($"{known.Key} is {there.Json["state"]}, not {known.Value}.");
            });
        return lost;
    }

    private async Task<bool> UnitsConstant()
    {
        foreach (var sku in Buyers.Skus)
        {
            var stock = (await FaultRig.Ok(() => Rig.Nodes[0].Http.Get($"/api/skus/{sku}/stock"))).Json;
            var mine = Buyers.Known.Where(k => k.Key.Contains($"/{sku}/", StringComparison.Ordinal)).ToList();
            var (sold, held) = (mine.Count(k => k.Value == "confirmed"), mine.Count(k => k.Value == "held"));
            if ((long)stock["onHand"]! != units - sold || (long)stock["held"]! != held
                || (long)stock["available"]! != units - sold - held) return false;
        }

        return true;
    }

    private Task<long> Doubled() => Rig.Count($"""
        select count(*) from (
          select 1 from journal j, json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
          where j.kind = 'stock' and starts_with(j.stream, 'stock/{Buyers.Name}-')
            and e.event ->> '$type' in
              ('stock.held', 'stock.confirmed', 'stock.reclaimed', 'stock.released', 'stock.expired')
          group by j.stream, e.event ->> 'id', e.event ->> '$type' having count(*) > 1) twice
        """);

    // The journal is folded anew and compared with every table, after all readers have come to its end.
    private async Task<List<string>> Unverified()
    {
        await FaultRig.Ok(() => Rig.Nodes[0].Http.Get("/api/settled", "ops"));
        var answer = await FaultRig.Ok(() => Rig.Nodes[0].Http.Post("/api/verify", role: "ops",
            headers: ("Idempotency-Key", Guid.NewGuid().ToString("N"))));
        var report = JsonNode.Parse(answer.Text.Trim().Split('\n')[^1])!;
        return [.. report["failures"]!.AsArray().Select(f => f!.ToJsonString())];
    }
}
