using Xunit;

namespace Ale.Edge;

/// <summary>Runs when nothing else does: it weighs the memory of the process.</summary>
[CollectionDefinition(nameof(RandomRequestTests), DisableParallelization = true)]
public sealed class Alone : ICollectionFixture<WalkSilo>;

/// <summary>Many requests made at random from the API document, each wrong in one to three ways.</summary>
[Trait("needs", "server"), Collection(nameof(RandomRequestTests))]
public sealed class RandomRequestTests(WalkSilo silo)
{
    private const int Requests = 10_000, Warm = 4_000;
    private const long GrowthMax = 24 << 20; // 4 KiB a request kept would be as much

    private static readonly string[] BadIds =
    [
        "a%20b", new('a', 65), "%E8%8C%B6", "-a", "a%2Fb", "'", "%22", "%3Cscript%3E", "%7F", "a%0Ab", "%F0%9F%8D%B5",
    ];

    private static readonly string[] BadLimits = ["0", "-1", "501", "1.5", "99999999999", "", "x", "1e3", "0x10"];
    private static readonly string[] BadKeys = ["a b", "-", new('a', 65), "a;b", "a,b", "\"\""];

    [Fact]
    public async Task Ten_thousand_of_them_are_refused_change_nothing_and_leave_the_memory_flat()
    {
        await silo.Settled();
        var before = await silo.End();
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var targets = Targets().ToArray();
        await Run(random, targets, Warm, seed);
        var warm = GC.GetTotalMemory(forceFullCollection: true);
        await Run(random, targets, Requests - Warm, seed);
        await silo.Settled();
        Assert.Equal(before, await silo.End());
        var grown = GC.GetTotalMemory(forceFullCollection: true) - warm;
        Assert.True(grown < GrowthMax, $"{grown} bytes more after {Requests - Warm} refused requests (seed {seed})");
    }

    private async Task Run(Random random, Target[] targets, int count, int seed)
    {
        var made = Enumerable.Range(0, count).Select(_ => Make(random, targets[random.Next(targets.Length)])).ToArray();
        await Parallel.ForEachAsync(made, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) =>
        {
            var answer = await silo.Send(one.Of.Operation, one.Of.Row, one.Body, one.Address, one.Role,
                headers: one.Headers);
            Assert.True(answer.Status is >= 400 and < 500 && answer.Code is not null,
                $"seed {seed}: {one.Of.Operation.Id} {one.Address} as {one.Role ?? "nobody"}, {one.What}: "
                + $"{answer.Status} {answer.Text[..Math.Min(300, answer.Text.Length)]}");
        });
    }

    private sealed record Target(WalkOperation Operation, WalkRow Row, Action<Random, Request>[] Ways);

    private sealed class Request(Target of)
    {
        public Target Of => of;
        public byte[]? Body { get; set; } = WalkSilo.Bytes(of.Row.Body);
        public string Address { get; set; } = of.Row.Address;
        public string? Role { get; set; } = of.Row.Role;
        public (string, string)[] Headers { get; set; } = [];
        public string What { get; set; } = "";
    }

    private static Request Make(Random random, Target target)
    {
        var request = new Request(target);
        for (var ways = random.Next(1, 4); ways > 0; ways--)
            target.Ways[random.Next(target.Ways.Length)](random, request);
        // Besides, at random: what is no fault by itself, and who asks.
        if (random.Next(4) == 0 && !target.Operation.IsOpen)
            request.Role = Access.Table.Keys.ElementAt(random.Next(Access.Table.Count));
        return request;
    }

    private IEnumerable<Target> Targets()
    {
        foreach (var row in WalkTable.Rows.DistinctBy(row => row.Operation))
        {
            var operation = silo.Operations[row.Operation];
            // What an acquirer signs is kept, right or wrong, and its order judges it.
            if (operation.Id == "takePaymentEvent") continue;
            WrongBody[] bodies = row.Body is null || operation.BodySchema is null ? []
                : [.. new WrongBodies(silo.Document).Of(operation.BodySchema, row.Body).Where(b => b.Strict)];
            var ways = Ways(operation, bodies).ToArray();
            if (ways.Length > 0) yield return new(operation, row, ways);
        }
    }

    private static IEnumerable<Action<Random, Request>> Ways(WalkOperation operation, WrongBody[] bodies)
    {
        if (bodies.Length > 0)
        {
            yield return (random, request) =>
            {
                var wrong = bodies[random.Next(bodies.Length)];
                (request.Body, request.What) = (wrong.Bytes, $"{request.What} {wrong.What}");
            };
            yield return (random, request) =>
            {
                var noise = new byte[random.Next(1, 200)];
                random.NextBytes(noise);
                noise[0] = (byte)"!#)]x\0"[random.Next(6)]; // no JSON begins so
                (request.Body, request.What) = (noise, $"{request.What} noise");
            };
        }

        var shape = operation.Path.Split('/');
        if (operation.Path.Contains('{', StringComparison.Ordinal))
        {
            yield return (random, request) =>
            {
                var query = request.Address.IndexOf('?', StringComparison.Ordinal);
                var parts = (query < 0 ? request.Address : request.Address[..query]).Split('/');
                var ids = Enumerable.Range(0, shape.Length).Where(i => shape[i].StartsWith('{')).ToArray();
                parts[ids[random.Next(ids.Length)]] = BadIds[random.Next(BadIds.Length)];
                request.Address = string.Join('/', parts) + (query < 0 ? "" : request.Address[query..]);
            };
        }

        if (operation.Takes("query", "limit"))
        {
            yield return (random, request) =>
            {
                var join = request.Address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
                request.Address += $"{join}limit={BadLimits[random.Next(BadLimits.Length)]}";
            };
        }

        if (operation.Takes("header", CommandKey.Header))
        {
            yield return (random, request) =>
                request.Headers = [(CommandKey.Header, BadKeys[random.Next(BadKeys.Length)])];
        }
    }
}
