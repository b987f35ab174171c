using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>
/// Events to commands of other grains, at least once and in order per stream; the command's id is taken from the event.
/// A refusal nobody expected is returned and parks the stream; expected ones are swallowed by the reaction itself.
/// </summary>
internal abstract class Reaction(string name, params string[] kinds)
{
    /// <summary>A chain of reactions this long is taken for a circle and parked.</summary>
    public const int HopsMax = 8;

    public string Name => name;
    public JournalFilter Filter { get; } = new(kinds);

    /// <summary>True: it asks somebody outside, who may be away for long; its reader's place waits less for him.</summary>
    public virtual bool AsksOutside => false;

    public abstract Task<Refusal?> React(JournalRow row, IGrainFactory grains);
}

/// <summary>A reaction to one kind of stream.</summary>
internal abstract class Reaction<TEvent>(string name, string kind, JsonTypeInfo<TEvent> json) : Reaction(name, kind)
{
    public sealed override async Task<Refusal?> React(JournalRow row, IGrainFactory grains)
    {
        var version = row.Version;
        foreach (var e in EventJson.Read(row.Events, json))
        {
            if (await React(row.Key, e, $"{row.Stream}@{version++}", grains) is { } refusal) return refusal;
        }

        return null;
    }

    /// <param name="key">The thing's id.</param>
    /// <param name="eventId">The event's own name, stable over repeats: an id for what the reaction commands.</param>
    protected abstract Task<Refusal?> React(string key, TEvent happened, string eventId, IGrainFactory grains);
}
