using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Imports;

/// <summary>A file of recorded sales.</summary>
internal sealed record ImportBody(string Source, string Market, string Sha256) : IValidated
{
    public void Validate(Problems p)
    {
        p.Text("source", Source, max: 100, min: 1);
        p.Id("market", Market);
        p.Require(Sha256.Length == 64 && Sha256.All(char.IsAsciiHexDigit), "sha256", "Must be 64 hex digits.");
    }
}

/// <summary>A document of the file: its lines as they stand there, save those that its orders keep.</summary>
internal sealed record ImportDocumentBody(ImmutableArray<ImportLineBody> Lines, ImmutableArray<Id> OrderIds)
    : IValidated
{
    public void Validate(Problems p)
    {
        p.Each("lines", Lines, ImportDocument.LinesMax);
        p.Count("orderIds", OrderIds, ImportDocument.OrdersMax);
    }

    public ImportDocument Content() => new(
        [.. Lines.Select(l => new ImportLine(
            l.Kind, l.Sku?.Value, l.Code?.Value, l.Quantity, l.AmountMinor, l.Part ?? false))],
        [.. OrderIds.Select(id => id.Value)]);
}

/// <summary>A line; <c>part</c>: the rest of the line before it, of which only some units were matched.</summary>
internal sealed record ImportLineBody(int Quantity, long AmountMinor, ImportLineKind Kind) : IValidated
{
    public SkuCode? Sku { get; init; }
    public Id? Code { get; init; }
    public bool? Part { get; init; }

    public void Validate(Problems p)
    {
        p.Range("quantity", Quantity, -Limits.QuantityMax, Limits.QuantityMax);
        p.Money("amountMinor", AmountMinor, -Limits.AmountMinorMax);
        if (Kind is ImportLineKind.Product or ImportLineKind.Unmatched)
            p.Require(Sku is not null, "sku", "A line of goods needs a SKU.");
        if (Kind == ImportLineKind.Charge) p.Require(Code is not null, "code", "A charge needs a code.");
    }
}

/// <summary>An import as it was opened.</summary>
internal sealed record ImportReply(string Id, string Source, string Market, string Sha256)
{
    public static ImportReply Of(ImportInfo import) =>
        new(import.Id, import.Terms.Source, import.Terms.Market, import.Terms.Sha256);
}

/// <summary>Users by tier.</summary>
internal sealed record ImportTiers(long New, long Regular, long Core);

/// <summary>What an import has become; see <see cref="ImportFigures"/>.</summary>
internal sealed record ImportFiguresReply(
    string Id, string Source, string Market, string Sha256, long Orders, long GuestOrders, long OrderLines, long Skus,
    long UnitsSold, long SalesMinor, long ChargeLines, long ChargesMinor, long UnpricedLines, long ReturnLines,
    long UnitsReturned, long UnitsReturnUnmatched, long RefundMinor, long Users, long PointsEarned, long PointsReversed,
    long PointsBalance, ImportTiers Tiers, long OnHand)
{
    public static ImportFiguresReply Of(ImportInfo import, ImportFigures f) => new(
        import.Id, import.Terms.Source, import.Terms.Market, import.Terms.Sha256, f.Orders, f.GuestOrders, f.OrderLines,
        f.Skus, f.UnitsSold, f.SalesMinor, f.ChargeLines, f.ChargesMinor, f.UnpricedLines, f.ReturnLines,
        f.UnitsReturned, f.UnitsReturnUnmatched, f.RefundMinor, f.Users, f.PointsEarned, f.PointsReversed,
            f.PointsBalance,
        new(f.TierNew, f.TierRegular, f.TierCore), f.OnHand);
}

/// <summary>Recorded sales: a file, its documents, and what became of them.</summary>
internal static class ImportHttp
{
    private const string Tag = "Imports";

    public static void MapImports(this IEndpointRouteBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags(Tag);

        imports.MapPut("/{import}", (Id import, ImportBody body, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Import(import).Open(
                    new(body.Source, body.Market, body.Sha256.ToLowerInvariant()), ct), ImportReply.Of))
            .Allow(Permission.ImportWrite).WithName("OpenImport").WithSummary("Open an import of recorded sales");

        imports.MapPut("/{import}/documents/{no}",
                (Id import, Id no, ImportDocumentBody body, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.ImportDocument(import, no).Record(body.Content(), ct)))
            .Allow(Permission.ImportWrite).WithName("RecordImportDocument")
            .WithSummary("Record a document of an import");

        imports.MapGet("/{import}", (Id import, HttpRequest request, IGrainFactory grains, EdgeCall edge) =>
            {
                var at = AleAt.Read(request) ?? default;
                return edge.Run(ct => Figures(import, at, grains, ct), reply => reply);
            })
            .Allow(Permission.ImportRead).WithName("GetImport")
            .WithMetadata(new HeaderTaken(AleAt.Header, false,
                "Waits up to 2 s until the figures show what stood at this place, else 503 request.lagging."))
            .WithSummary("The figures of an import, from the orders, returns, ledgers and stock that it names");
    }

    private static async Task<Outcome<ImportFiguresReply>> Figures(
        Id id, JournalPlace at, IGrainFactory grains, CancellationToken ct)
    {
        var import = await grains.Import(id).Get(ct);
        if (import.Refusal is { } unknown) return unknown;
        var figures = await grains.ImportQueries().Figures(id, at, ct);
        if (figures.Refusal is { } lagging) return lagging;
        var reply = ImportFiguresReply.Of(import.Value!, figures.Value!);
        return new Outcome<ImportFiguresReply>(reply, null) { At = figures.At };
    }
}
