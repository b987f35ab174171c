using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Xunit;

namespace Ale;

/// <summary>Stored events, line by line in a file: it is only appended to, and every event has a line.</summary>
internal static class GoldenLines
{
    /// <param name="file">The file, from the root of the tests, as <c>Stock/Stock.golden.jsonl</c>.</param>
    public static void Check<TEvent>(string file, JsonTypeInfo<TEvent> json, params TEvent[] events)
    {
        var golden = Lines(file, events.Select(e => JsonSerializer.Serialize(e, json)));
        Assert.Equal(golden, events.Select(e => JsonSerializer.Serialize(e, json)));
        Assert.Equal(events, golden.Select(line => JsonSerializer.Deserialize(line, json)!));
        EveryKind(events);
    }

    /// <summary>As <see cref="Check"/>, for events that hold lists, which are equal when they are written
    /// alike.</summary>
    public static void CheckText<TEvent>(string file, JsonTypeInfo<TEvent> json, params TEvent[] events)
    {
        var golden = Lines(file, events.Select(e => JsonSerializer.Serialize(e, json)));
        Assert.Equal(golden, events.Select(e => JsonSerializer.Serialize(e, json)));
        Assert.Equal(golden, golden.Select(line => JsonSerializer.Serialize(JsonSerializer.Deserialize(line, json)!,
            json)));
        EveryKind(events);
    }

    /// <summary>The file's lines; written anew, it gets those that it lacks at its end.</summary>
    private static string[] Lines(string file, IEnumerable<string> made)
    {
        var golden = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, file));
        if (Environment.GetEnvironmentVariable(Golden.Update) != "1") return golden;
        string[] more = [.. golden, .. made.Skip(golden.Length)];
        File.WriteAllLines(Repository.At(["tests", "Ale.Tests", .. file.Split('/')]), more);
        return more;
    }

    private static void EveryKind<TEvent>(TEvent[] events)
    {
        var all = typeof(TEvent).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false)
            .Cast<JsonDerivedTypeAttribute>().Select(a => a.DerivedType);
        Assert.Empty(all.Except(events.Select(e => e!.GetType())));
    }
}
