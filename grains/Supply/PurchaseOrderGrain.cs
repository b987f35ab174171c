using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Ale.Registers;

namespace Ale.Supply;

[GrainType("purchase")]
internal sealed class PurchaseOrderGrain(
    SiloKernel kernel, PolicyBook policies, MarketBook markets, ISupplier supplier)
    : EventSourcedGrain<Purchase, PurchaseEvent>(kernel), IPurchaseOrderGrain
{
    private readonly SingleFlight<Task> _driving = new();

    public async Task<Outcome<PurchaseOrder>> Open(PurchaseTerms terms, CancellationToken ct)
    {
        var opened = await Commit(
            State.Decide(terms, markets.For(terms.Market, Now).BusinessDay(Now), Key, Now), ct);
        if (opened.Refusal is not null) return opened;
        await Drive();
        return await Answer(State.Info(Key), ct);
    }

    public Task<Outcome<PurchaseOrder>> Get(CancellationToken ct) =>
        Commit<PurchaseOrder>(State.Opening is null ? PurchaseRefusals.Unknown : State.Info(Key), ct);

    public async Task<Outcome<PurchaseOrder>> Close(ClosePurchase command, CancellationToken ct)
    {
        var approval = State is { State: PurchaseState.Waiting, ApprovalId: { } id } ? id : null;
        var closed = await Commit(State.Decide(command, Key, Now), ct);
        // What is not wanted any more need not be decided.
        if (closed.Refusal is null && approval is not null)
            await GrainFactory.Approval(approval).Withdraw(command.Reason, ct);
        return closed;
    }

    public Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct) =>
        GrainFactory.DecideAndSettle(command, Settle, ct);

    public async Task<Outcome<Done>> Settle(ApprovalInfo approval, CancellationToken ct)
    {
        if (State.Opening is null) return await Commit<Done>(PurchaseRefusals.Unknown, ct);
        var settled = await Commit(State.DecideSettled(approval, Key, Now), ct);
        if (settled.Refusal is { } refusal) return refusal;
        await Drive();
        return await Answer(new Done(), ct);
    }

    protected override Task OnDue() => Drive();

    private Task Drive() => _driving.Run(DriveOn);

    private async Task DriveOn()
    {
        if (State.State == PurchaseState.Checking && State.Opening is { } opening)
        {
            var isWithin = await IsWithin(opening);
            var approval = ApprovalIds.Of(PurchaseKeys.Kind, Key, "1");
            if (!isWithin) await Ask(approval, opening);
            await Sure(State.DecideChecked(isWithin, approval, Key, Now));
        }

        if (State.State == PurchaseState.Sending)
        {
            var reply = await supplier.Send(State.Info(Key), await Preferred(State.Opening!.Terms.Sku));
            await Sure(State.DecideSent(reply, Key, Now));
        }
    }

    /// <summary>Who is registered for the SKU now; null: nobody.</summary>
    private async Task<string?> Preferred(string sku)
    {
        var (gate, refusal) = await GrainFactory.Register(PurchaseKeys.SupplierRegister, sku).Valid(null, []);
        if (refusal is not null) throw Again(refusal);
        return gate!.Entry?.Terms.Attributes.FirstOrDefault(a => a.Name == PurchaseKeys.SupplierAttribute).Value;
    }

    private async Task<bool> IsWithin(PurchaseEvent.Opened opening)
    {
        var terms = opening.Terms;
        // An amount that is not known, or in other money than the policy's, cannot be compared with it.
        if (Purchase.AmountOf(terms) is not { } amount) return false;
        if (terms.Currency != policies.For(terms.Market, opening.At).Market.Currency) return false;
        var day = $"{terms.Market}/{opening.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        var taken = await GrainFactory.GetGrain<IPurchaseDayGrain>(day).Take(Key, amount);
        return taken.Refusal is { } refusal ? throw Again(refusal) : taken.Value;
    }

    private async Task Ask(string id, PurchaseEvent.Opened opening)
    {
        var (terms, policy) = (opening.Terms, policies.For(opening.Terms.Market, opening.At).Supply);
        var asked = await GrainFactory.Approval(id).Ask(new(
            $"Emergency purchase of {terms.Sku}", $"purchase/{Key}",
            [new($"{terms.Quantity} units", Purchase.AmountOf(terms), null)], "supply", policy.Role, Quorum)
        {
            Currency = terms.Currency,
        });
        if (asked.Refusal is { } refusal) throw Again(refusal);
    }

    private const int Quorum = 1;

    private async Task Sure(Decision<PurchaseEvent, PurchaseOrder> decision)
    {
        if ((await Commit(decision)).Refusal is { } refusal) throw Again(refusal);
    }

    /// <summary>Not now: what is due drives it on.</summary>
    private OutcomeUnknownException Again(Refusal refusal) => new($"{Key}: {refusal.Code}");
}
