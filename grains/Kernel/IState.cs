namespace Ale.Kernel;

/// <summary>A slice's state: where it starts and how one event moves it. Pure; never refuses a known event.</summary>
internal interface IState<TSelf, TEvent> where TSelf : IState<TSelf, TEvent>
{
    /// <summary>A new object each time: a mutable state is never shared.</summary>
    static abstract TSelf New();

    /// <summary>How this slice's events are stored: their names and properties are for ever.</summary>
    static abstract System.Text.Json.Serialization.Metadata.JsonTypeInfo<TEvent> EventJson { get; }

    /// <summary>The state after <paramref name="happened"/>. An unknown event stops; it is never skipped.</summary>
    TSelf Apply(TEvent happened);

    /// <summary>When something is to happen although nobody asks, or null. The kernel wakes the grain then.</summary>
    DateTimeOffset? DueAt => null;
}

/// <summary>What <c>Decide</c> returns: the answer, and the events that make it true.</summary>
internal readonly record struct Decision<TEvent, TReply>(Outcome<TReply> Reply, params TEvent[] Events)
{
    public static implicit operator Decision<TEvent, TReply>(Refusal refusal) => new(refusal, []);

    public static implicit operator Decision<TEvent, TReply>(TReply reply) => new(reply, []);
}

/// <summary>Refusals that any grain may answer with.</summary>
internal static class KernelRefusals
{
    /// <summary>The writer has no room, or a lookup has not caught up. Nothing was decided.</summary>
    public static readonly Refusal Busy = new(RefusalKind.Busy, "request.busy");

    /// <summary>The list has not reached the asked place within 2 s.</summary>
    public static readonly Refusal Lagging = new(RefusalKind.Busy, "request.lagging");
}

/// <summary>Every event-sourced grain can be woken by the kernel when its stream is due.</summary>
internal interface IWakeable : IGrain
{
    /// <summary>Does what is due. A repeat finds nothing to do.</summary>
    Task Wake();
}
