using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>The smallest thing with rules of its own, to try the kernel with.</summary>
[JsonDerivedType(typeof(Added), "tally.added"), JsonDerivedType(typeof(DueSet), "tally.due_set")]
[JsonDerivedType(typeof(Poisoned), "tally.poisoned"), JsonDerivedType(typeof(Unwritable), "tally.unwritable")]
internal abstract record TallyEvent
{
    internal sealed record Added(string Id, long Amount) : TallyEvent;

    internal sealed record DueSet(DateTimeOffset? At) : TallyEvent;

    /// <summary>Apply does not bear it.</summary>
    internal sealed record Poisoned(string Id) : TallyEvent;

    /// <summary>The stored format does not bear it.</summary>
    internal sealed record Unwritable(string Id) : TallyEvent
    {
        [JsonInclude]
        internal string Text => throw new InvalidOperationException("cannot be written");
    }
}

internal sealed record FrozenTally(long Sum, string[] Ids, DateTimeOffset? DueAt);

[JsonSerializable(typeof(TallyEvent)), JsonSerializable(typeof(FrozenTally))]
internal sealed partial class TallyJson : JsonSerializerContext;

internal sealed class Tally : IState<Tally, TallyEvent>
{
    private readonly List<string> _ids = [];

    public static readonly SnapshotCodec<Tally> Snapshots = SnapshotCodec<Tally>.Of(
        TallyJson.Default.FrozenTally, 1, s => new(s.Sum, [.. s._ids], s.DueAt), Thaw, _ => 0);

    public static JsonTypeInfo<TallyEvent> EventJson => TallyJson.Default.TallyEvent;

    public long Sum { get; private set; }
    public IReadOnlyList<string> Ids => _ids;
    public DateTimeOffset? DueAt { get; private set; }

    public static Tally New() => new();

    public bool Knows(string id) => _ids.Contains(id);

    public Tally Apply(TallyEvent happened)
    {
        switch (happened)
        {
            case TallyEvent.Added e:
                Sum += e.Amount;
                _ids.Add(e.Id);
                break;
            case TallyEvent.DueSet e:
                DueAt = e.At;
                break;
            case TallyEvent.Poisoned:
                throw new InvalidOperationException("poison");
        }

        return this;
    }

    private static Tally Thaw(FrozenTally frozen)
    {
        var tally = new Tally { Sum = frozen.Sum, DueAt = frozen.DueAt };
        tally._ids.AddRange(frozen.Ids);
        return tally;
    }
}
