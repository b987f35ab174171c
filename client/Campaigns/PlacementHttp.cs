using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Edge;
using Microsoft.AspNetCore.Mvc;

namespace Ale.Campaigns;

/// <summary>Placements: money authorised against a cap, reports, adjustments of the strategy (CAM-02 to CAM-04).</summary>
internal static class PlacementHttp
{
    public static void MapPlacements(this IEndpointRouteBuilder api)
    {
        var placements = api.MapGroup("/placements").WithTags("Campaigns");

        placements.MapPut("/{id}", (Id id, PlacementBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Placement(id).Put(new(body.Terms, caller.Subject), ct), PlacementReply.Of))
            .Allow(Permission.PlacementWrite).WithName("putPlacement")
            .WithSummary("Enters a placement into a campaign; it may spend while that is live");

        placements.MapPatch("/{id}", (Id id, PlacementChange body, ExpectedVersion version, CommandKey key,
                Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Placement(id).Change(
                    new(body.CapMinor, body.BidMinor, body.IsPaused, version, key, caller.Subject), ct),
                    PlacementReply.Of))
            .Allow(Permission.PlacementWrite).WithName("changePlacement")
            .WithSummary("Changes the cap or the bid, pauses it or lets it go on");

        placements.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Placement(id).Get(ct), PlacementReply.Of))
            .Allow(Permission.PlacementRead).WithName("getPlacement")
            .WithSummary("A placement as it is now: spent, held, left, cost per result, strategy");

        placements.MapGet("", (Id? campaignId, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new PlacementsWanted(page.Limit + 1)
                {
                    After = page.After?.Text(0),
                    CampaignId = campaignId?.Value,
                };
                return edge.Run(
                    ct => grains.CampaignQueries().Placements(wanted, page.At ?? default, ct),
                    found => Page<PlacementRow>.Of(found, page.Limit, last => Cursor.Of(last.Id)));
            })
            .Allow(Permission.PlacementRead).WithName("listPlacements")
            .WithSummary("Placements by their id; ?campaignId= narrows the list; as CSV too");

        placements.MapPost("/{id}/authorise", (Id id, AuthoriseBody body, [FromServices] PlacementCalls calls,
                EdgeCall edge) =>
                edge.Run(ct => calls.Authorise(id, new(body.Id, body.AmountMinor), ct)))
            .Allow(Permission.PlacementReport).WithName("authoriseSpend")
            .WithSummary("Holds money against the cap, never beyond it: 409 placement.cap");

        placements.MapGet("/{id}/authorisations/{authorisation}", (Id id, Id authorisation, IGrainFactory grains,
                EdgeCall edge) => edge.Run(ct => grains.Placement(id).GetAuthorisation(authorisation, ct)))
            .Allow(Permission.PlacementRead).WithName("getAuthorisation").WithSummary("An authorisation as it is now");

        placements.MapPost("/{id}/authorisations/{authorisation}/release", (Id id, Id authorisation,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Placement(id).Release(authorisation, ct)))
            .Allow(Permission.PlacementReport).WithName("releaseAuthorisation").WithSummary("Gives held money back");

        placements.MapPost("/{id}/reports", (Id id, IReadOnlyList<ReportBody> body,
                [FromServices] PlacementCalls calls, EdgeCall edge) =>
            {
                if (body.Count > IPlacementGrain.ReportsMax)
                    throw new ProblemException(Problem.Invalid("",
                        $"Must have at most {IPlacementGrain.ReportsMax} entries."));
                ImmutableArray<SpendReport> reports = [.. body.Select(r => r.Report)];
                return edge.Run(ct => calls.Report(id, reports, ct), PlacementReply.Of);
            })
            .Allow(Permission.PlacementReport).WithName("reportSpend")
            .WithSummary("Books what has happened, all or nothing, each event id once; beyond the cap it stops");

        placements.MapGet("/{id}/reports", (Id id, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new ReportsWanted(id, page.Limit + 1)
                {
                    Before = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.CampaignQueries().Reports(wanted, page.At ?? default, ct),
                    found => Page<ReportRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.At.ToUnixTimeMilliseconds(), last.EventId)));
            })
            .Allow(Permission.PlacementRead).WithName("listSpendReports")
            .WithSummary("Reports as they were booked, the latest first; as CSV too");

        placements.MapPost("/{id}/steps/{number}/revert", (Id id, int number, RevertBody body, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Placement(id).Revert(new(number, caller.Subject, body.Reason), ct),
                    PlacementReply.Of))
            .Allow(Permission.PlacementWrite).WithName("revertStrategyStep")
            .WithSummary("Takes an adjustment of the strategy back, with a reason");
    }

    /// <param name="ResultKind">What counts as a result.</param>
    /// <param name="ContentId">The clip that it shows, as the platform calls it.</param>
    internal sealed record PlacementBody(
        Id CampaignId, Id Channel, SpendClass Class, long CapMinor, string Currency, long BidMinor,
        Id? ResultKind = null, Id? ContentId = null) : IValidated
    {
        internal PlacementTerms Terms => new(CampaignId, Channel, Class, ResultKind?.Value ?? "effective_visitor",
            CapMinor, Currency, BidMinor)
        { ContentId = ContentId?.Value };

        public void Validate(Problems p)
        {
            p.Money("capMinor", CapMinor);
            p.Currency("currency", Currency);
            p.Money("bidMinor", BidMinor, 1);
        }
    }

    /// <summary>What changes; what is absent stays.</summary>
    internal sealed record PlacementChange : IValidated
    {
        public long? CapMinor { get; init; }
        public long? BidMinor { get; init; }
        public bool? IsPaused { get; init; }

        public void Validate(Problems p)
        {
            p.Money("capMinor", CapMinor);
            p.Money("bidMinor", BidMinor, 1);
        }
    }

    internal sealed record AuthoriseBody(Id Id, long AmountMinor) : IValidated
    {
        public void Validate(Problems p) => p.Money("amountMinor", AmountMinor, 1);
    }

    /// <param name="At">When it happened; at most 7 days back.</param>
    /// <param name="Authorisation">The one that it ends.</param>
    /// <param name="Currency">Absent: the placement's.</param>
    internal sealed record ReportBody(
        Id EventId, long SpendMinor, int Results, DateTimeOffset At, Id? Authorisation = null,
        string? Currency = null) : IValidated
    {
        internal SpendReport Report =>
            new(EventId, SpendMinor, Results, At, Authorisation?.Value) { Currency = Currency };

        public void Validate(Problems p)
        {
            p.Money("spendMinor", SpendMinor);
            p.Range("results", Results, 0, Limits.QuantityMax);
            p.Instant("at", At);
            if (Currency is not null) p.Currency("currency", Currency);
        }
    }

    internal sealed record RevertBody(string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>A placement as answered; the members mean what they do in <see cref="PlacementInfo"/>.</summary>
    internal sealed record PlacementReply(
        string Id, string CampaignId, string Channel, SpendClass Class, string ResultKind, long CapMinor,
        string Currency, long BidMinor, long Version, long HeldMinor, long SpendMinor, long LeftMinor,
        long OverrunMinor, long Results, decimal? CostPerResultMinor, PlacementStrategy Strategy, int Audience,
        PlacementState State, ImmutableArray<StrategyStep> Steps, PlacementReturn? Return, string? ContentId)
    {
        public static PlacementReply Of(PlacementInfo p) => new(p.Id, p.Terms.CampaignId, p.Terms.Channel,
            p.Terms.Class, p.Terms.ResultKind, p.Terms.CapMinor, p.Terms.Currency, p.BidMinor, p.Version, p.HeldMinor,
            p.SpendMinor, p.LeftMinor, p.OverrunMinor, p.Results, p.CostPerResultMinor, p.Strategy, p.Audience, p.State,
            p.Steps, p.Return, p.Terms.ContentId);
    }
}
