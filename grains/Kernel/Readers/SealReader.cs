using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>The seal of one slot: an HMAC chained over the hash of every row of the slot, in (tx, position)
/// order.</summary>
internal readonly record struct Seal(JournalPlace Place, byte[] Hash)
{
    public static readonly Seal None = new(default, new byte[32]);

    public Seal With(JournalRow row, byte[] key)
    {
        Span<byte> both = stackalloc byte[64];
        Hash.CopyTo(both);
        row.Hash.CopyTo(both[32..]);
        return new(row.Place, HMACSHA256.HashData(key, both));
    }
}

/// <summary>
/// Seals the journal each second, so that a row missing anywhere, a stream's last one too, breaks its slot's seal. Rows
/// younger than the last seal are not yet covered.
/// </summary>
internal sealed class SealReader(
    IJournalStore journal, IViewStore views, AuditKey key, TimeProvider time, ILogger log) : ReaderLoop(ReaderName, log)
{
    public const string ReaderName = "seals";
    private const int RowsMax = 5_000;

    private static readonly Table Seals = new("seal",
        [Column.NumberKey("slot"), Column.Number("tx"), Column.Number("position"), Column.Text("hash")]);

    private readonly Dictionary<int, Seal> _seals = [];
    private JournalPlace _stored, _read;

    protected override TimeSpan IdleFor => TimeSpan.FromSeconds(1);

    /// <summary>Once a second is enough: each look writes every slot that moved.</summary>
    public override bool FollowsFlushes => false;

    protected override async Task Load(CancellationToken ct)
    {
        _stored = _read = await ReaderPlaces.Load(views, Name, Now(), ct);
        _seals.Clear();
        foreach (var (slot, seal) in await Stored(views, ct)) _seals[slot] = seal;
    }

    /// <summary>The seals as stored.</summary>
    public static async Task<IReadOnlyDictionary<int, Seal>> Stored(IViewStore views, CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        var rows = await connection.QueryAsync<(long Slot, long Tx, long Position, string Hash)>(
            "select slot, tx, position, hash from seal");
        return rows.ToDictionary(r => (int)r.Slot, r => new Seal(new(r.Tx, r.Position), Convert.FromHexString(r.Hash)));
    }

    protected override async Task<bool> Step(CancellationToken ct)
    {
        var page = await journal.Read(JournalFilter.All, _read, RowsMax, ct);
        if (page.Rows.Count > 0)
        {
            foreach (var row in page.Rows) _seals[row.Slot] = _seals.GetValueOrDefault(row.Slot, Seal.None)
                .With(row, key.Bytes);
            await using var tx = await views.Begin(ct);
            await tx.Upsert(Seals, 1, [.. page.Rows.Select(r => r.Slot).Distinct().Select(slot => new object?[]
            {
                (long)slot, _seals[slot].Place.Tx, _seals[slot].Place.Position, Convert.ToHexString(_seals[slot].Hash),
            })]);
            if (!await ReaderPlaces.Move(tx, Name, 1, _stored, page.Rows[^1].Place, Now()))
                throw new InvalidOperationException("another reader has moved the place");
            await tx.Commit();
            _stored = page.Rows[^1].Place;
        }

        _read = page.Horizon;
        MoveTo(_read);
        return page.Full;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
