using System.Collections.Immutable;

namespace Ale.Kernel;

/// <summary>What operators ask of the journal's readers. Key 0; any node answers.</summary>
[Alias("ale.kernel.admin")]
public interface IKernelAdmin : IGrainWithIntegerKey
{
    /// <summary>
    /// Whether all readers stand at the journal's end and nothing was written meanwhile. Waits for them up to
    /// <paramref name="within"/>.
    /// </summary>
    [Alias("settled")] Task<SettledView> Settled(TimeSpan within, CancellationToken ct = default);

    /// <summary>Every reader and where it stands.</summary>
    [Alias("readers")] Task<ImmutableArray<ReaderView>> Readers(CancellationToken ct = default);

    /// <summary>Streams whose reactions wait, the oldest first; of each its first event.</summary>
    [Alias("parked")] Task<Outcome<ImmutableArray<ParkedView>>> Parked(int limit, CancellationToken ct = default);

    /// <summary>Tries a parked stream again, from its first event.</summary>
    [Alias("replay")] Task<Outcome<Done>> Replay(string reaction, string stream, CancellationToken ct = default);

    /// <summary>Gives the first event of a parked stream up, and tries the next.</summary>
    [Alias("drop")]
    Task<Outcome<Done>> Drop(string reaction, string stream, long version,
        CancellationToken ct = default);

    /// <summary>Fills a projection's tables anew, beside those that are read.</summary>
    [Alias("rebuild")] Task<Outcome<Done>> Rebuild(string projection, CancellationToken ct = default);
}

/// <summary>One run of the check that the journal and all that follows from it are whole. Key: new for each run, as the
/// lines of a run come from one activation.</summary>
[Alias("ale.kernel.verification")]
public interface IVerification : IGrainWithGuidKey
{
    /// <summary>Folds the whole journal anew and compares; tells its progress, and last the report.</summary>
    [Alias("run")] IAsyncEnumerable<VerifyLine> Run(CancellationToken ct = default);
}

/// <summary>Where the readers stand.</summary>
/// <param name="Behind">Readers that are not at the end.</param>
[GenerateSerializer, Immutable, Alias("ale.kernel.settled")]
public sealed record SettledView(
    [property: Id(0)] bool IsSettled, [property: Id(1)] long Parked, [property: Id(2)] long Retrying,
    [property: Id(3)] ImmutableArray<string> Behind);

/// <summary>One reader.</summary>
[GenerateSerializer, Immutable, Alias("ale.kernel.reader")]
public sealed record ReaderView(
    [property: Id(0)] string Name, [property: Id(1)] long Tx, [property: Id(2)] long Position,
        [property: Id(3)] int Failures);

/// <summary>A stream that waits, by its first event.</summary>
[GenerateSerializer, Immutable, Alias("ale.kernel.parked")]
public sealed record ParkedView(
    [property: Id(0)] string Reaction, [property: Id(1)] string Stream, [property: Id(2)] long Version,
    [property: Id(3)] string Mark, [property: Id(4)] long Attempts, [property: Id(5)] string Error,
    [property: Id(6)] DateTimeOffset Since);

/// <summary>Either progress or the report.</summary>
[GenerateSerializer, Immutable, Alias("ale.kernel.verify")]
public sealed record VerifyLine([property: Id(0)] string? Progress, [property: Id(1)] VerifyReport? Report);

/// <summary>What was checked, and what is wrong.</summary>
[GenerateSerializer, Immutable, Alias("ale.kernel.verify_report")]
public sealed record VerifyReport(
    [property: Id(0)] bool Ok, [property: Id(1)] ImmutableArray<VerifyCheck> Checks,
    [property: Id(2)] ImmutableArray<VerifyFailure> Failures);

/// <summary>One check over so many rows.</summary>
[GenerateSerializer, Immutable, Alias("ale.kernel.verify_check")]
public sealed record VerifyCheck([property: Id(0)] string Name, [property: Id(1)] bool Ok, [property: Id(2)] long Rows);

/// <summary>One finding.</summary>
[GenerateSerializer, Immutable, Alias("ale.kernel.verify_failure")]
public sealed record VerifyFailure(
    [property: Id(0)] string Stream, [property: Id(1)] string Check, [property: Id(2)] string Detail);

/// <summary>In order of precedence.</summary>
public static class ReaderRefusals
{
    /// <summary>No such parked stream; perhaps it has gone on.</summary>
    public static readonly Refusal NotParked = new(RefusalKind.NotFound, "request.not_parked");

    /// <summary>No such projection.</summary>
    public static readonly Refusal UnknownProjection = new(RefusalKind.NotFound, "request.unknown_projection");
}

/// <summary>Keys of the kernel.</summary>
public static class KernelKeys
{
    /// <summary>The operators' side of the kernel.</summary>
    public static IKernelAdmin KernelAdmin(this IGrainFactory grains) => grains.GetGrain<IKernelAdmin>(0);

    /// <summary>A new run of the check.</summary>
    public static IVerification NewVerification(this IGrainFactory grains) =>
        grains.GetGrain<IVerification>(Guid.NewGuid());
}
