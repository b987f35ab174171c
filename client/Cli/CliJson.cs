using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ale.Cli;

// The bodies that the command line sends and reads, as the HTTP contract names them.

internal sealed record ImportBody(string Source, string Market, string Sha256);

internal sealed record SkuBody(string Title, long PriceMinor, string Currency, string Market)
{
    public StockLevels? Levels { get; init; }
}

internal sealed record StockLevels(int Safety, int Warning, int Minimum);

internal sealed record ReceiptBody(long Quantity);

internal sealed record UserBody(string Market);

internal sealed record OrderBody(ImmutableArray<OrderLine> Lines)
{
    public string? UserId { get; init; }
    public string? SessionId { get; init; }
    public ImmutableArray<OrderCharge>? Charges { get; init; }
    public DateTimeOffset? RecordedAt { get; init; }
}

internal sealed record OrderLine(string Sku, int Quantity, long? PriceMinor);

internal sealed record OrderCharge(string Code, long AmountMinor);

internal sealed record OrderReply(string Id, string State, long PayableMinor);

internal sealed record PayBody(string Method);

internal sealed record PayReply(string? PaymentId, string State);

internal sealed record ReturnBody(ImmutableArray<ReturnLine> Lines, string Reason);

internal sealed record ReturnLine(string Sku, int Quantity);

internal sealed record DocumentBody(ImmutableArray<DocumentLine> Lines, ImmutableArray<string> OrderIds);

/// <summary>
/// A line that stands on the import's document: <c>charge</c>, <c>unpriced</c>, or on a cancellation <c>product</c>
/// (matched units) and <c>unmatched</c>; quantities as in the file, so returned units are negative. A line of the file
/// that is matched in part stands twice; <c>Part</c> marks the second, so that lines can be counted.
/// </summary>
internal sealed record DocumentLine(string? Sku, string? Code, int Quantity, long AmountMinor, string Kind)
{
    public bool? Part { get; init; }

    public static DocumentLine Of(RetailLine line, string kind) => line.IsProduct
        ? new DocumentLine(line.Code, null, line.Quantity, line.AmountMinor, kind)
        : new DocumentLine(null, ChargeCode(line.Code), line.Quantity, line.AmountMinor, kind);

    /// <summary>A charge's code in the form of an id: <c>BANK CHARGES</c> is <c>BANK-CHARGES</c>.</summary>
    public static string ChargeCode(string code)
    {
        var id = string.Create(code.Length, code, (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
                to[i] = char.IsAsciiLetterOrDigit(from[i]) || from[i] is '.' or '_' or ':' or '-' ? from[i] : '-';
        });
        return Limits.IsId(id) ? id : ("X" + id)[..Math.Min(Limits.IdLengthMax, id.Length + 1)];
    }
}

internal sealed record SettledReply(long Parked, long Retrying);

/// <summary>The figures of an import, read from the cluster.</summary>
internal record ImportFigures
{
    public required long Orders { get; init; }
    public required long GuestOrders { get; init; }
    public required long OrderLines { get; init; }
    public required long Skus { get; init; }
    public required long UnitsSold { get; init; }
    public required long SalesMinor { get; init; }
    public required long ChargeLines { get; init; }
    public required long ChargesMinor { get; init; }
    public required long UnpricedLines { get; init; }
    public required long ReturnLines { get; init; }
    public required long UnitsReturned { get; init; }
    public required long UnitsReturnUnmatched { get; init; }
    public required long RefundMinor { get; init; }
    public required long Users { get; init; }
    public required long PointsEarned { get; init; }
    public required long PointsReversed { get; init; }
    public required long PointsBalance { get; init; }
    public required TierFigures Tiers { get; init; }
    public required long OnHand { get; init; }
}

internal sealed record TierFigures
{
    public required long New { get; init; }
    public required long Regular { get; init; }
    public required long Core { get; init; }
}

/// <summary>What a replay ends with; <c>Seconds</c> from the first request to the last figure.</summary>
internal sealed record ReplayReport
{
    public required ImportFigures Figures { get; init; }
    public required SortedDictionary<string, int> Refused { get; init; }
    public required double Seconds { get; init; }
}

internal sealed record StockReply(string Sku, long OnHand, long Held, long Sold, long Quarantine, long Available);

internal sealed record VerifyReport(
    bool Ok, ImmutableArray<VerifyCheck> Checks, ImmutableArray<VerifyFailure> Failures);

internal sealed record VerifyCheck(string Name, bool Ok, long Rows);

internal sealed record VerifyFailure(string Stream, string Check, string Detail);

internal sealed record Problem
{
    public string? Title { get; init; }
    public string? Detail { get; init; }
    public string? Code { get; init; }
    public ImmutableArray<ProblemField>? Errors { get; init; }
}

internal sealed record ProblemField(string? Field, string? Message);

internal sealed record SessionBody(
    string Title, string Kind, string Tier, string Market, string HostId, string OwnerId,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt, bool Inducing, ImmutableArray<string> Skus);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImportBody))]
[JsonSerializable(typeof(SkuBody))]
[JsonSerializable(typeof(ReceiptBody))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(OrderReply))]
[JsonSerializable(typeof(PayBody))]
[JsonSerializable(typeof(PayReply))]
[JsonSerializable(typeof(ReturnBody))]
[JsonSerializable(typeof(DocumentBody))]
[JsonSerializable(typeof(SettledReply))]
[JsonSerializable(typeof(ImportFigures))]
[JsonSerializable(typeof(SortedDictionary<string, int>))]
[JsonSerializable(typeof(StockReply))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(JobsReport)), JsonSerializable(typeof(JobRunPage)), JsonSerializable(typeof(JobRunsReport))]
internal sealed partial class CliJson : JsonSerializerContext;
