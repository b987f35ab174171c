using System.Buffers;
using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>A row on its way: first gathering events, then sealed by its hash and sent, then durable or lost.</summary>
internal sealed class PendingRow(StreamHandle handle, long version)
{
    private static readonly ArrayBufferWriter<byte> Empty = new();

    private ArrayBufferWriter<byte> _events = RowBuffers.Take();
    private readonly TaskCompletionSource<JournalPlace> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StreamHandle Handle => handle;
    public long Version => version;
    public int Count { get; private set; }
    public long? Due { get; set; }
    public long At { get; private set; }
    public int Hops { get; private set; }
    public byte[] Hash { get; private set; } = [];
    public ReadOnlyMemory<byte> Events => _events.WrittenMemory;
    public int Bytes => _events.WrittenCount;

    /// <summary>Completes when the row is durable, with its place; faults when nobody knows.</summary>
    public Task<JournalPlace> Done => _done.Task;

    public void Add<TEvent>(ReadOnlySpan<TEvent> events, JsonTypeInfo<TEvent> format, long at, int hops)
    {
        foreach (var e in events)
        {
            _events.Write(_events.WrittenCount == 0 ? "["u8 : ","u8);
            EventFormat<TEvent>.Write(_events, e, format);
            if (RowBuffers.IsFull(_events)) _events = RowBuffers.Grown(_events);
        }

        Count += events.Length;
        At = Math.Max(At, at);
        Hops = Math.Max(Hops, hops);
    }

    /// <summary>Closes the array and chains the hash; from here on the row is sent unchanged, however often.</summary>
    public void Seal(HashChain chain, byte[] previous)
    {
        _events.Write("]"u8);
        Hash = chain.Next(previous, Version, Count, At, Due, Hops, _events.WrittenSpan);
    }

    public void Succeed(JournalPlace place) => _done.TrySetResult(place);

    /// <summary>Gives the buffer to a row to come. Only when nobody can be sending it any more.</summary>
    public void Recycle()
    {
        RowBuffers.GiveBack(_events);
        _events = Empty;
    }

    public void Fail(Exception e)
    {
        _done.TrySetException(e);
        _ = _done.Task.Exception; // a row whose waiters are gone must not surface as unobserved
    }
}
