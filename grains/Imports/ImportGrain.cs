using Ale.Kernel;

namespace Ale.Imports;

[GrainType("import")]
internal sealed class ImportGrain(SiloKernel kernel) : EventSourcedGrain<Import, ImportEvent>(kernel), IImportGrain
{
    public Task<Outcome<ImportInfo>> Open(ImportTerms terms, CancellationToken ct) =>
        Commit(State.Decide(terms, Key, Now), ct);

    public Task<Outcome<ImportInfo>> Get(CancellationToken ct) =>
        Commit<ImportInfo>(State.Terms is { } terms ? new ImportInfo(Key, terms) : ImportRefusals.Unknown, ct);
}

/// <summary>A grain of its own, so that thousands of documents are recorded side by side.</summary>
[GrainType("import_document")]
internal sealed class ImportDocumentGrain(SiloKernel kernel)
    : EventSourcedGrain<ImportPaper, ImportDocumentEvent>(kernel), IImportDocumentGrain
{
    public async Task<Outcome<ImportDocumentInfo>> Record(ImportDocument document, CancellationToken ct)
    {
        var slash = Key.IndexOf('/', StringComparison.Ordinal);
        var (import, no) = (Key[..slash], Key[(slash + 1)..]);
        // Imports are never closed: a document that is there has one.
        if (State.Content is null && (await GrainFactory.Import(import).Get(ct)).Refusal is { } refusal) return refusal;
        return await Commit(State.Decide(document, import, no, Now), ct);
    }
}
