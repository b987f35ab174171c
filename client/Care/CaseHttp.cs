using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Care;

/// <summary>After-sales cases (ORD-04, ORD-05): the same steps for every agent.</summary>
internal static class CaseHttp
{
    public static void MapCare(this IEndpointRouteBuilder api)
    {
        var cases = api.MapGroup("/cases").WithTags("After-sales");

        cases.MapPut("/{id}", (Id id, CaseBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Case(id).Open(new(body.Terms, caller.Subject), ct), CaseReply.Of))
            .Allow(Permission.CaseWrite).WithName("putCase")
            .WithSummary("Opens a case for units of a paid order; the same again: the case as it is now");

        cases.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Case(id).Get(ct), CaseReply.Of))
            .Allow(Permission.CaseRead).WithName("getCase")
            .WithSummary("A case as it is now, with each step and its time");

        cases.MapGet("", (Id? orderId, string? state, bool? late, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var wanted = new CasesWanted(page.Limit + 1)
                {
                    OrderId = orderId?.Value,
                    State = QueryEnum.Of<CaseState>("state", state),
                    LateOnly = late == true,
                    BeforeOpened = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.CaseQueries().Cases(wanted, page.At ?? default, ct),
                    found => Page<CaseRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.OpenedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.CaseRead).WithName("listCases")
            .WithSummary("Cases, the latest opened first; ?orderId=, ?state= and ?late=true narrow the list");

        cases.MapPost("/{id}/evidence", (Id id, CaseEvidenceBody body, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Case(id).Evidence(new(key, caller.Subject, body.Note), ct), CaseReply.Of))
            .Allow(Permission.CaseWrite).WithName("addCaseEvidence")
            .WithSummary("Adds evidence; nothing is decided without");

        cases.MapPost("/{id}/decide", (Id id, CaseDecisionBody body, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => grains.Case(id).Decide(new(key, caller.Subject, body.Remedy, body.Reason), ct),
                    CaseReply.Of))
            .Allow(Permission.CaseWrite).WithName("decideCase")
            .WithSummary("Grants what the window allows, or none; an exchange holds the new units");

        Step("goods_back", "recordCaseGoods", "The goods have come back", (c, step, ct) => c.GoodsBack(step, ct));
        Step("settle", "settleCase", "Does what was granted; money goes back by a return of the order",
            (c, step, ct) => c.Settle(step, ct));

        void Step(string verb, string name, string summary,
            Func<ICaseGrain, StepCase, CancellationToken, Task<Outcome<CaseView>>> step) =>
            cases.MapPost($"/{{id}}/{verb}", (Id id, CaseStepBody? body, CommandKey key, Caller caller,
                    IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => step(grains.Case(id), new(key, caller.Subject, body?.Note), ct), CaseReply.Of))
                .Allow(Permission.CaseWrite).WithName(name).WithSummary(summary);
    }

    /// <param name="Note">What is wrong, without personal data: it is kept for ever.</param>
    internal sealed record CaseBody(Id OrderId, SkuCode Sku, int Quantity, CaseKind Kind, string? Note = null)
        : IValidated
    {
        internal CaseTerms Terms => new(OrderId, Sku.Value, Quantity, Kind, Note);

        public void Validate(Problems p)
        {
            p.Quantity("quantity", Quantity);
            p.Text("note", Note, min: 1);
        }
    }

    /// <param name="Note">What was seen, or where it is kept.</param>
    internal sealed record CaseEvidenceBody(string Note) : IValidated
    {
        public void Validate(Problems p) => p.Text("note", Note, min: 1);
    }

    /// <param name="Remedy">One of the case's remedies, or <c>none</c>.</param>
    internal sealed record CaseDecisionBody(CaseRemedy Remedy, string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    internal sealed record CaseStepBody(string? Note = null) : IValidated
    {
        public void Validate(Problems p) => p.Text("note", Note, min: 1);
    }

    /// <summary>A case as answered; the members mean what they do in <see cref="CaseView"/>.</summary>
    internal sealed record CaseReply(
        string Id, string OrderId, string Sku, int Quantity, CaseKind Kind, string? Note, CaseState State,
        string Market, CaseWindow Window, ImmutableArray<CaseRemedy> Remedies, CaseRemedy? Remedy,
        DateTimeOffset? DeliveredAt, string? Voucher, DateTimeOffset? DueAt, bool IsLate,
        ImmutableArray<CaseStep> Steps, string? ReturnId, long? RefundMinor)
    {
        public static CaseReply Of(CaseView c) => new(c.Id, c.Terms.OrderId, c.Terms.Sku, c.Terms.Quantity,
            c.Terms.Kind, c.Terms.Note, c.State, c.Market, c.Window, c.Remedies, c.Remedy, c.DeliveredAt, c.Voucher,
            c.DueAt, c.IsLate, c.Steps, c.ReturnId, c.RefundMinor);
    }
}
