using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Edge;

namespace Ale.Campaigns;

/// <summary>Campaigns, the steps they take by themselves, and what they came to (CAM-01, CAM-06).</summary>
internal static class CampaignHttp
{
    public static void MapCampaigns(this IEndpointRouteBuilder api)
    {
        var campaigns = api.MapGroup("/campaigns").WithTags("Campaigns");

        campaigns.MapPut("/{id}", (Id id, CampaignBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Campaign(id).Put(new(body.Terms, caller.Subject), ct), CampaignReply.Of))
            .Allow(Permission.CampaignWrite).WithName("putCampaign")
            .WithSummary("Enters a campaign; it opens and closes by itself, and takes its other steps on time");

        campaigns.MapPatch("/{id}", (Id id, CampaignChange body, ExpectedVersion version, CommandKey key,
                Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Campaign(id).Change(new(body.Patch, version, key, caller.Subject), ct),
                    CampaignReply.Of))
            .Allow(Permission.CampaignWrite).WithName("changeCampaign")
            .WithSummary("Changes a campaign before its close; steps that were taken stay");

        campaigns.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Campaign(id).Get(ct), CampaignReply.Of))
            .Allow(Permission.CampaignRead).WithName("getCampaign")
            .WithSummary("A campaign as it is now, with the steps that were taken and the next");

        campaigns.MapGet("/{id}/channels", (Id id, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.CampaignQueries().Channels(id, page.At ?? default, ct),
                    found => new Page<ChannelRow>(found, null)))
            .Allow(Permission.CampaignRead).WithName("listCampaignChannels")
            .WithSummary("Plan, spend and results of a campaign side by side, by channel; as CSV too");

        campaigns.MapGet("", (string? state, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new CampaignsWanted(page.Limit + 1)
                {
                    State = QueryEnum.Of<CampaignState>("state", state),
                    Before = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.CampaignQueries().Campaigns(wanted, page.At ?? default, ct),
                    found => Page<CampaignRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.StartsAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.CampaignRead).WithName("listCampaigns")
            .WithSummary("Campaigns, the latest start first; ?state= narrows the list; as CSV too");
    }

    /// <param name="BudgetLine">The line of each month that its placements spend from.</param>
    /// <param name="Class">All its money is of this class.</param>
    /// <param name="Theme">The theme of the year's plan that it carries out.</param>
    /// <param name="Steps">Warm-up, peak and recap; it opens at its start and closes at its end.</param>
    internal sealed record CampaignBody(
        string Title, string Goal, DateTimeOffset StartsAt, DateTimeOffset EndsAt, Id BudgetLine, SpendClass Class,
        IReadOnlyList<Id>? Sessions = null, IReadOnlyList<Id>? Coupons = null,
        IReadOnlyList<StepBody>? Steps = null, Id? Theme = null) : IValidated
    {
        internal CampaignTerms Terms => new(Title, Goal, StartsAt, EndsAt, BudgetLine, Class,
            Ids(Sessions) ?? [], Ids(Coupons) ?? [], StepBody.Of(Steps) ?? [])
        { Theme = Theme?.Value };

        public void Validate(Problems p)
        {
            p.Text("budgetLine", BudgetLine, BudgetKeys.LineLengthMax, 1);
            p.Require(StartsAt < EndsAt, "endsAt", "Must be after startsAt.");
            new CampaignChange
            {
                Title = Title,
                Goal = Goal,
                StartsAt = StartsAt,
                EndsAt = EndsAt,
                Sessions = Sessions,
                Coupons = Coupons,
                Steps = Steps,
            }.Validate(p);
        }
    }

    /// <summary>What changes; what is absent stays.</summary>
    internal sealed record CampaignChange : IValidated
    {
        public string? Title { get; init; }
        public string? Goal { get; init; }
        public DateTimeOffset? StartsAt { get; init; }
        public DateTimeOffset? EndsAt { get; init; }
        public IReadOnlyList<Id>? Sessions { get; init; }
        public IReadOnlyList<Id>? Coupons { get; init; }
        public IReadOnlyList<StepBody>? Steps { get; init; }
        public Id? Theme { get; init; }

        internal CampaignPatch Patch => new(Title, Goal, StartsAt, EndsAt, Ids(Sessions), Ids(Coupons),
            StepBody.Of(Steps))
        { Theme = Theme?.Value };

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Text("goal", Goal, min: 1);
            p.Instant("startsAt", StartsAt);
            p.Instant("endsAt", EndsAt);
            p.Count("sessions", Sessions, ICampaignGrain.PartsMax);
            p.Count("coupons", Coupons, ICampaignGrain.PartsMax);
            p.Each("steps", Steps, 3);
        }
    }

    /// <param name="Kind"><c>warm_up</c>, <c>peak</c> or <c>recap</c>, each once.</param>
    internal sealed record StepBody(CampaignStepKind Kind, DateTimeOffset At) : IValidated
    {
        public static ImmutableArray<CampaignStep>? Of(IReadOnlyList<StepBody>? steps) =>
            steps is null ? null : [.. steps.OrderBy(s => s.Kind).Select(s => new CampaignStep(s.Kind, s.At))];

        public void Validate(Problems p)
        {
            p.Require(Kind is not (CampaignStepKind.Open or CampaignStepKind.Close), "kind",
                "Is one of warm_up, peak and recap: it opens at startsAt and closes at endsAt.");
            p.Instant("at", At);
        }
    }

    private static ImmutableArray<string>? Ids(IReadOnlyList<Id>? ids) =>
        ids is null ? null : [.. ids.Select(id => id.Value)];

    /// <summary>A campaign as answered; the members mean what they do in <see cref="CampaignInfo"/>.</summary>
    internal sealed record CampaignReply(
        string Id, string Title, string Goal, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? BudgetLine,
        SpendClass Class, ImmutableArray<string> Sessions, ImmutableArray<string> Coupons,
        ImmutableArray<CampaignStep> Steps, long Version, CampaignState State, ImmutableArray<CampaignStep> Taken,
        CampaignStep? Next, bool IsLive, ImmutableArray<string> Placements, string? Theme,
        ImmutableArray<BrandEffect> Effects)
    {
        public static CampaignReply Of(CampaignInfo c) => new(c.Id, c.Terms.Title, c.Terms.Goal, c.Terms.StartsAt,
            c.Terms.EndsAt, c.Terms.BudgetLine, c.Terms.Class, c.Terms.Sessions, c.Terms.Coupons, c.Terms.Steps,
            c.Version, c.State, c.Taken, c.Next, c.IsLive, c.Placements, c.Terms.Theme, c.Effects);
    }
}
