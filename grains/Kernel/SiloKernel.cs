using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>What every event-sourced grain stands on.</summary>
internal sealed record SiloKernel(
    JournalWriter Writer, IJournalStore Store, JournalClock Clock, ILogger<SiloKernel> Log);

/// <summary>Reading a row's events again.</summary>
internal static class EventJson
{
    /// <summary>The events of a stored array, in order. An unknown <c>$type</c> throws: it is never skipped.</summary>
    public static List<TEvent> Read<TEvent>(
        ReadOnlySpan<byte> array, JsonTypeInfo<TEvent> format)
    {
        var events = new List<TEvent>();
        var json = new Utf8JsonReader(array);
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
            throw new InvalidDataException("A journal row does not hold an array of events");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            events.Add(JsonSerializer.Deserialize(ref json, format)
                ?? throw new InvalidDataException("A journal row holds a null event"));
        }

        return events;
    }
}
