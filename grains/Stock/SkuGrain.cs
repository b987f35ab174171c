using Ale.Feed;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Stock;

[GrainType("stock")]
internal sealed class SkuGrain(
    SiloKernel kernel, PolicyBook policies, StockLookup lookup, FeedPublisher publisher)
    : EventSourcedGrain<Stock, StockEvent>(kernel), ISkuGrain
{
    private readonly SiloKernel _kernel = kernel;
    private FeedSource? _feed; // none until somebody watches

    private StockPolicy Policy => policies.For(State.Terms?.Market, Now).Stock;

    protected override SnapshotCodec<Stock> Snapshots => Stock.Snapshots;

    public Task<Outcome<SkuTerms>> Define(SkuTerms terms, CancellationToken ct)
    {
        if (terms.Market.Length == 0) terms = terms with { Market = policies.DefaultMarket };
        return policies.Knows(terms.Market) ? Commit(State.Decide(terms), ct)
            : Commit<SkuTerms>(StockRefusals.UnknownMarket.With("field", "market"), ct);
    }

    public Task<Outcome<SkuTerms>> Get(CancellationToken ct) =>
        Commit<SkuTerms>(State.Terms is { } terms ? terms : StockRefusals.UnknownSku, ct);

    public Task<Outcome<SkuInfo>> Info(CancellationToken ct) =>
        Commit<SkuInfo>(State.Terms is null ? StockRefusals.UnknownSku : State.Info(Key), ct);

    public Task<Outcome<SkuInfo>> Change(ChangeSku command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<StockLevels>> Levels(CancellationToken ct) =>
        Commit<StockLevels>(State.Terms is null ? StockRefusals.UnknownSku : State.Levels(Key, Version, Now), ct);

    public Task<Outcome<StockMove>> Receive(ReceiveStock command, CancellationToken ct) =>
        Commit(State.Decide(command, Key), ct);

    public Task<Outcome<StockMove>> Adjust(AdjustStock command, CancellationToken ct) =>
        Commit(State.Decide(command, Key), ct);

    // The hot path has no state machine of its own.
    public Task<Outcome<Reservation>> Reserve(ReserveStock command, CancellationToken ct) =>
        CallMark.IsRepeat && State.Terms is not null && !State.Remembers(command.Id)
            ? ReserveAgain(command, ct) : Commit(State.Decide(command, null, Key, Policy, Now), ct);

    private async Task<Outcome<Reservation>> ReserveAgain(ReserveStock command, CancellationToken ct)
    {
        if ((await lookup.Past(Key, command.Id, At, ct)).Refuses(out var past) is { } refusal) return refusal;
        return await Commit(State.Decide(command, past, Key, Policy, Now), ct);
    }

    public async Task<Outcome<Reservation>> Confirm(ConfirmStock command, CancellationToken ct)
    {
        Reservation? past = null;
        if (State.Terms is not null && !State.Remembers(command.Id)
            && (await lookup.Past(Key, command.Id, At, ct)).Refuses(out past) is { } refusal) return refusal;
        return await Commit(State.Decide(command, past, Key, Now), ct);
    }

    public async Task<Outcome<Reservation>> Release(ReleaseStock command, CancellationToken ct)
    {
        Reservation? past = null;
        if (State.Terms is not null && !State.Remembers(command.Id)
            && (await lookup.Past(Key, command.Id, At, ct)).Refuses(out past) is { } refusal) return refusal;
        return await Commit(State.Decide(command, past, Key, Now), ct);
    }

    public Task<Outcome<Reservation>> Renew(RenewStock command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Policy, Now), ct);

    public Task<Outcome<StockMove>> PutBack(PutBackStock command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public async Task<Outcome<Reservation>> Reservation(string id, CancellationToken ct)
    {
        if (State.Terms is null) return await Commit<Reservation>(StockRefusals.UnknownSku, ct);
        if (State.Known(id, Key, Now) is { } known) return await Answer(known, ct);
        if ((await lookup.Past(Key, id, At, ct)).Refuses(out var past) is { } refusal) return refusal;
        if (State.Known(id, Key, Now) is { } since) return await Answer(since, ct); // it came while the table was asked
        return past is null ? await Commit<Reservation>(StockRefusals.UnknownReservation, ct) : await Answer(past, ct);
    }

    public Task<Outcome<FeedValue>> Watch(string node, CancellationToken ct)
    {
        if (State.Terms is null) return Commit<FeedValue>(StockRefusals.UnknownSku.With("sku", Key), ct);
        _feed ??= new(publisher, _kernel.Clock, Latest, _kernel.Log);
        _feed.Watch(node);
        return Latest();
    }

    protected override void Changed() => _feed?.Changed();

    private Task<Outcome<FeedValue>> Latest() =>
        Answer(new FeedValue(StockFeed.Topic(Key), Version, State.Levels(Key, Version, Now)));

    protected override Task OnDue() => Commit(State.DecideDue(Now));
}
