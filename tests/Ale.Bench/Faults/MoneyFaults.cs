using System.Collections.Concurrent;
using System.Globalization;
using Ale.Edge;

namespace Ale.Faults;

/// <summary>Money of one placement, spent from everywhere while nodes die.</summary>
internal static class MoneyFaults
{
    public static readonly Fault Spenders = new("23", "1,000 spend one budget while silos are killed",
        "1,000 clients authorise, report and release around one cap through three silos; 20 times a random silo is "
        + "killed with `kill -9` and started again",
        "What is authorised never passes the cap by one minor unit; spent and held are what was acknowledged, exactly.");

    /// <summary>What the spenders know.</summary>
    private sealed class Books
    {
        private long _spent, _held;
        private int _acknowledged;

        public ConcurrentBag<string> Odd { get; } = [];

        public long Spent => Interlocked.Read(ref _spent);

        public long Held => Interlocked.Read(ref _held);

        public int Acknowledged => _acknowledged;

        public void Take(long spent, long held)
        {
            Interlocked.Add(ref _spent, spent);
            Interlocked.Add(ref _held, held);
            Interlocked.Increment(ref _acknowledged);
        }
    }

    public static async Task<FaultResult> Spend(FaultRig rig, FaultOptions options)
    {
        using var round = await rig.Begin(Spenders, buyers: 0);
        var (at, id) = (round.Buyers.Now, $"money-{round.Buyers.Name}");
        var cap = options.Short ? 1_200 : 60_000; // about what so many hold at once: it is met all the time
        await FaultRig.Ok(() => rig.Nodes[0].Http.Put($"/api/campaigns/{id}", """
            {"title":"T","goal":"reach","startsAt":"2020-01-01T00:00:00Z","endsAt":"2090-01-01T00:00:00Z",
             "class":"performance","budgetLine":"faults"}
            """, "ops"));
        var path = $"/api/placements/{id}";
        await FaultRig.Ok(() => rig.Nodes[0].Http.Put(path, $$"""
            {"campaignId":"{{id}}","channel":"tv","class":"performance","capMinor":{{cap}},"currency":"GBP","bidMinor":1}
            """, "ops"));
        var (books, random) = (new Books(), new Random(options.Seed));
        using var stop = new CancellationTokenSource();
        var spenders = Enumerable.Range(0, options.Short ? 20 : 1_000)
            .Select(n => Spender(rig, path, n, new(options.Seed + n), books, stop.Token)).ToArray();
        var kills = options.Short ? 1 : 20;
        for (var kill = 0; kill < kills; kill++)
        {
            await Round.Go(options.Time(3, 2));
            await rig.Nodes[random.Next(rig.Nodes.Count)].Kill();
            await Round.Go(options.Time(2, 2));
            await rig.Revive();
        }

        var back = round.Buyers.Now;
        await Round.Go(options.Time(5, 2));
        await stop.CancelAsync();
        await Task.WhenAll(spenders);
        var info = (await FaultRig.Ok(() => rig.Nodes[0].Http.Get(path, "ops"))).Json;
        var (spent, held, overrun) = ((long)info["spendMinor"]!, (long)info["heldMinor"]!, (long)info["overrunMinor"]!);
        var result = await round.End(at, back);
        return (result with
        {
            Acknowledged = books.Acknowledged,
            Lost = result.Lost + (spent < books.Spent ? 1 : 0) + (held < books.Held ? 1 : 0),
            Doubled = result.Doubled + (spent > books.Spent ? 1 : 0) + (held > books.Held ? 1 : 0),
            Note = string.Create(CultureInfo.InvariantCulture,
                $"spent {spent} and held {held} of {cap}, overrun {overrun} {string.Join(" ", books.Odd.Take(3))}")
                + result.Note,
        }).Within(_ => overrun == 0 && spent + held <= cap && books.Odd.IsEmpty && books.Spent > 0);
    }

    /// <summary>
    /// Authorises a little, then reports or releases it, again and again, half a second between two: what is tried is the
    /// budget, not how a node starts on processors that have no time left. Who hears nothing asks with the same id until
    /// he is answered, also at the end: so the books are whole.
    /// </summary>
    private static async Task Spender(
        FaultRig rig, string path, int number, Random random, Books books, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await Task.Delay(random.Next(1_000), CancellationToken.None);
            var (id, amount) = (string.Create(CultureInfo.InvariantCulture, $"a{number}-{i}"), random.Next(1, 100));
            var asked = await Ask($"{path}/authorise", $$"""{"id":"{{id}}","amountMinor":{{amount}}}""");
            if (asked.Status == 409 && asked.Code == "placement.cap") continue;
            if (!Is(asked)) return;
            books.Take(0, amount);
            if (random.Next(3) == 0)
            {
                // Little of what was held is spent: the rest comes back, and the cap is used up slowly.
                const int spend = 1;
                var at = TimeProvider.System.GetUtcNow()
                    .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                if (!Is(await Ask($"{path}/reports", $$"""
                    [{"eventId":"{{id}}","spendMinor":{{spend}},"results":1000,"at":"{{at}}","authorisation":"{{id}}"}]
                    """))) return;
                books.Take(spend, -amount);
            }
            else if (random.Next(200) != 0)
            {
                if (!Is(await Ask($"{path}/authorisations/{id}/release", null))) return;
                books.Take(0, -amount);
            }
        }

        bool Is(Answer answer)
        {
            if (answer.Status == 200) return true;
            books.Odd.Add($"{answer.Status} {answer.Code}");
            return false;
        }

        async Task<Answer> Ask(string address, string? body)
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    var node = rig.Nodes[(number + attempt) % rig.Nodes.Count];
                    var answer = await node.Http.Post(address, body);
                    if (answer.Status < 500 && answer.Status != 429) return answer;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
                {
                    // Nobody knows what became of it: the same id again.
                }

                if (attempt > 600) throw new FaultException($"{address} is not answered");
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }
}
