using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace Ale.Cli;

/// <summary>
/// A made-up evening: sessions go live, a few hundred users order what is shown, most pay, some cancel, some leave; the
/// hottest goods sell out. Every run makes its own ids, so demos never meet each other or a replay.
/// </summary>
public sealed class Demo
{
    internal const string Market = "gb", Currency = "GBP";

    private const int UsersCount = 300, BuyersAtATime = 48;

    /// <summary>Title, price and units on hand; the first ones are few and wanted most.</summary>
    private static readonly (string Title, int PriceMinor, int Units)[] Goods =
    [
        ("Limited lantern", 4_900, 40), ("Evening lipstick", 2_450, 90), ("Night cream", 3_200, 160),
        ("Silk scarf", 5_800, 200), ("Tea for two", 1_250, 600), ("Hand mirror", 990, 800),
        ("Bath salts", 1_480, 900), ("Wool socks", 760, 2_000),
    ];

    private readonly AleHttp http;
    private readonly TimeSpan length;
    private readonly Action<string> tell;
    private readonly TimeProvider time;
    private readonly string id;
    private readonly Random random;
    private readonly ImmutableArray<string> skus;
    private readonly ConcurrentDictionary<string, int> refused = new(StringComparer.Ordinal);
    private readonly long[] paidUnits = new long[Goods.Length];
    private ImmutableArray<string> sessions = [];
    private long orders, paid, paidMinor, cancelled, abandoned;

    /// <summary>A demo that sells for <paramref name="length"/> and tells a line of progress each second.</summary>
    internal Demo(AleHttp http, TimeSpan length, Action<string> tell, TimeProvider time)
    {
        (this.http, this.length, this.tell, this.time) = (http, length, tell, time);
        var stamp = time.GetUtcNow().ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        id = $"demo-{stamp}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
        random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        skus = [.. Enumerable.Range(1, Goods.Length).Select(n => $"{id}-{n}".ToUpperInvariant())];
    }

    /// <summary>
    /// Runs <paramref name="length"/> of demo against <paramref name="url"/>, telling progress and the summary on
    /// <paramref name="console"/>. True when nothing was oversold and stock agrees with what was paid.
    /// </summary>
    public static async Task<bool> Run(
        Uri url, string token, TextWriter console, TimeSpan length, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(console);
        using var http = new AleHttp(url, token, BuyersAtATime, TimeProvider.System);
        try
        {
            var report = await new Demo(http, length, console.WriteLine, TimeProvider.System).Run(ct);
            new Output(console, console, Json: false).Print(report);
            return report.Ok;
        }
        catch (CommandFailed e)
        {
            await console.WriteLineAsync($"demo: {e.Message}");
            return false;
        }
    }

    internal async Task<DemoReport> Run(CancellationToken ct)
    {
        var start = time.GetTimestamp();
        await Prepare(ct);
        await Evening(ct);
        foreach (var session in sessions) await http.Post($"api/sessions/{session}/end", $"{session}-end", ct);
        tell("demo: waiting until everything has settled");
        await http.Settle(ct);
        var figures = ImmutableArray.CreateBuilder<DemoSku>();
        for (var i = 0; i < skus.Length; i++)
        {
            var stock = (await http.Get($"api/skus/{skus[i]}/stock", ct)).Read(CliJson.Default.StockReply);
            figures.Add(new DemoSku(
                skus[i], Goods[i].Units, paidUnits[i], stock.Sold, stock.Held, stock.OnHand, stock.Quarantine));
        }
        return new DemoReport
        {
            Id = id,
            Sessions = sessions.Length,
            Users = UsersCount,
            Orders = orders,
            Paid = paid,
            PaidMinor = paidMinor,
            Cancelled = cancelled,
            Abandoned = abandoned,
            Refused = new SortedDictionary<string, int>(refused, StringComparer.Ordinal),
            Skus = figures.ToImmutable(),
            Seconds = Math.Round(time.GetElapsedTime(start).TotalSeconds, 3),
        };
    }

    private async Task Prepare(CancellationToken ct)
    {
        for (var i = 0; i < skus.Length; i++)
        {
            var (title, priceMinor, units) = Goods[i];
            var body = new SkuBody(title, priceMinor, Currency, Market)
            {
                Levels = new StockLevels(units / 2, units / 4, units / 10),
            };
            Need(await http.Put($"api/skus/{skus[i]}", body, CliJson.Default.SkuBody, ct));
            Need(await http.Put(
                $"api/skus/{skus[i]}/receipts/{id}", new ReceiptBody(units), CliJson.Default.ReceiptBody, ct));
        }
        var live = ImmutableArray.CreateBuilder<string>();
        foreach (var (title, first) in new[] { ("Evening show", 0), ("Late show", Goods.Length / 2) })
        {
            var session = $"{id}-s{live.Count + 1}";
            if (await Start(session, title, skus.Slice(first, Goods.Length / 2), ct)) live.Add(session);
        }
        sessions = live.ToImmutable();
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct };
        await Parallel.ForAsync(0, UsersCount, options,
            async (n, ct) => Need(
                await http.Put($"api/users/{User(n)}", new UserBody(Market), CliJson.Default.UserBody, ct)));
        tell($"demo {id}: {skus.Length} SKUs, {UsersCount} users, {sessions.Length} sessions live");
    }

    /// <summary>A session that a gate keeps from going live is told, and its goods are sold without it.</summary>
    private async Task<bool> Start(string session, string title, ImmutableArray<string> shelf, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var body = new SessionBody(
            title, "live", "base", Market, $"{id}-host", $"{id}-owner", now, now.AddHours(1), Inducing: false, shelf);
        var reply = await http.Put($"api/sessions/{session}", body, CliJson.Default.SessionBody, ct);
        foreach (var step in new[] { "ready", "start" })
            if (reply.IsOk) reply = await http.Post($"api/sessions/{session}/{step}", $"{session}-{step}", ct);
        if (!reply.IsOk) tell($"{title} is not live: {reply.Line}");
        return reply.IsOk;
    }

    /// <summary>Every user buys about once; who comes first is chance.</summary>
    private async Task Evening(CancellationToken ct)
    {
        using var slots = new SemaphoreSlim(BuyersAtATime);
        var (start, arrived, told, buyers) = (time.GetTimestamp(), 0, 0, new List<Task>());
        var arrivals = Math.Max(UsersCount, (int)(length.TotalSeconds * 20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), time);
        while (time.GetElapsedTime(start) < length && await timer.WaitForNextTickAsync(ct))
        {
            var elapsed = time.GetElapsedTime(start);
            for (var due = (int)(arrivals * Math.Min(1, elapsed / length)); arrived < due; arrived++)
            {
                await slots.WaitAsync(ct);
                buyers.Add(Buy(arrived, Choose(), () => slots.Release(), ct));
            }
            if ((int)elapsed.TotalSeconds <= told) continue;
            told = (int)elapsed.TotalSeconds;
            buyers.RemoveAll(b => b.IsCompletedSuccessfully);
            tell($"{told,4} s  orders {Interlocked.Read(ref orders),5}  paid {Interlocked.Read(ref paid),5}  "
                + $"cancelled {Interlocked.Read(ref cancelled),4}  unpaid {Interlocked.Read(ref abandoned),4}  "
                + $"refused {refused.Values.Sum(),5}");
        }
        await Task.WhenAll(buyers);
    }

    private readonly record struct Choice(int User, int Good, int Quantity, int Mood);

    /// <summary>The smaller of two draws: the first goods, which are few, are wanted most.</summary>
    private Choice Choose() => new(
        random.Next(UsersCount), Math.Min(random.Next(Goods.Length), random.Next(Goods.Length)), random.Next(1, 4),
        random.Next(100));

    private async Task Buy(int number, Choice choice, Action done, CancellationToken ct)
    {
        try
        {
            var order = $"{id}-o{number}";
            var session = choice.Good * sessions.Length / Goods.Length;
            var body = new OrderBody([new OrderLine(skus[choice.Good], choice.Quantity, null)])
            {
                UserId = User(choice.User),
                SessionId = sessions.Length == 2 ? sessions[session] : null,
            };
            var reply = await http.Put($"api/orders/{order}", body, CliJson.Default.OrderBody, ct);
            if (!Accepted(reply)) return;
            Interlocked.Increment(ref orders);
            switch (choice.Mood)
            {
                case < 5:
                    Interlocked.Increment(ref abandoned);
                    break;
                case < 12:
                    if (await Cancel(order, ct)) Interlocked.Increment(ref cancelled);
                    break;
                case < 18:
                    if (await Pay(order, choice, reply, ct) && await Cancel(order, ct))
                    {
                        Interlocked.Increment(ref cancelled);
                        Interlocked.Add(ref paidUnits[choice.Good], -choice.Quantity);
                    }
                    break;
                default:
                    await Pay(order, choice, reply, ct);
                    break;
            }
        }
        finally
        {
            done();
        }
    }

    private async Task<bool> Pay(string order, Choice choice, HttpReply ordered, CancellationToken ct)
    {
        var pay = await http.Post(
            $"api/orders/{order}/pay", $"{order}-pay", new PayBody("local"), CliJson.Default.PayBody, ct);
        if (!Accepted(pay)) return false;
        Interlocked.Increment(ref paid);
        Interlocked.Add(ref paidMinor, ordered.Read(CliJson.Default.OrderReply).PayableMinor);
        Interlocked.Add(ref paidUnits[choice.Good], choice.Quantity);
        return true;
    }

    private async Task<bool> Cancel(string order, CancellationToken ct) =>
        Accepted(await http.Post($"api/orders/{order}/cancel", $"{order}-cancel", ct));

    private bool Accepted(HttpReply reply)
    {
        if (reply.IsDenied) throw new CommandFailed(reply.Line);
        if (!reply.IsOk) refused.AddOrUpdate(reply.Code, 1, (_, n) => n + 1);
        return reply.IsOk;
    }

    private static void Need(HttpReply reply)
    {
        if (!reply.IsOk) throw new CommandFailed(reply.Line);
    }

    private string User(int n) => $"{id}-u{n}";
}
