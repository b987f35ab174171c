using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Ale.Payments;

namespace Ale.Faults;

/// <summary>Too many at once, the same again and again, and events that lie.</summary>
internal static class CrowdFaults
{
    private const int Repeats = 50;

    public static readonly Fault SameAgain = new("10", "50 retries of one command at once",
        "each of 20 reservations is asked and then confirmed 50 times at once through three silos; then the id with "
        + "other content (11)",
        "All 50 hear the same; other content is 409 and changes nothing.");

    public static readonly Fault Events = new("20", "Payment events replayed, forged and out of order",
        "of 10 orders each captured event is sent 100 times through three silos, a forged one, one for a wrong amount "
        + "and a refund before its capture beside it",
        "One effect an event; forged is 401; a wrong amount pays nothing.");

    public static readonly Fault Flash = new("22", "20,000 buyers for 100 units",
        "20,000 reservations of one SKU, 2,000 at a time, through three silos; others buy other products meanwhile",
        "100 are sold exactly, the rest are refused; all within 120 s; who buys something else waits 10 s at most.");

    public static readonly Fault Storm = new("28", "A storm of retries after an outage",
        "the database is away for 60 s while 300 clients ask again every 100 ms",
        "20 s after it is back the rate is half of what it was or more.");

    /// <summary>The secret that the silos of the shared rig have.</summary>
    public static readonly byte[] Secret = Encoding.ASCII.GetBytes("the payments' secret of all runs");

    public static async Task<FaultResult> Repeat(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(SameAgain, buyers: 0);
        var at = round.Buyers.Now;
        var odd = new ConcurrentBag<string>();
        for (var i = 0; i < (options.Short ? 5 : 20); i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture,
                $"/api/skus/{round.Buyers.Skus[i % 8]}/reservations/same{i}");
            foreach (var (verb, becomes) in new[] { ((string?)null, "held"), ("confirm", "confirmed") })
                foreach (var one in await Task.WhenAll(Enumerable.Range(0, Repeats)
                    .Select(n => round.Buyers.Command(n % 3, path, verb, becomes))))
                    if (one.Status != 200) odd.Add($"{one}");
            var other = await rig.Nodes[0].Http.Put(path, """{"quantity":2}""");
            if (other.Status != 409) odd.Add(other.Text);
        }

        var result = await round.End(at, round.Buyers.Now);
        return (result with { Note = string.Join(" ", odd.Take(3)) + result.Note }).Within(_ => odd.IsEmpty);
    }

    public static async Task<FaultResult> Crowd(FaultRig rig, FaultOptions options)
    {
        using var others = await rig.Begin(Flash, buyers: 3);
        using var round = await rig.Begin(Flash, buyers: 0, skus: 1, units: 100);
        var (at, othersAt) = (round.Buyers.Now, others.Buyers.Now);
        var (sold, refused) = (0, 0);
        await Parallel.ForAsync(0, options.Short ? 2_000 : 20_000,
            new ParallelOptions { MaxDegreeOfParallelism = options.Short ? 400 : 2_000 }, async (i, _) =>
            {
                var path = string.Create(CultureInfo.InvariantCulture,
                    $"/api/skus/{round.Buyers.Skus[0]}/reservations/f{i}");
                var answer = await round.Buyers.Command(i % 3, path);
                if (answer.Status == 200) Interlocked.Increment(ref sold);
                else if (answer.Status == 409) Interlocked.Increment(ref refused);
            });
        var took = round.Buyers.Now - at;
        var beside = await others.End(othersAt, others.Buyers.Now);
        var result = await round.End(at, round.Buyers.Now);
        return (result with
        {
            Lost = result.Lost + beside.Lost,
            Doubled = result.Doubled + beside.Doubled,
            UnitsConstant = result.UnitsConstant && beside.UnitsConstant,
            Note = $"{sold} sold, {refused} refused in {took:F0} s; who bought something else waited "
                + $"{beside.LongestWait:F1} s at most {result.Note}",
        }).Within(_ => sold == 100 && refused == (options.Short ? 1_900 : 19_900) && took <= 120
            && beside.LongestWait <= 10);
    }

    public static async Task<FaultResult> RetryStorm(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Storm);
        round.Buyers.Start(options.Short ? 60 : 300, TimeSpan.FromMilliseconds(500));
        await Round.Go(TimeSpan.FromSeconds(5)); // the new ones connect
        var from = round.Buyers.Now;
        await Round.Go(TimeSpan.FromSeconds(5));
        var usual = Rate(round, from);
        var at = round.Buyers.Now;
        await rig.Server.Stop();
        await Round.Go(options.Time(60, 6));
        await rig.Server.Start();
        var back = round.Buyers.Now;
        await Round.Until(() => round.Buyers.Now - back > 2 && Rate(round, round.Buyers.Now - 2) >= usual / 2,
            "half the rate", 90);
        var recovered = round.Buyers.Now - back;
        await rig.Revive();
        var result = await round.End(at, back);
        return (result with { Recovery = recovered, Note = $"{usual:F0}/s before {result.Note}" })
            .Within(_ => recovered <= 20);
    }

    public static async Task<FaultResult> Pay(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Events, buyers: 0, skus: 1, units: 1_000);
        var (at, sku, paid) = (round.Buyers.Now, round.Buyers.Skus[0], options.Short ? 3 : 10);
        var odd = new ConcurrentBag<string>();
        for (var i = 0; i < paid; i++)
        {
            var order = $"{round.Buyers.Name}-o{i}";
            await FaultRig.Ok(() => rig.Nodes[0].Http.Put($"/api/orders/{order}",
                $$"""{"lines":[{"sku":"{{sku}}","quantity":1}]}"""));
            var forged = await Send(rig, 0, Event(order, "forged", "captured", 100), new byte[32]);
            if (forged.Status != 401) odd.Add($"forged: {forged.Status}");
            await Send(rig, 1, Event(order, "wrong", "captured", 99), Secret);
            await Send(rig, 2, Event(order, "early", "refunded", 100), Secret);
            if (await Sold(rig, sku) != i) odd.Add("a wrong event has paid");
            var answers = await Task.WhenAll(Enumerable.Range(0, options.Short ? 20 : 100)
                .Select(n => Send(rig, n % 3, Event(order, "right", "captured", 100), Secret)));
            foreach (var bad in answers.Where(a => a.Status is not 200 and not 202)) odd.Add(bad.Text);
        }

        for (var wait = 0; wait < 100 && await Sold(rig, sku) < paid; wait++)
            await Round.Go(TimeSpan.FromMilliseconds(100)); // orders are paid by reactions
        var sold = await Sold(rig, sku);
        var onHand = (long)(await FaultRig.Ok(() => rig.Nodes[0].Http.Get($"/api/skus/{sku}/stock"))).Json["onHand"]!;
        return new FaultResult(Events)
        {
            Acknowledged = paid * (options.Short ? 20 : 100),
            UnitsConstant = onHand == 1_000 - paid,
            Lost = (int)Math.Max(0, paid - sold),
            Doubled = Math.Max(0, sold - paid),
            Recovery = round.Buyers.Now - at,
            Note = string.Join(" ", odd.Take(3)),
        }.Within(_ => odd.IsEmpty);
    }

    private static double Rate(Round round, double from) =>
        round.Buyers.Attempts.Count(a => a.Status == 200 && a.Ended >= from) / Math.Max(0.1, round.Buyers.Now - from);

    private static async Task<long> Sold(FaultRig rig, string sku) =>
        (long)(await FaultRig.Ok(() => rig.Nodes[0].Http.Get($"/api/skus/{sku}/stock"))).Json["sold"]!;

    private static string Event(string order, string id, string type, long amount) => $$"""
        {"eventId":"{{order}}-{{id}}","type":"{{type}}","orderId":"{{order}}","amountMinor":{{amount}},"currency":"GBP",
         "at":"2026-06-01T12:00:00Z"}
        """;

    private static Task<Edge.Answer> Send(FaultRig rig, int node, string body, byte[] secret) =>
        rig.Nodes[node].Http.Post("/api/payments/events", body, role: null, headers: ("X-Ale-Signature",
            PaymentSignature.Sign(Encoding.UTF8.GetBytes(body), TimeProvider.System.GetUtcNow(), new(secret))));
}
