using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ale.Kernel;

/// <summary>
/// The keyed hash of a row, for who writes it and who verifies it: over the hash before it in its stream, its version,
/// how many events it holds, when it was decided, what is due, its hops, and its events. Of the other columns of a row,
/// the stream is in the chain's start, kind and slot follow from the stream, and its place in the
/// order of its slot is sealed (<see cref="SealReader"/>). Not for several threads at once.
/// </summary>
internal sealed class HashChain(AuditKey key) : IDisposable
{
    private const int HeadBytes = 3 * sizeof(long) + 2 * sizeof(int) + 1;

    private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes);

    /// <param name="previous">Hash of the stream's row before; of the first: <see cref="JournalNames.ChainStart"/>.
    /// </param>
    /// <param name="due">Nothing due differs from nothing due any more, which is 0.</param>
    public byte[] Next(ReadOnlySpan<byte> previous, long version, int count, long at, long? due, int hops,
        ReadOnlySpan<byte> events)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        BinaryPrimitives.WriteInt64BigEndian(head, version);
        BinaryPrimitives.WriteInt64BigEndian(head[8..], at);
        BinaryPrimitives.WriteInt64BigEndian(head[16..], due ?? 0);
        BinaryPrimitives.WriteInt32BigEndian(head[24..], count);
        BinaryPrimitives.WriteInt32BigEndian(head[28..], hops);
        head[32] = due is null ? (byte)0 : (byte)1;
        _hmac.AppendData(previous);
        _hmac.AppendData(head);
        _hmac.AppendData(events);
        return _hmac.GetHashAndReset();
    }

    public void Dispose() => _hmac.Dispose();
}
