using System.Collections.Immutable;
using Ale.Engines;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Microsoft.Extensions.Logging;

namespace Ale.Platforms;

[GrainType("platform")]
internal sealed partial class PlatformGrain(
    SiloKernel kernel, PolicyBook policies, MarketBook markets, IPlatformApi api, PlatformLookup lookup)
    : EventSourcedGrain<Platform, PlatformsEvent>(kernel), IPlatformGrain, IDisposable
{
    /// <summary>So often a replay asks for an event that is held back; then it is given up.</summary>
    private const int ReplayWaitsMax = 60;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250), PauseMax = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _asking = new(1); // one request at a time
    private readonly SiloKernel _kernel = kernel;
    private readonly Attempts _attempts = new(Tick, PauseMax);
    private IGrainTimer? _timer;
    private DateTimeOffset _nextAsk, _minute, _answeredAt;
    private int _asked; // in this minute
    private int _replayWaits; // for the same event
    private long _lastSeq;
    private bool _isHeldOff;

    private PlatformPolicy Policy => policies.For(State.Terms?.Market, Now).Platforms;

    private Market Market => markets.For(State.Terms?.Market, Now);

    protected override SnapshotCodec<Platform> Snapshots => PlatformSnapshot.Codec;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        Begin();
    }

    public Task<Outcome<PlatformInfo>> Connect(ConnectPlatform command, CancellationToken ct)
    {
        var terms = command.Terms;
        if (terms.Market.Length == 0) terms = terms with { Market = policies.DefaultMarket };
        if (!policies.Knows(terms.Market))
            return Commit<PlatformInfo>(PlatformRefusals.UnknownMarket.With("field", "market"), ct);
        if (terms.MinuteMax == 0)
            terms = terms with { MinuteMax = policies.For(terms.Market, Now).Platforms.MinuteMax };
        return Commit(State.Decide(command with { Terms = terms }, Key, Now), ct);
    }

    public Task<Outcome<PlatformInfo>> Change(ChangePlatform command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<PlatformInfo>> Get(CancellationToken ct) =>
        Commit<PlatformInfo>(State.Terms is null ? PlatformRefusals.Unknown : Info(), ct);

    public async Task<Outcome<PlatformTaken>> Take(ImmutableArray<PlatformEvent> events, CancellationToken ct)
    {
        var known = await Known(events, ct);
        return await Commit(State.Decide(events, known, Market, Policy, Now), ct);
    }

    public Task<Outcome<PlatformInfo>> Replay(ReplayPlatform command, CancellationToken ct)
    {
        _nextAsk = default;
        return Commit(State.Decide(command, Key, Now), ct);
    }

    public Task<Outcome<PlatformInfo>> Skip(SkipEvents command, CancellationToken ct)
    {
        _nextAsk = default;
        return Commit(State.Decide(command, Math.Max(_lastSeq, State.Seq), Key, Now), ct);
    }

    public async Task<Outcome<Done>> Set(PlacementSetting setting, CancellationToken ct)
    {
        if (State.Terms is not { Endpoint.Length: > 0 } terms) return default(Done);
        if (_isHeldOff && Now < Later(_nextAsk, _attempts.PausedUntil)) return KernelRefusals.Busy;
        try
        {
            Count(terms.MinuteMax / 2); // what is left is for its events
            await api.Set(Key, terms, setting, ct);
            return default(Done);
        }
        catch (PortAwayException e) when (e.IsRefused)
        {
            LogUntold(_kernel.Log, Key, setting.Placement, e.Message);
            return default(Done);
        }
        catch (PortAwayException e)
        {
            if (e.RetryAfter > TimeSpan.Zero) (_isHeldOff, _nextAsk) = (true, Later(_nextAsk, Now + e.RetryAfter));
            return KernelRefusals.Busy;
        }
        catch (QuotaException)
        {
            return KernelRefusals.Busy;
        }
    }

    public Task Pulse()
    {
        Begin();
        return Task.CompletedTask;
    }

    public void Dispose() => _asking.Dispose();

    protected override void Changed() => Begin();

    private PlatformInfo Info()
    {
        var last = Math.Max(_lastSeq, State.Seq);
        var isBehind = last > State.Seq || _attempts.FailingSince is not null || State.Replay is not null;
        // By its own word, or since the requests of this minute are used up.
        var pausedUntil = _isHeldOff ? Later(_nextAsk, _attempts.PausedUntil) : _attempts.PausedUntil;
        var state = State.AwaySince is not null ? PlatformState.Away
            : _isHeldOff && Now < pausedUntil ? PlatformState.BackingOff
            : isBehind ? PlatformState.Behind : PlatformState.InStep;
        var since = last > State.Seq && State.LastEventAt is { } at ? at
            : _attempts.FailingSince is { } failing ? (_answeredAt == default ? failing : _answeredAt) : Now;
        return State.Info(Key) with
        {
            State = state,
            LastSeq = last,
            LagSeconds = Math.Max(0, (long)(Now - since).TotalSeconds),
            RequestsLeft = Now - _minute >= TimeSpan.FromMinutes(1) ? State.Terms!.MinuteMax
                : Math.Max(0, State.Terms!.MinuteMax - _asked),
            PausedUntil = Now < pausedUntil ? pausedUntil : null,
            Why = _attempts.Why,
        };
    }

    private void Begin()
    {
        if (State.Terms is not { Endpoint.Length: > 0 }) return;
        _timer ??= this.RegisterGrainTimer(Round, new GrainTimerCreationOptions
        {
            DueTime = TimeSpan.Zero,
            Period = Tick,
            Interleave = true,
            KeepAlive = true,
        });
    }

    /// <summary>Asks for what is new, and reads again what is to be read again, when it is time.</summary>
    private async Task Round(CancellationToken ct)
    {
        if (Now < _nextAsk || Now < _attempts.PausedUntil || !_asking.Wait(0, CancellationToken.None)) return;
        try
        {
            while (await Follow(ct) || await Again(ct))
            {
            }

            _nextAsk = Now + TimeSpan.FromSeconds(Policy.AskSeconds);
            _isHeldOff = false;
            _attempts.Succeeded();
        }
        catch (QuotaException quota) // ours, so nothing failed
        {
            _isHeldOff = true;
            _nextAsk = quota.Until;
        }
        catch (Exception e) when (!ct.IsCancellationRequested) // all of it is done again
        {
            var pause = e is PortAwayException away ? away.RetryAfter : default;
            _isHeldOff = pause > TimeSpan.Zero;
            _attempts.Failed(e.Message, Now, pause);
            if (e is not PortAwayException) LogRound(_kernel.Log, Key, e);
        }
        finally
        {
            _asking.Release();
        }

        var reached = State.DecideReached(_attempts.FailingSince, _attempts.Why ?? "", Policy, Now);
        if (reached.Events.Length > 0) await Commit(reached, CancellationToken.None);
    }

    /// <summary>True: there is more.</summary>
    private async Task<bool> Follow(CancellationToken ct)
    {
        var page = await Ask(State.Seq, ct);
        page = page with { Events = await GrainFactory.Identified(Key, page.Events, ct) };
        _lastSeq = Math.Max(_lastSeq, page.Last);
        var known = await Known(page.Events, ct);
        await Commit(State.DecidePage(page, known, Market, Policy, Now, out var waits), CancellationToken.None);
        if (waits) throw new PortAwayException(
            FormattableString.Invariant($"it does not give event {State.Seq + 1}, and later ones"));
        return page.Last > State.Seq;
    }

    /// <summary>True: there is more to be read again.</summary>
    private async Task<bool> Again(CancellationToken ct)
    {
        if (State.Replay is not { } part) return false;
        var page = await Ask(part.After, ct);
        page = page with { Events = await GrainFactory.Identified(Key, page.Events, ct) };
        var known = await Known(page.Events, ct);
        await Commit(State.DecideReplay(page, known, Market, Policy, Now, out var waits), CancellationToken.None);
        if (State.Replay?.After != part.After) _replayWaits = 0;
        if (!waits) return State.Replay is not null;
        if (++_replayWaits < ReplayWaitsMax) return false; // asked again, and it is no outage
        _replayWaits = 0;
        await Commit(State.DecideGiveUp(Policy, Now), CancellationToken.None);
        return false;
    }

    private Task<PlatformPage> Ask(long after, CancellationToken ct)
    {
        Count(State.Terms!.MinuteMax);
        return Answered();

        async Task<PlatformPage> Answered()
        {
            var page = await api.Events(Key, State.Terms!, after, ct);
            _answeredAt = Now;
            return page;
        }
    }

    /// <summary>One request more of this minute.</summary>
    private void Count(int max)
    {
        if (Now - _minute >= TimeSpan.FromMinutes(1)) (_minute, _asked) = (Now, 0);
        if (_asked >= max) throw new QuotaException(_minute.AddMinutes(1));
        _asked++;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    /// <summary>Ids that memory has forgotten, and the table knows.</summary>
    private async Task<IReadOnlySet<string>> Known(ImmutableArray<PlatformEvent> events, CancellationToken ct)
    {
        if (!State.HasForgotten) return ImmutableHashSet<string>.Empty;
        string[] asked = [.. events.Select(e => e.Id).Where(id => !State.Ids.Contains(IdHash.Of(id))).Distinct()];
        return asked.Length == 0 ? ImmutableHashSet<string>.Empty : await lookup.Known(Key, asked, At, ct);
    }

    [LoggerMessage(91, LogLevel.Warning, "Platform {Platform} was not followed and is asked again")]
    private static partial void LogRound(ILogger log, string platform, Exception e);

    [LoggerMessage(92, LogLevel.Warning, "Platform {Platform} does not take how placement {Placement} is run: {Why}")]
    private static partial void LogUntold(ILogger log, string platform, string placement, string why);

    /// <summary>The requests of this minute are used up.</summary>
    private sealed class QuotaException(DateTimeOffset until) : Exception
    {
        public DateTimeOffset Until => until;
    }
}
