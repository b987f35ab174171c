using System.Collections.Immutable;
using Ale.Feed;
using Ale.Kernel;
using Ale.Policy;
using Ale.Products;
using Ale.Registers;

namespace Ale.Stock;

[GrainType("stock")]
internal sealed partial class SkuGrain(
    SiloKernel kernel, PolicyBook policies, StockLookup lookup, FeedPublisher publisher)
    : EventSourcedGrain<Stock, StockEvent>(kernel), ISkuGrain
{
    private const string NobodysId = "?"; // no caller can make it

    private readonly SiloKernel _kernel = kernel;
    private FeedSource? _feed; // none until somebody watches
    private Task? _telling;
    private readonly Dictionary<string, int> _missed = new(StringComparer.Ordinal); // by session; "" is the shop
    private IGrainTimer? _missing;

    private PolicySet Rules => policies.For(State.Terms?.Market, Now);

    private StockPolicy Policy => Rules.Stock;

    protected override SnapshotCodec<Stock> Snapshots => Stock.Snapshots;

    public async Task<Outcome<SkuTerms>> Define(SkuTerms terms, CancellationToken ct)
    {
        if (terms.Market.Length == 0) terms = terms with { Market = policies.DefaultMarket };
        if (!policies.Knows(terms.Market))
            return await Commit<SkuTerms>(StockRefusals.UnknownMarket.With("field", "market"), ct);
        if (terms.Product is null || State.Decide(terms).Reply.Refusal is not null)
            return await Commit(State.Decide(terms), ct);
        var (product, refusal) = await Adopted(terms, ct);
        if (refusal is not null) return await Commit<SkuTerms>(refusal, ct);
        var defined = await Commit(State.Decide(terms, product!, Now), ct);
        // The product may have been moved meanwhile, and did not find the SKU there. Who was cut off before this asks
        // again, so a repeat comes here too.
        if (defined.Refusal is null && (await Adopted(terms, CancellationToken.None)).Value is { } now)
            await Commit(State.Decide(Stock.WordOf(now), Now), CancellationToken.None);
        return defined;
    }

    public Task<Outcome<SkuTerms>> Get(CancellationToken ct) =>
        Commit<SkuTerms>(State.Terms is { } terms ? terms : StockRefusals.UnknownSku, ct);

    public Task<Outcome<SkuInfo>> Info(CancellationToken ct) =>
        Commit<SkuInfo>(State.Terms is null ? StockRefusals.UnknownSku : State.Info(Key), ct);

    public async Task<Outcome<SkuInfo>> Change(ChangeSku command, CancellationToken ct)
    {
        // It is the price to change.
        if (State.PriceDueAt <= Now) await Act(State.DecideDue(Now), CancellationToken.None);
        var would = State.Decide(command, Key, Now);
        if (would.Events is [StockEvent.Changed { Terms: { Product: not null } terms }]
            && (command.Product is not null || command.OptionValues is not null))
        {
            var (product, refusal) = await Adopted(terms, ct);
            if (refusal is not null) return await Commit<SkuInfo>(refusal, ct);
            await Commit(State.Decide(Stock.WordOf(product!), Now), CancellationToken.None);
        }

        return await Commit(State.Watch(State.Decide(command, Key, Now), Policy, Now), ct); // perhaps its first marks
    }

    private Task<Outcome<ProductView>> Adopted(SkuTerms terms, CancellationToken ct) =>
        GrainFactory.Product(terms.Product!).Adopt(new(Key, terms.OptionValues ?? Stock.NoOptions), ct);

    public Task<Outcome<StockLevels>> Levels(CancellationToken ct) =>
        Commit<StockLevels>(State.Terms is null ? StockRefusals.UnknownSku : State.Levels(Key, Version, Now), ct);

    public Task<Outcome<Reservation>> Would(ReserveStock wish, CancellationToken ct)
    {
        var asked = State.Decide(wish with { Id = NobodysId }, null, Key, Policy, Now).Reply;
        return Commit(new Decision<StockEvent, Reservation>(asked), ct);
    }

    public Task<Outcome<SkuGlance>> Glance(CancellationToken ct) => Task.FromResult<Outcome<SkuGlance>>(
        State.Terms is { } terms ? new SkuGlance(Key, terms.Currency, State.Available, Version)
            : StockRefusals.UnknownSku);

    public Task<Outcome<StockMove>> Receive(ReceiveStock command, CancellationToken ct) =>
        command.Warehouse is { } w ? InWarehouse(w, () => State.Decide(command, Key), ct)
            : Act(State.Decide(command, Key), ct);

    public Task<Outcome<StockMove>> Adjust(AdjustStock command, CancellationToken ct) =>
        command.Warehouse is { } w
            ? InWarehouse(w, () => State.WithShortfall(State.Decide(command, Key), Now), ct)
            : Act(State.WithShortfall(State.Decide(command, Key), Now), ct);

    public Task<Outcome<bool>> Covers(string id, CancellationToken ct) => Commit(State.DecideCovers(id), ct);

    // The hot path has no state machine of its own.
    public Task<Outcome<Reservation>> Reserve(ReserveStock command, CancellationToken ct) =>
        State.Terms is { } terms && (CallMark.IsRepeat || terms.Imported) && !State.Remembers(command.Id)
            ? ReserveAside(command, ct) : Act(Missed(command, State.Decide(command, null, Key, Policy, Now)), ct);

    public async Task<ImmutableArray<Outcome<Reservation>>> ReserveEach(
        ImmutableArray<ReserveStock> commands, CancellationToken ct)
    {
        if (CallMark.IsRepeat || State.Terms is { Imported: true })
            return [.. await Task.WhenAll(commands.Select(command => Reserve(command, ct)))];
        return await CommitEach(commands, Decide, ct);

        Decision<StockEvent, Reservation> Decide(ReserveStock command) =>
            Watched(Missed(command, State.Decide(command, null, Key, Policy, Now)));
    }

    private async Task<Outcome<Reservation>> ReserveAside(ReserveStock command, CancellationToken ct)
    {
        Reservation? past = null;
        if (CallMark.IsRepeat) past = await lookup.Past(Key, command.Id, At, ct);
        if (past is null && State.Terms!.Imported)
        {
            // Asked each time: a paper that is withdrawn stops the next sale, not one a while later (CMP-06).
            var (gate, why) = await GrainFactory.Register(StockKeys.ImportPapers, Key).Valid(null, [], ct);
            if (why is not null) return why;
            if (!gate!.IsValid) return await Commit<Reservation>(StockRefusals.NoPapers, ct);
        }

        return await Act(Missed(command, State.Decide(command, past, Key, Policy, Now)), ct);
    }

    public async Task<Outcome<Reservation>> Confirm(ConfirmStock command, CancellationToken ct)
    {
        Reservation? past = null;
        if (State.Terms is not null && !State.Remembers(command.Id))
            past = await lookup.Past(Key, command.Id, At, ct);
        return await Act(State.Decide(command, past, Key, Now), ct);
    }

    public async Task<Outcome<Reservation>> Release(ReleaseStock command, CancellationToken ct)
    {
        Reservation? past = null;
        if (State.Terms is not null && !State.Remembers(command.Id))
            past = await lookup.Past(Key, command.Id, At, ct);
        return await Act(State.Decide(command, past, Key, Now), ct);
    }

    public Task<Outcome<Reservation>> Renew(RenewStock command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Policy, Now), ct);

    public Task<Outcome<StockMove>> PutBack(PutBackStock command, CancellationToken ct) =>
        Act(Stock.Clocked(State.Decide(command, Key, Now), Rules.Orders.InspectionHours, Now), ct);

    public Task<Outcome<StockInspection>> Inspect(InspectStock command, CancellationToken ct) =>
        Act(State.Decide(command, Key, Now), ct);

    public async Task<Outcome<Reservation>> Reservation(string id, CancellationToken ct)
    {
        if (State.Terms is null) return await Commit<Reservation>(StockRefusals.UnknownSku, ct);
        if (State.Known(id, Key, Now) is { } known) return await Answer(known, ct);
        var past = await lookup.Past(Key, id, At, ct);
        if (State.Known(id, Key, Now) is { } since) return await Answer(since, ct); // it came while the table was asked
        return past is null ? await Commit<Reservation>(StockRefusals.UnknownReservation, ct) : await Answer(past, ct);
    }

    public Task<Outcome<OfferView>> Offer(PutOffer command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Rules.Offers, Now), ct);

    public Task<Outcome<OfferView>> ChangeOffer(ChangeOffer command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Rules.Offers, Now), ct);

    public Task<Outcome<OffersOfSku>> Offers(CancellationToken ct) =>
        Commit(State.Offers(Key, Rules.Offers, Now), ct);

    public Task<Outcome<PricePlanView>> PlanPrice(PlanPrice command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<PricePlanView>> DropPrice(DropPrice command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<Done>> Shelve(ShelveSku command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<FeedValue>> Watch(string node, CancellationToken ct)
    {
        if (State.Terms is null) return Commit<FeedValue>(StockRefusals.UnknownSku.With("sku", Key), ct);
        _feed ??= new(publisher, _kernel.Clock, Latest, _kernel.Log);
        _feed.Watch(node);
        return Latest();
    }

    protected override void Changed() => _feed?.Changed();

    /// <summary>Counts what is refused for stock, and tells it once a second: after a sell-out, refusals are many and
    /// none of them writes.</summary>
    private Decision<StockEvent, Reservation> Missed(ReserveStock command, Decision<StockEvent, Reservation> decision)
    {
        if (!ReferenceEquals(decision.Reply.Refusal, StockRefusals.SoldOut) || CallMark.IsRepeat) return decision;
        var session = command.SessionId ?? "";
        _missing ??= this.RegisterGrainTimer(TellMissed, new GrainTimerCreationOptions
        {
            DueTime = Timeout.InfiniteTimeSpan,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
            KeepAlive = true,
        });
        if (_missed.Count == 0) _missing.Change(ISkuGrain.TellsRefusalsWithin, Timeout.InfiniteTimeSpan);
        _missed[session] = _missed.GetValueOrDefault(session) + 1;
        return decision;
    }

    private async Task TellMissed(CancellationToken ct)
    {
        StockEvent[] missed = [.. _missed.Select(m =>
            new StockEvent.Missed(m.Key.Length == 0 ? null : m.Key, m.Value, Now))];
        _missed.Clear();
        await Commit(new Decision<StockEvent, Done>(default(Done), missed), CancellationToken.None);
    }

    private Task<Outcome<FeedValue>> Latest() =>
        Answer(new FeedValue(StockFeed.Topic(Key), Version, State.Levels(Key, Version, Now)));

    /// <summary>Commits with what the figures, as they then are, make of the marks.</summary>
    private Task<Outcome<T>> Act<T>(Decision<StockEvent, T> decision, CancellationToken ct) =>
        Commit(Watched(decision), ct);

    private Decision<StockEvent, T> Watched<T>(Decision<StockEvent, T> decision) =>
        State.Terms?.Levels is null ? decision : State.Watch(decision, Policy, Now);

    protected override async Task OnDue()
    {
        await Act(State.DecideDue(Now), CancellationToken.None);
        if (State.Terms?.Levels is null && State.NextNotice is null) return;
        if (_telling is not { IsCompleted: false }) _telling = Tell();
        await _telling;
    }

    /// <summary>Tells of marks that moved, one after the other; what fails is due again.</summary>
    private async Task Tell()
    {
        while (State.NextNotice is { } notice)
        {
            var supplier = await StockDesk.Tell(GrainFactory, Key, notice, Policy.DeskRole);
            await Commit(State.DecideTold(notice, supplier, Now));
        }

        if (State.Terms?.Levels is null) return;
        foreach (var level in Stock.Told)
        {
            var mark = State.SignalOf(level);
            if (mark.IsTold) continue;
            var order = mark.Order;
            if (level == StockLevel.Safety)
                await StockShortage.Remind(GrainFactory, Key, mark, Policy.DeskRole);
            else
            {
                var supply = policies.For(State.Terms!.Market, Now).Supply;
                order = await StockShortage.Buy(GrainFactory, Key, State.Terms, mark, State.OnHand, supply);
            }

            await Commit(State.DecideTold(level, mark.Moves, order, Now));
        }
    }
}
