using System.Security.Cryptography;

namespace Ale.Kernel;

/// <summary>
/// A rule over the whole journal, checked by folding it anew. Made afresh for each run; one slice, one check, and a check
/// may ask those of slices to its left.
/// </summary>
internal abstract class JournalCheck
{
    public abstract string Name { get; }

    /// <summary>Takes every row of the journal, in order.</summary>
    public abstract void Fold(JournalRow row);

    /// <summary>Compares what was folded; <paramref name="others"/> holds the checks of all slices.</summary>
    public abstract IAsyncEnumerable<VerifyFailure> Finish(IReadOnlyList<JournalCheck> others, CancellationToken ct);

    /// <summary>What the figure of the report counts.</summary>
    public abstract long Rows { get; }
}

/// <summary>Folds the journal anew: versions, hash chain and seals here, the slices' rules in their checks.</summary>
internal sealed class Verifier(IJournalStore journal, AuditKey key, Func<IEnumerable<JournalCheck>> checks)
{
    private const int PageMax = 2_000, FailuresMax = 1_000;

    private sealed class StreamFold(string name)
    {
        public long Next { get; set; }
        public byte[] Hash { get; set; } = JournalNames.ChainStart(name);
    }

    public async IAsyncEnumerable<VerifyLine> Run(JournalPlace end, IReadOnlyDictionary<int, Seal> sealedAt,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var streams = new Dictionary<string, StreamFold>(StringComparer.Ordinal);
        var running = new Dictionary<int, Seal>();
        var atSeal = new Dictionary<int, Seal>();
        var failures = new List<VerifyFailure>();
        var slices = checks().ToList();
        var (rows, gaps, chains) = (0L, 0, 0);
        var place = default(JournalPlace);
        while (place < end)
        {
            var page = await journal.Read(JournalFilter.All, place, PageMax, ct);
            foreach (var row in page.Rows)
            {
                if (row.Place > end) break;
                rows++;
                if (!streams.TryGetValue(row.Stream, out var stream)) streams[row.Stream] = stream = new(row.Stream);
                if (row.Version != stream.Next)
                {
                    gaps++;
                    Fail("versions", row.Stream, $"version {stream.Next} is missing before {row.Version}");
                }

                if (!HashOf(stream.Hash, row.Events).AsSpan().SequenceEqual(row.Hash))
                {
                    chains++;
                    Fail("chain", row.Stream, $"the hash of version {row.Version} does not follow from the row before and its events");
                }

                (stream.Next, stream.Hash) = (row.Next, row.Hash);
                var seal = running.GetValueOrDefault(row.Slot, Seal.None).With(row, key.Bytes);
                running[row.Slot] = seal;
                if (sealedAt.TryGetValue(row.Slot, out var stored) && stored.Place == row.Place) atSeal[row.Slot] = seal;
                foreach (var check in slices) Fold(check, row);
            }

            place = page.Horizon;
            yield return new($"{rows} rows read", null);
            if (!page.Full) break;
        }

        var broken = sealedAt.Where(s => !atSeal.TryGetValue(s.Key, out var folded) || !folded.Hash.AsSpan().SequenceEqual(s.Value.Hash))
            .Select(s => s.Key).Order().ToList();
        foreach (var slot in broken) Fail("seals", $"slot {slot}", "a row of this slot is altered or missing");
        List<VerifyCheck> done =
        [
            new("versions", gaps == 0, rows), new("chain", chains == 0, rows), new("seals", broken.Count == 0, sealedAt.Count),
        ];
        foreach (var check in slices)
        {
            var before = failures.Count;
            await foreach (var failure in check.Finish(slices, ct))
                if (failures.Count < FailuresMax) failures.Add(failure);
            done.Add(new(check.Name, failures.Count == before, check.Rows));
            yield return new($"{check.Name} compared", null);
        }

        yield return new(null, new VerifyReport(failures.Count == 0, [.. done], [.. failures]));

        void Fail(string check, string stream, string detail)
        {
            if (failures.Count < FailuresMax) failures.Add(new(stream, check, detail));
        }

        void Fold(JournalCheck check, JournalRow row)
        {
            try { check.Fold(row); }
            catch (Exception e) { Fail(check.Name, row.Stream, $"version {row.Version} cannot be folded: {e.Message}"); }
        }
    }

    private byte[] HashOf(byte[] previous, byte[] events)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Bytes);
        hmac.AppendData(previous);
        hmac.AppendData(events);
        return hmac.GetHashAndReset();
    }
}
