using System.Collections.Immutable;
using Ale.Budgets;

namespace Ale.Campaigns;

/// <summary>
/// A campaign (CAM-01): its goal, period, sessions, coupons and money, and its steps, which it takes by itself, each
/// once and on time, whichever node runs it. Its placements spend from its warm-up, or its opening, to its close.
/// </summary>
/// <remarks>The key is the campaign's id. It holds no personal data.</remarks>
[Alias("ale.campaign")]
public interface ICampaignGrain : IGrainWithStringKey
{
    /// <summary>Most placements, sessions and coupons of a campaign, each.</summary>
    public const int PartsMax = 1_000;

    /// <summary>Enters it. The terms as they are now again: as it is; others: <see cref="CampaignRefusals.Changed"/>.</summary>
    [Alias("put")] Task<Outcome<CampaignInfo>> Put(PutCampaign command, CancellationToken ct = default);

    /// <summary>
    /// Changes the version named, before the close. A step that was taken stays taken. The same key again: as it is;
    /// with other content: <see cref="CampaignRefusals.Changed"/>.
    /// </summary>
    [Alias("change")] Task<Outcome<CampaignInfo>> Change(ChangeCampaign command, CancellationToken ct = default);

    /// <summary>The campaign as it is now.</summary>
    [Alias("get")] Task<Outcome<CampaignInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// A placement joins; its class of money must be the campaign's (CAM-04). Again: as it is. For placements.
    /// </summary>
    [Alias("join")]
    Task<Outcome<CampaignInfo>> Join(string placement, SpendClass spendClass, CancellationToken ct = default);

    /// <summary>
    /// Keeps what a brand campaign moved in a window after its close (CAM-05). The same window again: what was measured
    /// first stays. For jobs.
    /// </summary>
    [Alias("measure")] Task<Outcome<CampaignInfo>> Measure(BrandEffect effect, CancellationToken ct = default);
}

/// <summary>What a campaign is planned to be.</summary>
/// <param name="Title">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Goal">What it is for, likewise.</param>
/// <param name="StartsAt">When it opens.</param>
/// <param name="EndsAt">When it closes; after the start.</param>
/// <param name="BudgetLine">The budget's line in each month that its placements spend from; null: none, of campaigns
/// from before each had one.</param>
/// <param name="Class">All its money is of this class; it never changes.</param>
/// <param name="Steps">Warm-up, peak and recap, if it has them, at most one each; open and close are its period's
/// ends.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.terms")]
public sealed record CampaignTerms(
    [property: Id(0)] string Title, [property: Id(1)] string Goal, [property: Id(2)] DateTimeOffset StartsAt,
    [property: Id(3)] DateTimeOffset EndsAt, [property: Id(4)] string? BudgetLine, [property: Id(5)] SpendClass Class,
    [property: Id(6)] ImmutableArray<string> Sessions, [property: Id(7)] ImmutableArray<string> Coupons,
    [property: Id(8)] ImmutableArray<CampaignStep> Steps)
{
    /// <summary>The theme of the year's plan that it carries out, an entry of the register <c>brand_theme</c>
    /// (CAM-09); null: none.</summary>
    [Id(9)] public string? Theme { get; init; }

    /// <summary>Lists are equal when they hold the same in the same order.</summary>
    public bool Equals(CampaignTerms? other) => other is not null
        && (Title, Goal, StartsAt, EndsAt, BudgetLine, Class, Theme)
            == (other.Title, other.Goal, other.StartsAt, other.EndsAt, other.BudgetLine, other.Class, other.Theme)
        && Sessions.SequenceEqual(other.Sessions) && Coupons.SequenceEqual(other.Coupons)
        && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, StartsAt, EndsAt, Class, Sessions.Length);
}

/// <summary>What happens at a step.</summary>
public enum CampaignStepKind
{
    /// <summary>Placements may begin to spend, before the opening.</summary>
    WarmUp,

    /// <summary>It is on.</summary>
    Open,

    /// <summary>Its height.</summary>
    Peak,

    /// <summary>It is over; placements stop.</summary>
    Close,

    /// <summary>What came of it is looked at.</summary>
    Recap,
}

/// <summary>A step of a campaign.</summary>
/// <param name="At">When it is due.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.step")]
public readonly record struct CampaignStep(
    [property: Id(0)] CampaignStepKind Kind, [property: Id(1)] DateTimeOffset At);

/// <summary>A wish to enter a campaign.</summary>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.put")]
public sealed record PutCampaign([property: Id(0)] CampaignTerms Terms, [property: Id(1)] string By);

/// <summary>A wish to change one.</summary>
/// <param name="Version">The one that is changed.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.change")]
public sealed record ChangeCampaign(
    [property: Id(0)] CampaignPatch Patch, [property: Id(1)] long Version, [property: Id(2)] string Key,
    [property: Id(3)] string By);

/// <summary>What changes of a campaign; null: it stays.</summary>
[GenerateSerializer, Immutable, Alias("ale.campaign.patch")]
public sealed record CampaignPatch(
    [property: Id(0)] string? Title, [property: Id(1)] string? Goal, [property: Id(2)] DateTimeOffset? StartsAt,
    [property: Id(3)] DateTimeOffset? EndsAt, [property: Id(4)] ImmutableArray<string>? Sessions,
    [property: Id(5)] ImmutableArray<string>? Coupons, [property: Id(6)] ImmutableArray<CampaignStep>? Steps)
{
    /// <summary>See <see cref="CampaignTerms.Theme"/>.</summary>
    [Id(7)] public string? Theme { get; init; }
}

/// <summary>Where a campaign stands.</summary>
public enum CampaignState
{
    /// <summary>No step was taken.</summary>
    Planned,

    /// <summary>Warming up.</summary>
    WarmUp,

    /// <summary>On.</summary>
    Open,

    /// <summary>At its height.</summary>
    Peak,

    /// <summary>Over.</summary>
    Closed,

    /// <summary>Over, and looked at.</summary>
    Recapped,
}

/// <summary>A campaign as it is now.</summary>
/// <param name="Version">Raised by each change of its terms.</param>
/// <param name="Taken">The steps that were taken, each with when it was.</param>
/// <param name="Next">The next step; null: there is none.</param>
/// <param name="IsLive">True: its placements may spend.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.info")]
public sealed record CampaignInfo(
    [property: Id(0)] string Id, [property: Id(1)] CampaignTerms Terms, [property: Id(2)] long Version,
    [property: Id(3)] CampaignState State, [property: Id(4)] ImmutableArray<CampaignStep> Taken,
    [property: Id(5)] CampaignStep? Next, [property: Id(6)] bool IsLive,
    [property: Id(7)] ImmutableArray<string> Placements)
{
    /// <summary>What it moved in the long run, by window; of brand money only (CAM-05).</summary>
    [Id(8)] public ImmutableArray<BrandEffect> Effects { get; init; } = [];
}

/// <summary>What a brand campaign moved in so many days after its end, against as many before its start.</summary>
/// <param name="Days">How many.</param>
/// <param name="Indicators">Each on its own; there is no verdict over all, and no return.</param>
/// <param name="At">When it was measured.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.effect")]
public sealed record BrandEffect(
    [property: Id(0)] int Days, [property: Id(1)] ImmutableArray<BrandIndicator> Indicators,
    [property: Id(2)] DateTimeOffset At);

/// <summary>A figure before and after.</summary>
/// <param name="Name"><c>branded_searches</c>, <c>new_followers</c> or <c>repeat_percent</c>.</param>
/// <param name="LiftPercent">Of the figure before, one decimal; null: it was 0.</param>
[GenerateSerializer, Immutable, Alias("ale.campaign.indicator")]
public sealed record BrandIndicator(
    [property: Id(0)] string Name, [property: Id(1)] decimal Before, [property: Id(2)] decimal After,
    [property: Id(3)] decimal? LiftPercent);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class CampaignRefusals
{
    /// <summary>No such campaign.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "campaign.unknown");

    /// <summary>Terms out of range, or steps in another order than warm-up, open, peak, close, recap; <c>field</c>
    /// names which.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "campaign.bad_terms");

    /// <summary>The id or the key was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "campaign.changed");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "campaign.stale");

    /// <summary>A step that was taken, or what stands fast from the opening on, would change.</summary>
    public static readonly Refusal Fixed = new(RefusalKind.Conflict, "campaign.fixed");

    /// <summary>It is over.</summary>
    public static readonly Refusal Over = new(RefusalKind.Gone, "campaign.over");

    /// <summary>Its money is of the other class (CAM-04).</summary>
    public static readonly Refusal Class = new(RefusalKind.Conflict, "campaign.class");

    /// <summary><see cref="Class"/>, and which money the campaign spends.</summary>
    public static Refusal ClassOf(string campaign, SpendClass its) => Class.With("field", "class").With(
        "detail", $"Campaign {campaign} spends {(its == SpendClass.Brand ? "brand" : "performance")} money alone.");

    /// <summary>It is not over.</summary>
    public static readonly Refusal NotOver = new(RefusalKind.Conflict, "campaign.not_over");

    /// <summary>It has as many placements as it may.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "campaign.full");
}

/// <summary>Keys of the slice.</summary>
public static class CampaignKeys
{
    /// <summary>The grain of a campaign.</summary>
    public static ICampaignGrain Campaign(this IGrainFactory grains, string id) => grains.Ref<ICampaignGrain>(id);

    /// <summary>The grain of a placement.</summary>
    public static IPlacementGrain Placement(this IGrainFactory grains, string id) => grains.Ref<IPlacementGrain>(id);

    /// <summary>Lists of campaigns, placements and what was reported.</summary>
    public static ICampaignQueries CampaignQueries(this IGrainFactory grains) => grains.GetGrain<ICampaignQueries>(0);
}
