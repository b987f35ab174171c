using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Campaigns;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "campaign.put"), JsonDerivedType(typeof(Changed), "campaign.changed")]
[JsonDerivedType(typeof(Joined), "campaign.joined"), JsonDerivedType(typeof(Stepped), "campaign.stepped")]
[JsonDerivedType(typeof(Told), "campaign.told"), JsonDerivedType(typeof(Measured), "campaign.measured")]
internal abstract record CampaignEvent
{
    internal sealed record Put(CampaignTerms Terms, string By, DateTimeOffset At) : CampaignEvent;

    internal sealed record Changed(CampaignTerms Terms, string Key, string By, DateTimeOffset At) : CampaignEvent
    {
        /// <summary>Tells what was asked from another change; null: it was not kept.</summary>
        public string? Said { get; init; }
    }

    internal sealed record Joined(string Placement, DateTimeOffset At) : CampaignEvent;

    /// <summary>A step was taken.</summary>
    /// <param name="DueAt">When it was due.</param>
    /// <param name="Role">Whose inbox hears of it.</param>
    internal sealed record Stepped(CampaignStepKind Kind, DateTimeOffset DueAt, string Role, DateTimeOffset At)
        : CampaignEvent;

    /// <summary>The placements have heard of the steps.</summary>
    /// <param name="Steps">How many were taken.</param>
    internal sealed record Told(int Steps, DateTimeOffset At) : CampaignEvent;

    internal sealed record Measured(BrandEffect Effect) : CampaignEvent;
}

/// <summary>
/// A campaign. Invariants: each step is taken once, in the order of <see cref="CampaignStepKind"/>; at most
/// <see cref="ICampaignGrain.PartsMax"/> placements; at most 16 keys.
/// </summary>
internal sealed record Campaign : IState<Campaign, CampaignEvent>
{
    public static JsonTypeInfo<CampaignEvent> EventJson => CampaignJson.Default.CampaignEvent;

    public CampaignTerms? Terms { get; private init; }
    public long TermsVersion { get; private init; }
    public RememberedKeys<long> Keys { get; private init; } = RememberedKeys<long>.None;
    public ImmutableArray<CampaignStep> Taken { get; private init; } = [];
    public ImmutableSortedSet<string> Placements { get; private init; } =
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public ImmutableArray<BrandEffect> Effects { get; private init; } = [];

    /// <summary>Of how many steps the placements have heard.</summary>
    public int Told { get; private init; }

    /// <summary>All steps of the plan, in order.</summary>
    public IEnumerable<CampaignStep> Plan => Terms is null ? [] : Terms.Steps
        .Append(new(CampaignStepKind.Open, Terms.StartsAt)).Append(new(CampaignStepKind.Close, Terms.EndsAt))
        .OrderBy(s => s.Kind);

    /// <summary>The next step. What lies before one that was taken is passed over.</summary>
    public CampaignStep? Next => Plan.Where(s => Taken.IsEmpty || s.Kind > Taken[^1].Kind)
        .Select(s => (CampaignStep?)s).FirstOrDefault();

    public CampaignState State => Taken.IsEmpty ? CampaignState.Planned : (CampaignState)(Taken[^1].Kind + 1);

    public bool IsLive => State is CampaignState.WarmUp or CampaignState.Open or CampaignState.Peak;

    public DateTimeOffset? DueAt => Told < Taken.Length ? Taken[^1].At : Next?.At;

    public static Campaign New() => new();

    public Campaign Apply(CampaignEvent happened) => happened switch
    {
        CampaignEvent.Put e => this with { Terms = e.Terms, TermsVersion = 1 },
        CampaignEvent.Changed e => this with
        {
            Terms = e.Terms,
            TermsVersion = TermsVersion + 1,
            Keys = Keys.Add(e.Key, e.Said ?? CampaignDecide.ChangeCommand, TermsVersion + 1, e.At),
        },
        CampaignEvent.Joined e => this with { Placements = Placements.Add(e.Placement) },
        CampaignEvent.Stepped e => this with { Taken = Taken.Add(new(e.Kind, e.At)) },
        CampaignEvent.Measured e => this with { Effects = Effects.Add(e.Effect) },
        CampaignEvent.Told e => this with { Told = e.Steps },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CampaignEvent)), JsonSerializable(typeof(CampaignPatch))]
internal sealed partial class CampaignJson : JsonSerializerContext;
