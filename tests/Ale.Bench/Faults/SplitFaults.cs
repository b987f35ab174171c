using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Ale.Faults;

/// <summary>Silos that do not hear of each other, and reach the same database.</summary>
internal static class SplitFaults
{
    private static readonly string[] clusters = ["a", "b"];

    public static readonly Fault CutOff = new("14", "Silos are cut off from each other",
        "each in a network namespace; for 25 s no packet passes between any two, while all reach the database and the "
        + "clients; who is declared dead ends and is started again after it",
        "60 s after the cut has ended all three serve.");

    public static readonly Fault TwoWriters = new("15", "Two writers of every stream",
        "two silos that know nothing of each other (two clusters) sell the same SKUs on one database for 15 s; then "
        + "one is killed",
        "No client waits longer than 10.5 s; 5 s after the kill the other serves without an error.");

    public static async Task<FaultResult> Cut(FaultOptions options)
    {
        await using var net = await Net.Create(3);
        await using var rig = await FaultRig.Start(options.Seed, net.Places.Select(p => (p, Array.Empty<string>())),
            net.Host);
        using var round = await rig.Begin(CutOff);
        var at = round.Buyers.Now;
        await net.Cut(true);
        await Round.Go(options.Time(25, 15));
        await net.Cut(false);
        var healed = round.Buyers.Now;
        var dead = rig.Nodes.Count(n => !n.IsThere);
        while (true)
        {
            await rig.Revive();
            if (round.Buyers.Now - healed > 90) throw new FaultException("not all serve in 90 s");
            var since = Math.Max(healed, round.Buyers.Now - 3);
            if (Enumerable.Range(0, 3).All(node => round.Buyers.Attempts.Any(a => a.Node == node && a.At > since
                && a.Status == 200)) && !round.Buyers.Attempts.Any(a => a.IsError && a.Ended > since)) break;
            await Round.Go(TimeSpan.FromMilliseconds(200));
        }

        var served = round.Buyers.Now - healed;
        var result = await round.End(at, healed);
        return (result with { Note = $"{dead} had ended themselves, all served {served:F0} s later {result.Note}" })
            .Within(_ => served <= 60);
    }

    public static async Task<FaultResult> WriteTwice(FaultOptions options)
    {
        await using var rig = await FaultRig.Start(options.Seed,
            clusters.Select(cluster => (new SiloPlace(), new[] { $"--Ale:ClusterId={cluster}" })));
        using var round = await rig.Begin(TwoWriters, buyers: 4, skus: 3);
        var at = round.Buyers.Now;
        await Round.Go(options.Time(15, 8));
        await rig.Nodes[1].Kill();
        var healed = round.Buyers.Now;
        await Round.Go(options.Time(10, 6));
        var result = await round.End(at, healed, [0]);
        return result.Within(r => r.LongestWait <= 10.5 && r.Recovery <= 5);
    }

    /// <summary>A bridge with a namespace for each silo; isolated ports hear the bridge and not each other.</summary>
    private sealed class Net : IAsyncDisposable
    {
        private static int nets;

        private readonly string _name = string.Create(CultureInfo.InvariantCulture,
            $"af{Environment.ProcessId % 10_000}{Interlocked.Increment(ref nets)}");
        private readonly string _subnet = string.Create(CultureInfo.InvariantCulture,
            $"10.99.{Environment.ProcessId % 250}");
        private int _count;

        public IPAddress Host => IPAddress.Parse($"{_subnet}.1");

        public IEnumerable<SiloPlace> Places => Enumerable.Range(0, _count).Select(i =>
            new SiloPlace(Address(i)) { Wrapper = ["ip", "netns", "exec", $"{_name}n{i}"] });

        public static async Task<Net> Create(int count)
        {
            var net = new Net { _count = count };
            var (bridge, subnet) = (net._name, net._subnet);
            await Run("ip", $"link add {bridge} type bridge");
            await Run("ip", $"addr add {subnet}.1/24 dev {bridge}");
            await Run("ip", $"link set {bridge} up");
            for (var i = 0; i < count; i++)
            {
                var space = $"{bridge}n{i}";
                await Run("ip", $"netns add {space}");
                await Run("ip", $"link add {bridge}v{i} type veth peer name eth0 netns {space}");
                await Run("ip", $"link set {bridge}v{i} master {bridge} up");
                await Run("ip", $"-n {space} addr add {net.Address(i)}/24 dev eth0");
                await Run("ip", $"-n {space} link set eth0 up");
                await Run("ip", $"-n {space} link set lo up");
            }

            return net;
        }

        public async Task Cut(bool isCut)
        {
            for (var i = 0; i < _count; i++)
                await Run("bridge", $"link set dev {_name}v{i} isolated {(isCut ? "on" : "off")}");
        }

        public async ValueTask DisposeAsync()
        {
            for (var i = 0; i < _count; i++) await Run("ip", $"netns del {_name}n{i}");
            await Run("ip", $"link del {_name}");
        }

        private string Address(int i) => string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{11 + i}");

        private static async Task Run(string program, string arguments)
        {
            using var process = Process.Start(program, arguments);
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new FaultException($"{program} {arguments} failed; root is needed");
        }
    }
}
