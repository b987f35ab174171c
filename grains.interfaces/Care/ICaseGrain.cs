using System.Collections.Immutable;
using Ale.Orders;

namespace Ale.Care;

/// <summary>
/// One after-sales case (ORD-04, ORD-05): opened, evidence, decision, goods back, settled, the same for every agent,
/// with a clock on each step and who did it when.
/// </summary>
/// <remarks>
/// The key is the case's id. Every step takes a key: the same again within 24 h is the same answer, for another command
/// it is <see cref="CaseRefusals.Changed"/>; another key is decided by the rule. Notes hold no personal data.
/// </remarks>
[Alias("ale.case")]
public interface ICaseGrain : IGrainWithStringKey
{
    /// <summary>Most pieces of evidence in a case.</summary>
    public const int EvidenceMax = 16;

    /// <summary>
    /// Opens it for units of a paid order; today, on the market's calendar, decides what may be asked for. The same
    /// content again: the case as it is now; other: <see cref="CaseRefusals.Changed"/>.
    /// </summary>
    [Alias("open")] Task<Outcome<CaseView>> Open(OpenCase command, CancellationToken ct = default);

    /// <summary>The case as it is now.</summary>
    [Alias("get")] Task<Outcome<CaseView>> Get(CancellationToken ct = default);

    /// <summary>Adds evidence, until it is decided; the first begins the clock of the decision.</summary>
    [Alias("evidence")] Task<Outcome<CaseView>> Evidence(StepCase command, CancellationToken ct = default);

    /// <summary>
    /// Grants a remedy that its window allows, or none. An exchange holds the new units as long as stock holds last,
    /// and is refused as the stock refuses.
    /// </summary>
    [Alias("decide")] Task<Outcome<CaseView>> Decide(DecideCase command, CancellationToken ct = default);

    /// <summary>The goods have come back.</summary>
    [Alias("goods_back")] Task<Outcome<CaseView>> GoodsBack(StepCase command, CancellationToken ct = default);

    /// <summary>
    /// Does what was granted: a return or refund through <see cref="IOrderGrain.Return"/>, an exchange by selling the
    /// new units and putting the old ones back, a repair by saying so. What these refuse is the answer, and the case
    /// stays where it was.
    /// </summary>
    [Alias("settle")] Task<Outcome<CaseView>> Settle(StepCase command, CancellationToken ct = default);
}

/// <summary>Why goods are complained of.</summary>
public enum CaseKind
{
    /// <summary>They are not as they should be.</summary>
    Quality,

    /// <summary>They are not wanted; only within the window of returns.</summary>
    NoReason,

    /// <summary>They broke while the warranty runs.</summary>
    Warranty,
}

/// <summary>What may be granted, by the day on which the case was opened.</summary>
public enum CaseWindow
{
    /// <summary>Before delivery, and up to its last day after it: any remedy.</summary>
    Return,

    /// <summary>After that, up to its last day: exchange or repair.</summary>
    Exchange,

    /// <summary>Later, with a three-guarantees voucher: any remedy.</summary>
    Voucher,
}

/// <summary>What is granted.</summary>
public enum CaseRemedy
{
    /// <summary>The goods come back and the money goes back.</summary>
    Return,

    /// <summary>Other units of the SKU for them.</summary>
    Exchange,

    /// <summary>They are repaired and sent back.</summary>
    Repair,

    /// <summary>The money goes back, booked like a return.</summary>
    Refund,

    /// <summary>Nothing: the case is refused.</summary>
    None,
}

/// <summary>Where a case stands: the last step that was done.</summary>
public enum CaseState
{
    /// <summary>Waits for evidence.</summary>
    Opened,

    /// <summary>Waits for the decision.</summary>
    Evidenced,

    /// <summary>Waits for the goods.</summary>
    Decided,

    /// <summary>Waits to be settled.</summary>
    GoodsBack,

    /// <summary>Over, as it was granted.</summary>
    Settled,

    /// <summary>Over, nothing was granted.</summary>
    Refused,
}

/// <summary>What a case is about.</summary>
/// <param name="Sku">Compared without case.</param>
/// <param name="Quantity">Units, 1 to what of it was bought and is not returned.</param>
/// <param name="Note">What is wrong, without personal data; at most <see cref="Limits.TextLengthMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.case.terms")]
public sealed record CaseTerms(
    [property: Id(0)] string OrderId, [property: Id(1)] string Sku, [property: Id(2)] int Quantity,
    [property: Id(3)] CaseKind Kind, [property: Id(4)] string? Note);

/// <summary>A wish to open a case.</summary>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.case.open")]
public sealed record OpenCase([property: Id(0)] CaseTerms Terms, [property: Id(1)] string By);

/// <summary>A step that was done.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was.</param>
/// <param name="Note">What was found or done; evidence has one. At most <see cref="Limits.TextLengthMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.case.step")]
public sealed record StepCase(
    [property: Id(0)] string Key, [property: Id(1)] string By, [property: Id(2)] string? Note);

/// <summary>A decision.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was.</param>
/// <param name="Note">Why; 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.case.decide")]
public sealed record DecideCase(
    [property: Id(0)] string Key, [property: Id(1)] string By, [property: Id(2)] CaseRemedy Remedy,
    [property: Id(3)] string Note);

/// <summary>A step of the audit.</summary>
/// <param name="Step">Where it led.</param>
/// <param name="IsLate">True: it was due before.</param>
[GenerateSerializer, Immutable, Alias("ale.case.done")]
public sealed record CaseStep(
    [property: Id(0)] CaseState Step, [property: Id(1)] string By, [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string? Note, [property: Id(4)] bool IsLate);

/// <summary>A case as it is now.</summary>
/// <param name="Voucher">The register entry by which it was taken; null: it needed none.</param>
/// <param name="Remedies">What may be granted.</param>
/// <param name="Remedy">What was granted; null: not decided.</param>
/// <param name="DueAt">When the next step is due; null: it is over.</param>
/// <param name="IsLate">True: the next step was due and is not done.</param>
/// <param name="Steps">All steps so far, in their order.</param>
/// <param name="ReturnId">The order's return that settled it; null: none did.</param>
/// <param name="RefundMinor">What goes back by it, minor units; null: not settled by money.</param>
[GenerateSerializer, Immutable, Alias("ale.case.view")]
public sealed record CaseView(
    [property: Id(0)] string Id, [property: Id(1)] CaseTerms Terms, [property: Id(2)] CaseState State,
    [property: Id(3)] string Market, [property: Id(4)] CaseWindow Window, [property: Id(5)] DateTimeOffset? DeliveredAt,
    [property: Id(6)] string? Voucher, [property: Id(7)] ImmutableArray<CaseRemedy> Remedies,
    [property: Id(8)] CaseRemedy? Remedy, [property: Id(9)] DateTimeOffset? DueAt, [property: Id(10)] bool IsLate,
    [property: Id(11)] ImmutableArray<CaseStep> Steps, [property: Id(12)] string? ReturnId,
    [property: Id(13)] long? RefundMinor);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class CaseRefusals
{
    /// <summary>An id, a quantity or a note is out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "case.bad_terms");

    /// <summary>No such case.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "case.unknown");

    /// <summary>The id was used with other content, or the key for another command.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "case.changed");

    /// <summary>More than was bought and is not yet returned.</summary>
    public static readonly Refusal Exceeds = new(RefusalKind.Conflict, "case.exceeds");

    /// <summary>Too late after delivery (ORD-04).</summary>
    public static readonly Refusal Window = new(RefusalKind.Conflict, "case.window");

    /// <summary>Evidence belongs before the decision.</summary>
    public static readonly Refusal NotOpened = new(RefusalKind.Conflict, "case.not_opened");

    /// <summary>There is no evidence to decide on, or it is decided.</summary>
    public static readonly Refusal NotEvidenced = new(RefusalKind.Conflict, "case.not_evidenced");

    /// <summary>No decision waits for goods.</summary>
    public static readonly Refusal NotDecided = new(RefusalKind.Conflict, "case.not_decided");

    /// <summary>The goods are not back, or it is settled.</summary>
    public static readonly Refusal NotGoodsBack = new(RefusalKind.Conflict, "case.not_goods_back");

    /// <summary>The case has <see cref="ICaseGrain.EvidenceMax"/> pieces of evidence.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "case.full");

    /// <summary>Its window does not allow this remedy.</summary>
    public static readonly Refusal Remedy = new(RefusalKind.Conflict, "case.remedy");
}

/// <summary>Keys of the slice.</summary>
public static class CaseKeys
{
    /// <summary>The register of three-guarantees vouchers; its subject is the order …</summary>
    public const string VoucherRegister = "warranty_voucher";

    /// <summary>… and this attribute names the SKU.</summary>
    public const string VoucherAttribute = "sku";

    /// <summary>The id of what a case asks of the order and of the stock.</summary>
    public static string ClaimOf(string id) => CauseIds.Of("case", id);

    /// <summary>Whether an id has the form of <see cref="ClaimOf"/>.</summary>
    public static bool IsClaim(string id) => id.StartsWith("case:", StringComparison.Ordinal) && id.Length == 37;

    /// <summary>The grain of a case.</summary>
    public static ICaseGrain Case(this IGrainFactory grains, string id) => grains.Ref<ICaseGrain>(id);

    /// <summary>The lists of cases.</summary>
    public static ICaseQueries CaseQueries(this IGrainFactory grains) => grains.GetGrain<ICaseQueries>(0);
}
