using System.Buffers;
using System.Collections.Concurrent;

namespace Ale.Kernel;

/// <summary>
/// Buffers of rows, used again: many small ones for streams with an event each, a few large ones for hot streams.
/// </summary>
internal static class RowBuffers
{
    private const int SmallMax = 8_192, SmallBytesMax = 4_096, LargeMax = 16, LargeBytesMax = 2 * 1024 * 1024;

    private static readonly ConcurrentBag<ArrayBufferWriter<byte>> Small = [];
    private static readonly ConcurrentQueue<ArrayBufferWriter<byte>> Large = [];

    public static ArrayBufferWriter<byte> Take() => Small.TryTake(out var used) ? used : new(512);

    /// <summary>The same content in a buffer that has room to grow, when one is there.</summary>
    public static ArrayBufferWriter<byte> Grown(ArrayBufferWriter<byte> full)
    {
        if (!Large.TryDequeue(out var large)) return full;
        large.Write(full.WrittenSpan);
        GiveBack(full);
        return large;
    }

    public static void GiveBack(ArrayBufferWriter<byte> buffer)
    {
        var isSmall = buffer.Capacity <= SmallBytesMax;
        if (isSmall ? Small.Count >= SmallMax : Large.Count >= LargeMax || buffer.Capacity > LargeBytesMax) return;
        buffer.ResetWrittenCount();
        if (isSmall) Small.Add(buffer);
        else Large.Enqueue(buffer);
    }

    /// <summary>True when a small buffer is about to become a large one.</summary>
    public static bool IsFull(ArrayBufferWriter<byte> buffer) =>
        buffer.Capacity <= SmallBytesMax && buffer.WrittenCount > SmallBytesMax / 2;
}
