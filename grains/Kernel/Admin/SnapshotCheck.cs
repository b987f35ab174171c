using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Ale.Kernel;

/// <summary>
/// Each stored snapshot is the fold of the events before it, and lies within its stream: one beyond the end tells
/// that rows were cut off. Only streams that have a snapshot are folded, and only up to it.
/// </summary>
internal sealed class SnapshotCheck<TState, TEvent>(string kind, SnapshotCodec<TState> codec, IJournalStore journal)
    : JournalCheck where TState : class, IState<TState, TEvent>
{
    private const int PageMax = 100;

    private sealed class Mark
    {
        public required long RowVersion { get; init; }
        public required long Next { get; init; }
        public required byte[] RowHash { get; init; }
        public required byte[]? StateHash { get; init; }
        public TState? State { get; set; }
        public bool IsDone { get; set; }
    }

    private readonly Dictionary<string, Mark> _marks = new(StringComparer.Ordinal);
    private readonly List<VerifyFailure> _found = [];

    public override string Name => $"snapshots of {kind}";
    public override long Rows => _marks.Count;

    // Before the run fixes its end: a snapshot is stored only when its rows are, so all of these lie before that end.
    public override async Task Start(CancellationToken ct)
    {
        var after = $"{kind}/";
        while (true)
        {
            var page = await journal.Snapshots(after, PageMax, ct);
            foreach (var s in page)
            {
                if (JournalNames.Kind(s.Stream) != kind) return;
                after = s.Stream;
                if (s.Shape != codec.Shape) continue; // of an older version: nobody reads it any more
                _marks[s.Stream] = new()
                {
                    RowVersion = s.RowVersion,
                    Next = s.Next,
                    RowHash = s.Hash,
                    StateHash = Canonical(s.State)
                };
            }

            if (page.Count < PageMax) return;
        }
    }

    public override void Fold(JournalRow row)
    {
        if (row.Kind != kind || !_marks.TryGetValue(row.Stream, out var mark) || mark.IsDone) return;
        mark.State ??= TState.New();
        foreach (var e in EventJson.Read(row.Events, TState.EventJson)) mark.State = mark.State.Apply(e);
        if (row.Version != mark.RowVersion) return;
        mark.IsDone = true;
        if (row.Next != mark.Next || !row.Hash.AsSpan().SequenceEqual(mark.RowHash))
            Fail(row.Stream, $"the snapshot was not taken at the row of version {row.Version}");
        else if (mark.StateHash is null)
            Fail(row.Stream, $"the snapshot cannot be read");
        else if (!mark.StateHash.AsSpan().SequenceEqual(SHA256.HashData(codec.Freeze(mark.State)())))
            Fail(row.Stream, $"the snapshot is not what the events before version {row.Next} make");
        mark.State = null;
    }

    public override async IAsyncEnumerable<VerifyFailure> Finish(
        IReadOnlyList<JournalCheck> others, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var failure in _found) yield return failure;
        foreach (var (stream, mark) in _marks.Where(m => !m.Value.IsDone))
        {
            yield return new(stream, Name,
                FormattableString.Invariant(
                    $"the snapshot stands at version {mark.Next}, beyond the stream's end: rows are missing"));
        }
    }

    private byte[]? Canonical(byte[] stored)
    {
        try { return SHA256.HashData(codec.Freeze(codec.Thaw(stored))()); }
        catch (Exception) // whatever is wrong with it, it cannot be read
        {
            return null;
        }
    }

    private void Fail(string stream, FormattableString detail) =>
        _found.Add(new(stream, Name, FormattableString.Invariant(detail)));
}
