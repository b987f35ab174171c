using System.Diagnostics;
using System.Globalization;
using Ale.Budgets;
using Ale.Kernel;

namespace Ale.Bench;

/// <summary>How long somebody waits for what a year's money was spent on (BUD-04).</summary>
internal static class BudgetYear
{
    private const int Postings = 1_000_000, Months = 12, Lines = 20;
    private const int PostingsOfMonth = Postings / Months;
    private static readonly int Year = TimeProvider.System.GetUtcNow().Year - 1;

    public static async Task Measure(PostgresServer server, Results results)
    {
        var database = await server.NewDatabase();
        long whole = 0;
        for (var month = 1; month <= Months; month++)
        {
            // A month is booked while it is open: its silo's clock stands in the middle of it.
            var middle = new DateTimeOffset(Year, month, 15, 4, 0, 0, TimeSpan.Zero);
            await using var then = await BenchSilo.Start(server, readers: false, database,
                clock: middle - TimeProvider.System.GetUtcNow());
            whole += await Book(then, month);
        }

        await using var silo = await BenchSilo.Start(server, readers: true, database, ports: services =>
        {
            // It asks for the like of each spend, for hours when a year comes at once, and is not measured here.
            foreach (var watch in services.Where(s => s.ImplementationType == typeof(UnusualSpends)).ToList())
                services.Remove(watch);
        });
        var follow = Stopwatch.StartNew();
        while (!(await silo.Settled(TimeSpan.FromSeconds(20))).IsSettled)
        {
            if (follow.Elapsed > TimeSpan.FromMinutes(20))
                throw new InvalidOperationException("The tables stay behind.");
        }

        var behind = follow.Elapsed.TotalSeconds;

        var wanted = new BreakdownWanted($"{Year:D4}-", 50);
        var times = new List<double>();
        var faults = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var (rows, refusal) = await silo.Grains.BudgetQueries().Breakdown(wanted, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (refusal is not null) throw new InvalidOperationException(refusal.Code);
            if (i > 0) continue;
            var (all, _) = await silo.Grains.BudgetQueries().Breakdown(wanted with { Limit = int.MaxValue }, default);
            faults.AddRange(all.GroupBy(r => r.By).Where(g => g.Sum(r => r.AmountMinor) != whole)
                .Select(g => $"{g.Key} adds up to {g.Sum(r => r.AmountMinor)} of {whole}"));
            if (all.Where(r => r.By == "host").Sum(r => r.Spends) is var spends && spends != PostingsOfMonth * Months)
                faults.Add($"{spends} of {PostingsOfMonth * Months} postings");
            if (rows.IsEmpty) faults.Add("no rows");
        }

        times.Sort();
        results.Check("breakdown", faults is [] ? null : string.Join("; ", faults));
        results.Take(new($"breakdown of a year of 1,000,000 postings on {Months * Lines} lines, by every way", "≤ 1 s",
            string.Create(CultureInfo.InvariantCulture, $"median {times[times.Count / 2]:F0} ms, longest {times[^1]:F0} ms; ")
            + string.Create(CultureInfo.InvariantCulture, $"the tables had followed {behind:F0} s after a year at once"),
            times[^1] <= 1_000));
    }

    /// <summary>What was booked, in all.</summary>
    private static async Task<long> Book(BenchSilo silo, int month)
    {
        for (var line = 0; line < Lines; line++)
        {
            Sure((await silo.Grains.BudgetLine(Key(month, line)).Plan(new(1, new(
                Limits.AmountMinorMax, "CNY", BudgetKind.Labour, "speed", Rigid: false, Parent: null)))).Refusal);
        }

        long sum = 0;
        var wide = new ParallelOptions { MaxDegreeOfParallelism = 1_024 };
        await Parallel.ForAsync(0, PostingsOfMonth, wide, async (i, ct) =>
        {
            var amount = (i % 997) + 1;
            Sure((await silo.Grains.BudgetLine(Key(month, i % Lines)).Spend(
                new(Id("p", i), amount, "CNY", SpendStage.Actual, Wait: false, Tags(month, i)), ct)).Refusal);
            Interlocked.Add(ref sum, amount);
        });
        return sum;
    }

    // 2,400 sessions a year, 60 hosts, 40 categories, 8 steps, 120 campaigns.
    private static SpendTags Tags(int month, int i) => new(null, Id($"s{month}-", i % 200), Id("h", i % 60),
        Id("c", i * 31 % 40), Id("t", i * 17 % 8), Id($"k{month}-", i * 13 % 10), null, null);

    private static string Key(int month, int line) => BudgetKeys.KeyOf(Year, month, Id("line", line));

    private static string Id(string prefix, int i) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}");

    private static void Sure(Refusal? refusal)
    {
        if (refusal is not null) throw new InvalidOperationException(refusal.Code);
    }
}
