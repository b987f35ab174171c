using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using Microsoft.Extensions.Logging;

namespace Ale.Orders;

[GrainType("refund")]
internal sealed partial class RefundGrain(
    SiloKernel kernel, PolicyBook policies, IAcquirer acquirer, ILogger<RefundGrain> log)
    : EventSourcedGrain<Refund, RefundEvent>(kernel), IRefundGrain
{
    private readonly SingleFlight<Task> _driving = new();

    private RefundPolicy Policy => policies.For(State.Opening?.Terms.Market, Now).Refunds;

    public async Task<Outcome<RefundView>> Open(RefundTerms terms, CancellationToken ct)
    {
        var role = policies.For(terms.Market, Now).Refunds.ApproverRole;
        var opened = await Commit(State.Decide(terms, LimitsOf(terms), role, Key, Now), ct);
        return opened.Refusal is not null ? opened : await Driven(ct);
    }

    public Task<Outcome<RefundView>> Get(CancellationToken ct) =>
        Commit<RefundView>(State.Opening is null ? RefundRefusals.Unknown : State.View(Key), ct);

    public async Task<Outcome<RefundView>> Retry(RetryRefund command, CancellationToken ct)
    {
        var known = State.Keys.Find(command.Key, Now) is not null;
        var retried = await Commit(State.Decide(command, Key, Now), ct);
        return retried.Refusal is not null || known ? retried : await Driven(ct);
    }

    public async Task<Outcome<RefundView>> Paid(string eventId, CancellationToken ct)
    {
        var open = State is { State: RefundState.Waiting, ApprovalId: { } id } ? id : null;
        var paid = await Commit(State.DecidePaid(eventId, Key, Now), ct);
        // What has been paid by another way need not be decided.
        if (paid.Refusal is null && open is not null) await GrainFactory.Approval(open).Withdraw("paid", ct);
        return paid;
    }

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        State.IsAskedBy(command.By)
            ? Commit<ApprovalInfo>(ApprovalRefusals.Own, ct) : GrainFactory.DecideAndSettle(command, Settle, ct);

    public async Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct)
    {
        if (State.Opening is null) return await Commit<Done>(RefundRefusals.Unknown, ct);
        if (State.IsToAsk) await Drive(); // the answer overtook what became of the question
        var settled = await Commit(State.DecideSettled(approval, Key, Now), ct);
        if (settled.Refusal is { } refusal) return refusal;
        await Drive();
        return await Answer(new Done(), ct);
    }

    protected override Task OnDue() => Drive();

    private async Task<Outcome<RefundView>> Driven(CancellationToken ct)
    {
        await Drive();
        return await Answer(State.View(Key), ct);
    }

    private Task Drive() => _driving.Run(DriveOn);

    private async Task DriveOn()
    {
        if (State.IsToAsk) await Ask(State.Opening!);
        if (!State.IsToTry(Now)) return;
        var fault = await Try(State.Opening!.Terms);
        await Sure(State.DecideTried(fault, Policy, Key, Now));
    }

    /// <summary>The limits of the market, or of another one with the money; null: nobody has set any in it.</summary>
    private RefundPolicy? LimitsOf(RefundTerms terms)
    {
        if (policies.For(terms.Market, Now) is { } own && own.Market.Currency == terms.Currency) return own.Refunds;
        return policies.Markets.Select(market => policies.For(market, Now))
            .FirstOrDefault(set => set.Market.Currency == terms.Currency)?.Refunds;
    }

    private async Task Ask(RefundEvent.Opened opening)
    {
        var terms = opening.Terms;
        var number = State.Questions.ToString(CultureInfo.InvariantCulture);
        var id = ApprovalIds.Of(RefundKeys.Kind, Key, number);
        var asked = await GrainFactory.Approval(id).Ask(new(
            $"Refund for order {terms.OrderId}", $"order/{terms.OrderId}",
            [new($"refund {terms.Ref}", terms.AmountMinor, terms.Cause)], State.AskedBy ?? Rule, opening.Role,
            opening.Quorum)
        { Currency = terms.Currency });
        if (asked.Refusal is { } refusal) throw Again(refusal);
        await Sure(State.DecideAsked(id, Key, Now));
        await Sure(State.DecideSettled(asked.Value!, Key, Now)); // asked before a crash, it may be answered
    }

    /// <summary>Who asks when it is no person.</summary>
    private const string Rule = "orders";

    /// <summary>Asks the acquirer, always in the same words, so that it pays once; what it meets, or null.</summary>
    private async Task<string?> Try(RefundTerms terms)
    {
        try
        {
            var refusal = await acquirer.Refund(
                new(terms.OrderId, terms.Ref, terms.AmountMinor, terms.Currency, terms.AskedAt, terms.PaidBy),
                GrainFactory);
            return refusal?.Code;
        }
        catch (Exception e) // whatever an acquirer does, it is asked again later
        {
            LogTry(log, Key, e);
            return e.GetType().Name;
        }
    }

    private async Task Sure(Decision<RefundEvent, RefundView> decision)
    {
        if ((await Commit(decision)).Refusal is { } refusal) throw Again(refusal);
    }

    /// <summary>Not now: what is due drives it on.</summary>
    private OutcomeUnknownException Again(Refusal refusal) => new($"{Key}: {refusal.Code}");

    [LoggerMessage(73, LogLevel.Warning, "The acquirer was asked for {Refund} and did not take it; it is asked again")]
    private static partial void LogTry(ILogger log, string refund, Exception e);
}
