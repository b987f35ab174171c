using System.Collections.Immutable;

namespace Ale.Imports;

/// <summary>One file of recorded sales: where it came from. Its documents are grains of their own.</summary>
/// <remarks>The key is the import's id.</remarks>
[Alias("ale.import")]
public interface IImportGrain : IGrainWithStringKey
{
    /// <summary>Opens it. The same terms again: same answer; others: <see cref="ImportRefusals.Changed"/>.</summary>
    [Alias("open")] Task<Outcome<ImportInfo>> Open(ImportTerms terms, CancellationToken ct = default);

    /// <summary>The import.</summary>
    [Alias("get")] Task<Outcome<ImportInfo>> Get(CancellationToken ct = default);
}

/// <summary>
/// One document (an invoice, a credit note) of an import: what no order keeps, and which orders came of it.
/// </summary>
/// <remarks>The key is <c>import/no</c>; see <see cref="ImportKeys.ImportDocument"/>.</remarks>
[Alias("ale.import.document")]
public interface IImportDocumentGrain : IGrainWithStringKey
{
    /// <summary>
    /// Records it. The same content again: same answer; other: <see cref="ImportRefusals.Changed"/>. An import that
    /// nobody has opened: <see cref="ImportRefusals.Unknown"/>.
    /// </summary>
    [Alias("record")] Task<Outcome<ImportDocumentInfo>> Record(ImportDocument document, CancellationToken ct = default);
}

/// <summary>What an import is.</summary>
/// <param name="Source">Where the file came from, as <c>online-retail</c>.</param>
/// <param name="Market">The market whose policy it was sold under.</param>
/// <param name="Sha256">Of the file, 64 hex digits, lower case.</param>
[GenerateSerializer, Immutable, Alias("ale.import.terms")]
public sealed record ImportTerms(
    [property: Id(0)] string Source, [property: Id(1)] string Market, [property: Id(2)] string Sha256);

/// <summary>An import.</summary>
[GenerateSerializer, Immutable, Alias("ale.import.info")]
public sealed record ImportInfo([property: Id(0)] string Id, [property: Id(1)] ImportTerms Terms);

/// <summary>What a line of a document is.</summary>
public enum ImportLineKind
{
    /// <summary>Goods; with a negative quantity, goods that an order's return took back.</summary>
    Product,

    /// <summary>Postage, a fee or a discount, with its sign.</summary>
    Charge,

    /// <summary>A line without a price; it changes nothing.</summary>
    Unpriced,

    /// <summary>Goods returned for which no purchase was found; they change nothing.</summary>
    Unmatched,
}

/// <summary>A line of a document.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sku">Upper case; products and unmatched ones have one.</param>
/// <param name="Code">Of a charge.</param>
/// <param name="Quantity">As in the file: negative on returns.</param>
/// <param name="AmountMinor">As in the file, minor units of the import's currency, with its sign.</param>
/// <param name="IsPart">
/// True: the rest of the line before it, which was matched in part; the two count as one line of the file.
/// </param>
[GenerateSerializer, Immutable, Alias("ale.import.line")]
public sealed record ImportLine(
    [property: Id(0)] ImportLineKind Kind, [property: Id(1)] string? Sku, [property: Id(2)] string? Code,
    [property: Id(3)] int Quantity, [property: Id(4)] long AmountMinor, [property: Id(5)] bool IsPart);

/// <summary>A document's content: at most 5,000 lines and 1,000 orders.</summary>
/// <param name="Lines">What no order keeps.</param>
/// <param name="OrderIds">The orders that came of it.</param>
[GenerateSerializer, Immutable, Alias("ale.import.content")]
public sealed record ImportDocument(
    [property: Id(0)] ImmutableArray<ImportLine> Lines, [property: Id(1)] ImmutableArray<string> OrderIds)
{
    /// <summary>Most lines of one document.</summary>
    public const int LinesMax = 5_000;

    /// <summary>Most orders of one document.</summary>
    public const int OrdersMax = 1_000;

    /// <inheritdoc/>
    public bool Equals(ImportDocument? other) =>
        other is not null && Lines.SequenceEqual(other.Lines) && OrderIds.SequenceEqual(other.OrderIds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Lines.Length, OrderIds.Length);
}

/// <summary>What is known of a document.</summary>
/// <param name="Lines">How many lines it has.</param>
/// <param name="Orders">How many orders came of it.</param>
[GenerateSerializer, Immutable, Alias("ale.import.document.info")]
public sealed record ImportDocumentInfo(
    [property: Id(0)] string Import, [property: Id(1)] string No, [property: Id(2)] int Lines,
    [property: Id(3)] int Orders);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ImportRefusals
{
    /// <summary>Nobody has opened this import.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "import.unknown");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "import.changed");
}

/// <summary>Keys of the slice.</summary>
public static class ImportKeys
{
    /// <summary>The grain of an import.</summary>
    public static IImportGrain Import(this IGrainFactory grains, string id) => grains.GetGrain<IImportGrain>(id);

    /// <summary>The grain of a document; neither id can contain the slash.</summary>
    public static IImportDocumentGrain ImportDocument(this IGrainFactory grains, string import, string no) =>
        grains.GetGrain<IImportDocumentGrain>($"{import}/{no}");

    /// <summary>The figures of imports.</summary>
    public static IImportQueries ImportQueries(this IGrainFactory grains) => grains.GetGrain<IImportQueries>(0);
}
