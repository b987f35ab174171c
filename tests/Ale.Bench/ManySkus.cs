using System.Globalization;
using Ale.Orders;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>Our side over 10,000 SKUs: reservations of one, or orders of three.</summary>
internal sealed class ManySkus(BenchSilo silo)
{
    public const int Count = 10_000;

    private static readonly double[] Wanted = Shares();
    private readonly List<(string Prefix, Figure Figure)> _runs = [];
    private int _last;

    public static string Sku(int i) => string.Create(CultureInfo.InvariantCulture, $"SKU{i:D5}");

    /// <summary>Another SKU each time, all alike.</summary>
    public static int Uniform(long i) => (int)(i * 7_919 % Count);

    /// <summary>A few SKUs are wanted by most (exponent 1.1), as pgbench's <c>random_zipfian</c> draws them.</summary>
    public static int Zipf(long i)
    {
        var at = Array.BinarySearch(Wanted, Fraction((ulong)i) * Wanted[^1]);
        return at < 0 ? ~at : at;
    }

    public Task Define() => silo.Stock(Enumerable.Range(0, Count).Select(Sku));

    public Side Reservations(Func<long, int> which, params int[] inFlight) => Side(inFlight, async id =>
        (await silo.Skus.Reserve(Sku(which(id.Number)), new(id.Text, 1))).Value is { State: ReservationState.Held });

    /// <summary>Placed, with all three lines held.</summary>
    public Side Orders(params int[] inFlight) => Side(inFlight, async id =>
    {
        var first = (int)(id.Number * 7_919 % (Count / 3));
        var order = new PlaceOrder(
            [new(Sku(first), 1), new(Sku(first + (Count / 3)), 1), new(Sku(first + (Count / 3 * 2)), 1)]);
        return (await silo.Grains.Order(id.Text).Place(order)).Value is { State: OrderState.AwaitingPayment };
    });

    /// <summary>What was acknowledged and is not in the journal; null when all is.</summary>
    /// <param name="each">Reservations of one acknowledged call.</param>
    public async Task<string?> Fault(int each = 1)
    {
        foreach (var (prefix, figure) in _runs)
        {
            var stored = await silo.HeldInJournal(prefix + "%");
            if (figure.Failed > 0 || stored != figure.Done * each)
                return $"{prefix}: {figure.Done} acknowledged, {stored} in the journal, {figure.Failed} failed";
        }

        _runs.Clear();
        return null;
    }

    private Side Side(int[] inFlight, Func<(long Number, string Text), Task<bool>> call) =>
        new("Ale", inFlight, async (n, time) =>
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"m{++_last}-");
            await silo.Checkpoint();
            var figure = await Load.Run("many SKUs", n, time,
                i => call((i, string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"))));
            _runs.Add((prefix, figure));
            return figure;
        });

    /// <summary>From 0 to 1, as if by chance, the same in each run (splitmix64).</summary>
    private static double Fraction(ulong i)
    {
        unchecked
        {
            var z = (i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }

    private static double[] Shares()
    {
        var sums = new double[Count];
        for (var (i, sum) = (0, 0.0); i < Count; i++) sums[i] = sum += Math.Pow(i + 1, -1.1);
        return sums;
    }
}
