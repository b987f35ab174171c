using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Platforms;

namespace Ale.Campaigns;

/// <summary>
/// One paid placement. Money is authorised against its cap, never one minor unit beyond it, and what has happened is
/// reported, once for each event id. When a result costs more than the policy's limit, the strategy is adjusted in the
/// same turn (CAM-02): the bid first, then the audience, then a pause. What was spent goes to the campaign's budget line.
/// </summary>
/// <remarks>The key is the placement's id. It holds no personal data.</remarks>
[Alias("ale.placement")]
public interface IPlacementGrain : IGrainWithStringKey
{
    /// <summary>Most reports in one command.</summary>
    public const int ReportsMax = 1_000;

    /// <summary>Most event ids that are remembered, of the days that reports are taken for.</summary>
    public const int EventsMax = 2_000_000;

    /// <summary>Enters it. The terms as they are now again: as it is; others: <see cref="PlacementRefusals.Changed"/>.</summary>
    [Alias("put")] Task<Outcome<PlacementInfo>> Put(PutPlacement command, CancellationToken ct = default);

    /// <summary>Changes the version named. The same key again: as it is; with other content:
    /// <see cref="PlacementRefusals.Changed"/>.</summary>
    [Alias("change")] Task<Outcome<PlacementInfo>> Change(ChangePlacement command, CancellationToken ct = default);

    /// <summary>The placement as it is now.</summary>
    [Alias("get")] Task<Outcome<PlacementInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// Holds money against the cap until it is reported, released or its time is over. The same again: the
    /// authorisation as it is now; beyond the cap: <see cref="PlacementRefusals.Cap"/>.
    /// </summary>
    [Alias("authorise")]
    Task<Outcome<Authorisation>> Authorise(AuthoriseSpend command, CancellationToken ct = default);

    /// <summary>As many <see cref="Authorise"/>s, decided one after the other; one's refusal is not another's. Use
    /// <see cref="PlacementCalls"/>, which gathers them.</summary>
    [Alias("authorise_each")]
    Task<ImmutableArray<Outcome<Authorisation>>> AuthoriseEach(
        ImmutableArray<AuthoriseSpend> commands, CancellationToken ct = default);

    /// <summary>Gives held money back. An ended one again: as it is.</summary>
    [Alias("release")] Task<Outcome<Authorisation>> Release(string id, CancellationToken ct = default);

    /// <summary>An authorisation as it is now.</summary>
    [Alias("authorised")] Task<Outcome<Authorisation>> GetAuthorisation(string id, CancellationToken ct = default);

    /// <summary>
    /// Books what has happened, all or nothing, each event id once: what is known is passed over. An authorisation that
    /// a report names ends with it. Beyond the cap the placement stops, and the overrun is shown.
    /// </summary>
    [Alias("report")]
    Task<Outcome<PlacementInfo>> Report(ImmutableArray<SpendReport> reports, CancellationToken ct = default);

    /// <summary>As many <see cref="Report"/>s, decided one after the other; those that are taken are answered with the
    /// placement after all of them. Use <see cref="PlacementCalls"/>, which gathers them.</summary>
    [Alias("report_each")]
    Task<ImmutableArray<Outcome<PlacementInfo>>> ReportEach(
        ImmutableArray<ImmutableArray<SpendReport>> commands, CancellationToken ct = default);

    /// <summary>
    /// Books what a platform has told of it (DAT-07), each sum once by its platform, batch, day, kind and currency; what
    /// is neither money nor its kind of result is passed over. One that cannot be booked is answered with its reason,
    /// and the others are booked. A sum is judged by the clock at which it was taken; one that was taken longer ago than
    /// ids are remembered is too late. For reactions.
    /// </summary>
    /// <param name="sums">At most <see cref="ReportsMax"/>.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("told")]
    Task<Outcome<PlacementTold>> Told(ImmutableArray<PlatformSum> sums, CancellationToken ct = default);

    /// <summary>Takes an adjustment of the strategy back, with a reason. Again: as it is.</summary>
    [Alias("revert")] Task<Outcome<PlacementInfo>> Revert(RevertStep command, CancellationToken ct = default);

    /// <summary>Whether its campaign lets it spend, by the campaign's own count. For campaigns.</summary>
    [Alias("live")] Task<Outcome<Done>> Live(bool isLive, int step, CancellationToken ct = default);

    /// <summary>What became of a spend that waited at its budget line. For reactions.</summary>
    [Alias("budget")] Task<Outcome<Done>> Budget(string spend, bool isBooked, CancellationToken ct = default);

    /// <summary>What it brought, as it was worked out from orders (CAM-03). An older word changes nothing.</summary>
    [Alias("evaluate")] Task<Outcome<PlacementInfo>> Evaluate(PlacementReturn figures, CancellationToken ct = default);
}

/// <summary>What a placement is.</summary>
/// <param name="Channel">Where it runs, an id as <c>douyin</c>.</param>
/// <param name="Class">That of the campaign (CAM-04).</param>
/// <param name="ResultKind">What counts as a result, an id as <c>effective_visitor</c> (A-06).</param>
/// <param name="CapMinor">Most that it may spend, 0 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="BidMinor">What is offered for one result, 1 to <see cref="Limits.AmountMinorMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.terms")]
public sealed record PlacementTerms(
    [property: Id(0)] string CampaignId, [property: Id(1)] string Channel, [property: Id(2)] SpendClass Class,
    [property: Id(3)] string ResultKind, [property: Id(4)] long CapMinor, [property: Id(5)] string Currency,
    [property: Id(6)] long BidMinor)
{
    /// <summary>The clip that it shows, as platforms call it (CAM-11); null: nobody said.</summary>
    [Id(7)] public string? ContentId { get; init; }
}

/// <summary>A wish to enter a placement.</summary>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.put")]
public sealed record PutPlacement([property: Id(0)] PlacementTerms Terms, [property: Id(1)] string By);

/// <summary>A wish to change one; what is null stays.</summary>
/// <param name="Version">The one that is changed.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="IsPaused">True: it spends nothing until this is false again.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.change")]
public sealed record ChangePlacement(
    [property: Id(0)] long? CapMinor, [property: Id(1)] long? BidMinor, [property: Id(2)] bool? IsPaused,
    [property: Id(3)] long Version, [property: Id(4)] string Key, [property: Id(5)] string By);

/// <summary>A wish to spend.</summary>
/// <param name="Id">The caller's; the same again is the same authorisation.</param>
/// <param name="AmountMinor">1 to <see cref="Limits.AmountMinorMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.authorise")]
public sealed record AuthoriseSpend([property: Id(0)] string Id, [property: Id(1)] long AmountMinor);

/// <summary>Where an authorisation stands.</summary>
public enum AuthorisationState
{
    /// <summary>The money is held.</summary>
    Held,

    /// <summary>A report named it.</summary>
    Settled,

    /// <summary>It was given back.</summary>
    Released,

    /// <summary>Nobody reported it in time.</summary>
    Expired,
}

/// <summary>An authorisation as it is now.</summary>
/// <param name="LeftMinor">What of the cap is neither spent nor held.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.authorisation")]
public sealed record Authorisation(
    [property: Id(0)] string Id, [property: Id(1)] AuthorisationState State, [property: Id(2)] long AmountMinor,
    [property: Id(3)] long LeftMinor, [property: Id(4)] DateTimeOffset? ExpiresAt);

/// <summary>How a placement is run.</summary>
public enum PlacementStrategy
{
    /// <summary>As it was entered.</summary>
    Normal,

    /// <summary>The bid was lowered.</summary>
    LowerBid,

    /// <summary>The audience was narrowed.</summary>
    NarrowAudience,

    /// <summary>It was paused.</summary>
    Pause,
}

/// <summary>Whether a placement may spend.</summary>
public enum PlacementState
{
    /// <summary>Its campaign has not begun.</summary>
    Waiting,

    /// <summary>It may.</summary>
    Active,

    /// <summary>It was paused, by people or by its strategy.</summary>
    Paused,

    /// <summary>Its budget line waits for a decision (BUD-03).</summary>
    BudgetHeld,

    /// <summary>More was spent than the cap.</summary>
    Stopped,

    /// <summary>Its campaign is over.</summary>
    Ended,
}

/// <summary>An adjustment of the strategy.</summary>
/// <param name="Number">Of the placement's, from 1.</param>
/// <param name="SpendMinor">What was spent since the one before.</param>
/// <param name="Results">What it brought.</param>
/// <param name="LimitMinor">What a result might cost.</param>
/// <param name="BidFromMinor">The bid before.</param>
/// <param name="BidToMinor">The bid after.</param>
/// <param name="RevertedBy">Who took it back; null: it stands.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.step")]
public sealed record StrategyStep(
    [property: Id(0)] int Number, [property: Id(1)] PlacementStrategy Strategy, [property: Id(2)] long SpendMinor,
    [property: Id(3)] long Results, [property: Id(4)] long LimitMinor, [property: Id(5)] long BidFromMinor,
    [property: Id(6)] long BidToMinor, [property: Id(7)] DateTimeOffset At, [property: Id(8)] string? RevertedBy);

/// <summary>A wish to take an adjustment back.</summary>
/// <param name="By">Whose token it was.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.revert")]
public sealed record RevertStep(
    [property: Id(0)] int Number, [property: Id(1)] string By, [property: Id(2)] string Reason);

/// <summary>What a placement brought (CAM-03).</summary>
/// <param name="RevenueMinor">Of the orders that it led to, net of refunds.</param>
/// <param name="SpendMinor">What was spent when this was worked out.</param>
/// <param name="Roi">Revenue over spend, two decimals; null: nothing was spent, or it is brand money.</param>
/// <param name="Rank">Among the placements that were looked at, the best first; null: brand money has none.</param>
/// <param name="At">When it was worked out.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.return")]
public sealed record PlacementReturn(
    [property: Id(0)] long RevenueMinor, [property: Id(1)] long SpendMinor, [property: Id(2)] decimal? Roi,
    [property: Id(3)] int? Rank, [property: Id(4)] DateTimeOffset At);

/// <summary>A placement as it is now.</summary>
/// <param name="Version">Raised by each change of its terms.</param>
/// <param name="BidMinor">What is offered now, after adjustments.</param>
/// <param name="LeftMinor">What of the cap is neither spent nor held; not below zero.</param>
/// <param name="OverrunMinor">What was reported beyond the cap.</param>
/// <param name="CostPerResultMinor">Two decimals; null: there was no result.</param>
/// <param name="Audience">How often the audience was narrowed.</param>
/// <param name="Steps">The latest adjustments, at most 50, oldest first.</param>
/// <param name="Return">As it was worked out last; null: it never was.</param>
[GenerateSerializer, Immutable, Alias("ale.placement.info")]
public sealed record PlacementInfo(
    [property: Id(0)] string Id, [property: Id(1)] PlacementTerms Terms, [property: Id(2)] long Version,
    [property: Id(3)] long BidMinor, [property: Id(4)] long HeldMinor, [property: Id(5)] long SpendMinor,
    [property: Id(6)] long LeftMinor, [property: Id(7)] long OverrunMinor, [property: Id(8)] long Results,
    [property: Id(9)] decimal? CostPerResultMinor, [property: Id(10)] PlacementStrategy Strategy,
    [property: Id(11)] int Audience, [property: Id(12)] PlacementState State,
    [property: Id(13)] ImmutableArray<StrategyStep> Steps, [property: Id(14)] PlacementReturn? Return);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class PlacementRefusals
{
    /// <summary>No such placement.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "placement.unknown");

    /// <summary>No such authorisation, or it ended longer than 7 days ago.</summary>
    public static readonly Refusal UnknownAuthorisation = new(RefusalKind.NotFound, "placement.unknown_authorisation");

    /// <summary>No such adjustment.</summary>
    public static readonly Refusal UnknownStep = new(RefusalKind.NotFound, "placement.unknown_step");

    /// <summary>Terms, an amount or a report out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "placement.bad_terms");

    /// <summary>A report is in another currency than the placement, or that in another than its budget line.</summary>
    public static readonly Refusal Currency = new(RefusalKind.Invalid, "placement.currency");

    /// <summary>An id or a key was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "placement.changed");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "placement.stale");

    /// <summary>A report is older than 7 days; a sum that a platform told may be so much older than when it was
    /// taken, and that so long ago.</summary>
    public static readonly Refusal Late = new(RefusalKind.Gone, "placement.late");

    /// <summary>The authorisation was settled, or its time was over.</summary>
    public static readonly Refusal Settled = new(RefusalKind.Conflict, "placement.settled");

    /// <summary>The campaign is over.</summary>
    public static readonly Refusal Over = new(RefusalKind.Gone, "placement.over");

    /// <summary>The campaign has not begun.</summary>
    public static readonly Refusal NotLive = new(RefusalKind.Conflict, "placement.not_live");

    /// <summary>It is paused.</summary>
    public static readonly Refusal Paused = new(RefusalKind.Conflict, "placement.paused");

    /// <summary>Its budget line waits for a decision (BUD-03).</summary>
    public static readonly Refusal BudgetHeld = new(RefusalKind.Conflict, "placement.budget_held");

    /// <summary>The cap leaves less.</summary>
    public static readonly Refusal Cap = new(RefusalKind.Conflict, "placement.cap");

    /// <summary>As many event ids are remembered as may be.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "placement.full");
}
