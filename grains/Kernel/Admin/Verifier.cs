using System.Runtime.CompilerServices;

namespace Ale.Kernel;

/// <summary>Folds the journal anew: versions, hash chain and seals here, snapshots, tables and slices in their
/// checks.</summary>
internal sealed class Verifier(
    IJournalStore journal, IViewStore views, AuditKey key, ReaderCatalog catalog, IGrainFactory grains,
    Func<IEnumerable<JournalCheck>> checks, Func<TableCheck> tables)
{
    private const int PageMax = 2_000, FailuresMax = 1_000, NamedMax = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private sealed class StreamFold(string name)
    {
        public long Next { get; set; }
        public byte[] Hash { get; set; } = JournalNames.ChainStart(name);
    }

    private sealed class Run(AuditKey key) : IDisposable
    {
        public HashChain Chain { get; } = new(key);
        public Dictionary<string, StreamFold> Streams { get; } = new(StringComparer.Ordinal);
        public Dictionary<int, Seal> Seals { get; } = [];
        public List<VerifyFailure> Failures { get; } = [];
        public long Rows { get; set; }

        public void Fail(string check, string stream, FormattableString detail)
        {
            if (Failures.Count < FailuresMax) Failures.Add(new(stream, check, FormattableString.Invariant(detail)));
        }

        public void Dispose() => Chain.Dispose();

        public VerifyCheck Done(string check, long rows) => new(check, Failures.All(f => f.Check != check), rows);
    }

    public async IAsyncEnumerable<VerifyLine> Verify([EnumeratorCancellation] CancellationToken ct)
    {
        using var run = new Run(key);
        var slices = checks().ToList();
        foreach (var check in slices) await check.Start(ct);
        yield return Progress($"waiting until all readers stand at the journal's end");
        var end = await journal.End(ct);
        var behind = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in catalog.Names)
        {
            if (!await grains.GetGrain<IReaderGrain>(name).Reached(end, Patience) && behind.Add(name))
                yield return Progress($"{name} is behind; what it keeps is compared as far as it got");
        }

        // While the silo serves, seals may stand beyond the end by now: the run goes as far as they do.
        var sealedAt = await SealReader.Stored(views, ct);
        var lastSeal = sealedAt.Values.Aggregate(default(JournalPlace), (last, seal) =>
            JournalPlace.Max(last, seal.Place));
        if (lastSeal < end && !behind.Contains(SealReader.ReaderName))
            run.Fail("seals", "all", $"the journal was sealed to its end, but its last seal is gone");
        end = JournalPlace.Max(end, lastSeal);
        for (var place = default(JournalPlace); place < end;)
        {
            var page = await journal.Read(JournalFilter.All, place, PageMax, ct);
            foreach (var row in page.Rows.TakeWhile(r => r.Place <= end)) Take(run, row, lastSeal, slices);
            place = page.Horizon;
            yield return Progress($"{run.Rows} rows read");
            if (!page.Full) break;
        }

        CompareSeals(run, sealedAt);
        List<VerifyCheck> done =
        [
            run.Done("versions", run.Rows), run.Done("chain", run.Rows), run.Done("seals", sealedAt.Count),
        ];
        foreach (var check in slices)
        {
            await foreach (var f in check.Finish(slices, ct)) run.Fail(f.Check, f.Stream, $"{f.Detail}");
            done.Add(run.Done(check.Name, check.Rows));
            yield return Progress($"{check.Name} compared");
        }

        var table = tables();
        await foreach (var f in table.Run(end, run.Rows, ct)) run.Fail(f.Check, f.Stream, $"{f.Detail}");
        done.Add(run.Done(TableCheck.Name, table.Rows));
        yield return new(null, new VerifyReport(run.Failures.Count == 0, [.. done], [.. run.Failures]));
    }

    private void Take(Run run, JournalRow row, JournalPlace lastSeal, List<JournalCheck> slices)
    {
        run.Rows++;
        if (!run.Streams.TryGetValue(row.Stream, out var stream)) run.Streams[row.Stream] = stream = new(row.Stream);
        if (row.Version != stream.Next)
            run.Fail("versions", row.Stream, $"version {stream.Next} is missing before {row.Version}");
        var hash = run.Chain.Next(
            stream.Hash, row.Version, row.Count, row.At, row.Due, row.Hops, row.Events);
        if (!row.Stream.StartsWith($"{row.Kind}/", StringComparison.Ordinal)
            || row.Slot != JournalNames.Slot(row.Stream))
            run.Fail("chain", row.Stream, $"kind or slot of version {row.Version} is not the stream's");
        if (!hash.AsSpan().SequenceEqual(row.Hash))
        {
            run.Fail("chain", row.Stream,
                $"the hash of version {row.Version} does not follow from the row before and what it holds");
        }

        (stream.Next, stream.Hash) = (row.Next, row.Hash);
        if (row.Place <= lastSeal) run.Seals[row.Slot] = run.Seals.GetValueOrDefault(row.Slot, Seal.None).With(row,
            key.Bytes);
        foreach (var check in slices)
        {
            try { check.Fold(row); }
            catch (Exception e)
            {
                run.Fail(check.Name, row.Stream, $"version {row.Version} cannot be folded: {e.Message}");
            }
        }
    }

    /// <summary>All slots are sealed in one transaction, so each seal is of its slot's last row up to the latest
    /// seal.</summary>
    private static void CompareSeals(Run run, IReadOnlyDictionary<int, Seal> sealedAt)
    {
        foreach (var slot in sealedAt.Keys.Union(run.Seals.Keys).Order())
        {
            var (stored, folded) = (sealedAt.GetValueOrDefault(slot, Seal.None),
                run.Seals.GetValueOrDefault(slot, Seal.None));
            if (stored.Place == folded.Place && stored.Hash.AsSpan().SequenceEqual(folded.Hash)) continue;
            var streams = run.Streams.Keys.Where(s => JournalNames.Slot(s) == slot)
                .Order(StringComparer.Ordinal).Take(NamedMax + 1).ToList();
            var named = string.Join(", ", streams.Take(NamedMax)) + (streams.Count > NamedMax ? " and more" : "");
            run.Fail("seals", FormattableString.Invariant($"slot {slot}"),
                $"a row of this slot, or its seal, is altered or missing; its streams: {named}");
        }
    }

    private static VerifyLine Progress(FormattableString text) => new(FormattableString.Invariant(text), null);
}
