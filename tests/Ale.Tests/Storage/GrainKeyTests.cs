using System.Reflection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace Ale.Storage;

[Alias("ale.tests.kept")]
public interface IKeptGrain : IGrainWithStringKey
{
    [Alias("set")] Task Set(string value);
    [Alias("get")] Task<string> Get();
    [Alias("leave")] Task Leave();
}

[Alias("ale.tests.kept_too")]
public interface IKeptTooGrain : IKeptGrain;

public sealed class KeptText
{
    public string Value { get; set; } = "";
}

[GrainType("tests-kept")]
internal sealed class KeptGrain([PersistentState("tests-kept", OrleansStorage.Plain)] IPersistentState<KeptText> text)
    : Grain, IKeptGrain
{
    public Task Set(string value)
    {
        text.State.Value = value;
        return text.WriteStateAsync();
    }

    public Task<string> Get() => Task.FromResult(text.State.Value);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

// Without the name of a storage: the default is the same one.
[GrainType("tests-kept-too")]
internal sealed class KeptTooGrain([PersistentState("tests-kept-too")] IPersistentState<KeptText> text)
    : Grain, IKeptTooGrain
{
    public Task Set(string value)
    {
        text.State.Value = value;
        return text.WriteStateAsync();
    }

    public Task<string> Get() => Task.FromResult(text.State.Value);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public sealed class GrainKeyTests
{
    [Fact, Trait("needs", "server")]
    public async Task Fault_30_keys_that_look_like_numbers_are_refused_and_equal_keys_of_two_classes_are_rows_apart()
    {
        await using var folder = new TempFolder();
        var path = folder.File("orleans.db");
        await Migrations.Sqlite("Data Source=" + path, "orleans");
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.UseSqliteStorage(path));
        await using var cluster = builder.Build();
        await cluster.DeployAsync();

        foreach (var key in new[] { "a", "0A", "1+x" })
        {
            var e = await Assert.ThrowsAnyAsync<Exception>(() => cluster.Client.GetGrain<IKeptGrain>(key).Set("x"));
            Assert.Contains("from g to z and hold no '+'", e.Message, StringComparison.Ordinal);
        }

        var written = new Dictionary<IKeptGrain, string>();
        foreach (var key in new[] { "p:a", "p:0A", "p:0a", "p:1", "p:01" })
        {
            written[cluster.Client.GetGrain<IKeptGrain>(key)] = "one " + key;
            written[cluster.Client.GetGrain<IKeptTooGrain>(key)] = "two " + key;
        }

        foreach (var (grain, text) in written) await grain.Set(text);
        foreach (var grain in written.Keys) await grain.Leave(); // what follows is read from the table
        foreach (var (grain, text) in written) Assert.Equal(text, await grain.Get());
    }

    // The table's row is found by key and state name, not by class.
    [Fact]
    public void State_names_are_unique_across_grain_classes_and_no_class_leaves_its_state_unnamed()
    {
        Assembly[] assemblies =
            [typeof(Migrations).Assembly, typeof(GrainKeyTests).Assembly, Assembly.Load("Ale.Grains")];
        var grains = assemblies.SelectMany(a => a.GetTypes()).Where(t => typeof(Grain).IsAssignableFrom(t)).ToList();

        Assert.Empty(StatesTwiceNamed(grains));
        Assert.DoesNotContain(grains, LeavesItsStateUnnamed);
        Assert.Contains(typeof(KeptGrain), grains);
        Assert.NotEmpty(StatesTwiceNamed([typeof(KeptGrain), typeof(Example.Copied)])); // the check itself can fail
        Assert.True(LeavesItsStateUnnamed(typeof(Grain<KeptText>)));
    }

    private static IEnumerable<string> StatesTwiceNamed(IEnumerable<Type> grains) => grains
        .SelectMany(grain => grain.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<PersistentStateAttribute>()?.StateName)
            .Where(name => name is not null).Distinct()
            .Select(name => (grain, name)))
        .GroupBy(state => state.name!, StringComparer.OrdinalIgnoreCase)
        .Where(same => same.Count() > 1)
        .Select(same => $"'{same.Key}' in {string.Join(", ", same.Select(state => state.grain.Name))}");

    private static bool LeavesItsStateUnnamed(Type grain)
    {
        for (var type = grain; type is not null; type = type.BaseType)
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Grain<>)) return true;
        return false;
    }

    private static class Example
    {
        public sealed class Copied([PersistentState("tests-kept")] object state)
        {
            public object State => state;
        }

    }
}
