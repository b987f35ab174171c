using System.Collections.Immutable;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;
using Ale.Stock;
using Microsoft.Extensions.Logging;

namespace Ale.Shops;

[GrainType("shop")]
internal sealed partial class ShopGrain(SiloKernel kernel, PolicyBook policies, IStockSystem system)
    : EventSourcedGrain<Shop, ShopEvent>(kernel), IShopGrain, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250), PauseMax = TimeSpan.FromSeconds(30);

    // Two things are done one at a time: booking, so that numbers follow on each other, and talking to the shop.
    private readonly SemaphoreSlim _booking = new(1), _talking = new(1);
    private readonly Dictionary<string, ToldLevel> _told = new(StringComparer.Ordinal);
    private readonly SiloKernel _kernel = kernel;
    private IGrainTimer? _timer;
    private readonly Attempts _attempts = new(Tick, PauseMax);
    private DateTimeOffset _nextPull, _nextTell;
    private int _untold;
    private long _lastSeq;
    private int _doubts = 1, _settled; // a crash, or a booking that failed, may have moved our stock unbooked

    private bool IsSure => _settled == _doubts;

    private ShopPolicy Policy => policies.For(State.Terms?.Market, Now).Shops;

    protected override SnapshotCodec<Shop> Snapshots => ShopSnapshot.Codec;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        Begin();
    }

    public Task<Outcome<ShopInfo>> Connect(ConnectShop command, CancellationToken ct)
    {
        var terms = command.Terms;
        if (terms.Market.Length == 0) terms = terms with { Market = policies.DefaultMarket };
        return policies.Knows(terms.Market) ? Commit(State.Decide(command with { Terms = terms }, Key, Now), ct)
            : Commit<ShopInfo>(ShopRefusals.UnknownMarket.With("field", "market"), ct);
    }

    public Task<Outcome<ShopInfo>> Change(ChangeShop command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ShopInfo>> Get(CancellationToken ct) =>
        Commit<ShopInfo>(State.Terms is null ? ShopRefusals.Unknown : Info(), ct);

    public async Task<Outcome<ShopListing>> List(ListSku command, CancellationToken ct)
    {
        if (State.Terms is not null && command.IsListed
            && (await GrainFactory.Sku(command.Sku).Get(ct)).Refusal is { } unknown)
            return await Commit<ShopListing>(unknown, ct);
        var listed = await Commit(State.Decide(command, Now), ct);
        if (!command.IsListed) _told.Remove(command.Sku);
        return listed;
    }

    public async Task<Outcome<ShopTaken>> Take(ImmutableArray<ShopMovement> movements, CancellationToken ct)
    {
        if (State.Terms is null) return await Commit<ShopTaken>(ShopRefusals.Unknown, ct);
        var run = await Book(movements, long.MaxValue);
        if (run.Refusal is { } refusal) return await Commit<ShopTaken>(refusal, ct);
        _lastSeq = Math.Max(_lastSeq, movements.IsEmpty ? 0 : movements.Max(m => m.Seq));
        if (run.Waits) _nextPull = default;
        return await Answer(new ShopTaken(State.Seq, run.Run.Length, run.Repeats, run.Waits), ct);
    }

    public Task Pulse()
    {
        Begin();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _booking.Dispose();
        _talking.Dispose();
    }

    protected override void Changed() => Begin();

    private ShopInfo Info()
    {
        var last = Math.Max(_lastSeq, State.Seq);
        var state = State.AwaySince is not null ? ShopState.Away
            : last > State.Seq || _untold > 0 || _attempts.FailingSince is not null || !IsSure ? ShopState.Behind
            : ShopState.InStep;
        return State.Info(Key) with { State = state, LastSeq = last, Untold = _untold, Why = _attempts.Why };
    }

    private void Begin()
    {
        if (State.Terms is null) return;
        _timer ??= this.RegisterGrainTimer(Round, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.Zero,
            Period = Tick,
            Interleave = true,
            KeepAlive = true,
        });
    }

    /// <summary>Asks for movements and tells levels, when it is time; after a failure ever more rarely.</summary>
    private async Task Round(CancellationToken ct)
    {
        if (Now < _attempts.PausedUntil || !_talking.Wait(0, CancellationToken.None)) return;
        try
        {
            if (Now >= _nextPull || !IsSure)
            {
                await Pull(Book, long.MaxValue, ct);
                _nextPull = Now + TimeSpan.FromSeconds(Policy.PullSeconds);
            }

            if (Now >= _nextTell)
            {
                await Tell(ct);
                _nextTell = Now + TimeSpan.FromMilliseconds(Policy.TellMilliseconds);
            }

            _attempts.Succeeded();
        }
        catch (Exception e) when (!ct.IsCancellationRequested) // all of it is done again
        {
            _attempts.Failed(e.Message, Now);
            if (e is not PortAwayException) LogRound(_kernel.Log, Key, e);
        }
        finally
        {
            _talking.Release();
        }

        var reached = State.DecideReached(_attempts.FailingSince, _attempts.Why ?? "", Policy, Now);
        if (reached.Events.Length > 0) await Commit(reached, CancellationToken.None);
    }

    /// <summary>Asks the shop for what follows on the last booked movement, up to a number or all there is.</summary>
    private async Task Pull(
        Func<ImmutableArray<ShopMovement>, long, Task<ShopRun>> book, long upTo, CancellationToken ct)
    {
        var doubts = _doubts;
        while (State.Seq < upTo)
        {
            var page = await system.Movements(Key, State.Terms!, State.Seq, ct);
            _lastSeq = Math.Max(_lastSeq, page.Last);
            var run = await book(page.Movements, upTo);
            if (run.Refusal is { } refusal) throw new PortAwayException($"its movements are {refusal.Code}");
            if (run.Waits) throw new PortAwayException(
                FormattableString.Invariant($"it does not give movement {State.Seq + 1}, and later ones"));
            if (run.Run.IsEmpty) break;
        }

        _settled = doubts;
    }

    private async Task<ShopRun> Book(ImmutableArray<ShopMovement> movements, long upTo)
    {
        await _booking.WaitAsync();
        try
        {
            return await BookAlone(movements, upTo);
        }
        finally
        {
            _booking.Release();
        }
    }

    /// <summary>
    /// Moves our stock first, by ids that are remembered for ever, and says then that it is done: what a crash leaves
    /// between is done again without effect.
    /// </summary>
    private async Task<ShopRun> BookAlone(ImmutableArray<ShopMovement> movements, long upTo)
    {
        var next = State.Next(movements, upTo);
        var (run, refusals) = (next.Run, new Refusal?[next.Run.Length]);
        if (run.IsEmpty) return next;
        try
        {
            await Task.WhenAll(run.Select((m, i) => (Movement: m, Index: i)).GroupBy(m => m.Movement.Sku)
                .Select(async sku =>
                {
                    foreach (var (movement, i) in sku) refusals[i] = State.WhyNot(movement) ?? await Adjust(movement);
                }));
            await Commit(State.DecideBooked(run, refusals, Now), CancellationToken.None);
        }
        catch
        {
            _doubts++;
            throw;
        }

        // What the shop counts and we do not must be told, though our stock has not changed.
        foreach (var (movement, why) in run.Zip(refusals)) if (why is not null) _told.Remove(movement.Sku);
        return next;
    }

    private async Task<Refusal?> Adjust(ShopMovement movement)
    {
        var adjusted = await GrainFactory.Sku(movement.Sku).Adjust(new(
            ShopKeys.AdjustmentOf(Key, movement.Seq), (int)movement.Delta, $"shop {Key}: {movement.Kind}"));
        return adjusted.Refusal is { Kind: RefusalKind.Busy } busy
            ? throw new OutcomeUnknownException($"{Key}: {busy.Code}") : adjusted.Refusal;
    }

    /// <summary>Tells the levels that have changed since they were told last.</summary>
    private async Task Tell(CancellationToken ct)
    {
        (ShopLevel Level, long Moved)[] news;
        await _booking.WaitAsync(ct); // a level must count exactly the movements up to its basis
        try
        {
            if (!IsSure) return;
            var (figures, refusal) = await GrainFactory.StockQueries().GlanceAt([.. State.Listings.Keys], At, ct);
            if (refusal is not null) throw new OutcomeUnknownException($"{Key}: {refusal.Code}");
            news =
            [
                .. from f in figures!
                   where !_told.TryGetValue(f.Sku, out var told) || f.Version > told.Version
                   select (new ShopLevel(f.Sku, f.Version, f.Available, State.Seq),
                       State.Listings.GetValueOrDefault(f.Sku)),
            ];
        }
        finally
        {
            _booking.Release();
        }

        _untold = news.Length;
        foreach (var part in news.Chunk(ShopWire.PageMax))
        {
            await system.Tell(Key, State.Terms!, [.. part.Select(p => p.Level)], ct);
            foreach (var (l, moved) in part)
                if (State.Listings.ContainsKey(l.Sku)) _told[l.Sku] = new(l.Version, l.Available, l.Basis, moved);
            _untold -= part.Length;
        }
    }

    [LoggerMessage(90, LogLevel.Warning, "Shop {Shop} was not kept in step and is tried again")]
    private static partial void LogRound(ILogger log, string shop, Exception e);
}
