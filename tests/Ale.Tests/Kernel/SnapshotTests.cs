using System.Reflection;
using Xunit;

namespace Ale.Kernel;

public sealed class SnapshotTests
{
    [Fact]
    public void The_shape_of_each_stored_state_is_as_the_golden_file_says()
    {
        var shapes =
            from type in typeof(SiloKernel).Assembly.GetTypes()
            from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            where field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() == typeof(SnapshotCodec<>)
            where !type.ContainsGenericParameters && field.GetValue(null) is not null
            select $"{type.Name} {field.FieldType.GetProperty("Shape")!.GetValue(field.GetValue(null))}";
        // Another shape: every snapshot of the state is ignored and all its events are read again, once.
        Golden.Check("tests/Ale.Tests/Kernel/Shapes.golden.txt",
            string.Join('\n', shapes.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_shape_changes_with_the_meaning()
    {
        SnapshotCodec<Tally> Of(int meaning) => SnapshotCodec<Tally>.Of(
            TallyJson.Default.FrozenTally, meaning, s => new(s.Sum, [.. s.Ids], s.DueAt), _ => new(), _ => 0);
        Assert.Equal(Tally.Snapshots.Shape, Of(1).Shape);
        Assert.NotEqual(Tally.Snapshots.Shape, Of(2).Shape);
    }

    [Fact]
    public async Task One_taken_in_a_burst_is_that_of_a_rows_end_and_written_only_when_the_row_is_durable()
    {
        await using var cluster = await KernelCluster.Start(1);
        var tally = cluster.Tally("a");
        await tally.Sum(default);
        TaskCompletionSource[] gates = [new(), new()], reached = [new(), new()];
        for (var i = 0; i < 2; i++)
        {
            var (gate, here) = (gates[i], reached[i]);
            cluster.Journal.Before.Enqueue(_ =>
            {
                here.SetResult();
                return gate.Task;
            });
        }

        var calls = new List<Task> { tally.Add("first", 1, default) };
        await reached[0].Task;
        calls.AddRange(Enumerable.Range(0, 1_100).Select(i => tally.Add($"{i}", 1, default)));
        while (cluster.Service<JournalWriter>().WaitingEvents < 1_101) await Task.Delay(10);
        gates[0].SetResult();
        await reached[1].Task; // 1,100 events are on their way
        calls.Add(tally.Add("later", 1_000_000, default)); // and the snapshot is of their end
        while (cluster.Service<JournalWriter>().WaitingEvents < 1_101) await Task.Delay(10);
        await Task.Delay(200);
        Assert.Null((await Load(cluster)).Snapshot);
        gates[1].SetResult();
        await Task.WhenAll(calls);

        for (var i = 0; i < 200 && (await Load(cluster)).Snapshot is null; i++) await Task.Delay(50);
        var loaded = await Load(cluster);
        Assert.Equal((1_101, 1, 1_102), (loaded.Snapshot!.Next, loaded.Tail.Count, loaded.Next));
        var state = Tally.Snapshots.Thaw(loaded.Snapshot.State);
        Assert.Equal((1_101, 1_101), (state.Sum, state.Ids.Count)); // a fold of the events to that version
        Assert.Equal("later", loaded.Tail.Ids().Single());
        await tally.Leave();
        await Task.Delay(300);
        Assert.Equal(1_001_101, (await tally.Sum(default)).Value);
    }

    [Fact]
    public async Task One_is_written_when_the_activation_ends_and_the_next_goes_on_from_it()
    {
        await using var cluster = await KernelCluster.Start(1);
        await Task.WhenAll(Enumerable.Range(0, 150).Select(i => cluster.Tally("a").Add($"{i}", 2, default)));
        await cluster.Tally("a").Leave();
        for (var i = 0; i < 200 && (await Load(cluster)).Snapshot is null; i++) await Task.Delay(50);
        var loaded = await Load(cluster);
        Assert.Equal((150, 0), (loaded.Snapshot!.Next, loaded.Tail.Count));
        Assert.Equal(302, (await cluster.Tally("a").Add("more", 2, default)).Value);
        Assert.Equal(302, (await cluster.Tally("a").Add("7", 2, default)).Value); // a repeat is known as one
    }

    private static Task<LoadedStream> Load(KernelCluster cluster) =>
        cluster.Stores.Journal.LoadOne("tally/a", Tally.Snapshots.Shape);
}
