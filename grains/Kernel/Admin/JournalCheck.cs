namespace Ale.Kernel;

/// <summary>
/// A rule over the whole journal, checked by folding it anew. Made afresh for each run; one slice, one check, and a
/// check may ask those of slices to its left.
/// </summary>
internal abstract class JournalCheck
{
    public abstract string Name { get; }

    /// <summary>Looks at what the check compares with, before the run fixes where it ends.</summary>
    public virtual Task Start(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Takes every row of the journal, in order.</summary>
    public abstract void Fold(JournalRow row);

    /// <summary>Compares what was folded; <paramref name="others"/> holds the checks of all slices.</summary>
    public abstract IAsyncEnumerable<VerifyFailure> Finish(IReadOnlyList<JournalCheck> others, CancellationToken ct);

    /// <summary>What the figure of the report counts.</summary>
    public abstract long Rows { get; }
}

/// <summary>The check of one kind of stream: its events, folded without a look at the tables.</summary>
internal abstract class JournalCheck<TEvent>(
    string name, string kind, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TEvent> json) : JournalCheck
{
    // A journal that is wrong from end to end shall not fill the memory with what is wrong.
    private const int FoundMax = 1_000;

    private readonly List<VerifyFailure> _found = [];
    private long _rows;

    public sealed override string Name => name;
    public sealed override long Rows => _rows;

    /// <summary>When the last row of any kind was decided, ms since 1970.</summary>
    protected long LastAt { get; private set; }

    public sealed override void Fold(JournalRow row)
    {
        LastAt = Math.Max(LastAt, row.At);
        if (row.Kind != kind) return;
        _rows++;
        foreach (var e in EventJson.Read(row.Events, json)) Fold(row.Key, e);
    }

    public sealed override async IAsyncEnumerable<VerifyFailure> Finish(
        IReadOnlyList<JournalCheck> others,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        Compare(others);
        await Task.CompletedTask;
        foreach (var failure in _found) yield return failure;
    }

    protected abstract void Fold(string key, TEvent happened);

    /// <summary>Compares at the end, with <see cref="Expect"/>.</summary>
    protected abstract void Compare(IReadOnlyList<JournalCheck> others);

    /// <summary>A failure of the thing unless it <paramref name="holds"/>.</summary>
    protected void Expect(string key, bool holds, FormattableString detail)
    {
        if (holds || _found.Count >= FoundMax) return;
        _found.Add(new($"{kind}/{key}", name, FormattableString.Invariant(detail)));
    }
}
