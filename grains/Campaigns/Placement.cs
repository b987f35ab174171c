using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Campaigns;

/// <summary>Money that is held.</summary>
internal readonly record struct OpenHold(long AmountMinor, DateTimeOffset ExpiresAt);

/// <summary>An authorisation that is over.</summary>
/// <param name="Id">A hash of its id.</param>
internal sealed record EndedAuthorisation(long Id, long AmountMinor, AuthorisationState State, DateTimeOffset At);

/// <summary>
/// One placement. Hot, so it owns mutable collections; only Apply changes them. Invariants: what is authorised never
/// takes spent and held beyond the cap; an event id is booked once; event ids are remembered as long as reports of their
/// day are taken, 12 bytes each; at most <see cref="EndedMax"/> ended authorisations are remembered, none longer than
/// <see cref="EndedFor"/>; at most <see cref="StepsMax"/> adjustments are shown; what was reported is posted to the
/// budget once.
/// </summary>
internal sealed partial class Placement : IState<Placement, PlacementEvent>
{
    public const int EndedMax = 65_536, StepsMax = 50;
    public static readonly TimeSpan EndedFor = TimeSpan.FromDays(7);

    private readonly Dictionary<string, OpenHold> _holds = new(StringComparer.Ordinal);
    private readonly Deadlines _expiries;
    private readonly Dictionary<long, EndedAuthorisation> _ended = [];
    private readonly Queue<EndedAuthorisation> _endedInOrder = new();
    private readonly SortedDictionary<int, Dictionary<long, int>> _events = []; // by day
    private readonly SortedDictionary<string, long> _unposted = new(StringComparer.Ordinal); // by month

    private Placement() =>
        _expiries = new((id, at) => _holds.TryGetValue(id, out var hold) && hold.ExpiresAt == at);

    public static JsonTypeInfo<PlacementEvent> EventJson => PlacementJson.Default.PlacementEvent;

    public PlacementTerms? Terms { get; private set; }
    public string? BudgetLine { get; private set; }
    public long TermsVersion { get; private set; }
    public RememberedKeys<long> Keys { get; private set; } = RememberedKeys<long>.None;
    public bool IsLive { get; private set; }
    public int LiveStep { get; private set; }
    public bool IsPausedByHand { get; private set; }
    public long BidMinor { get; private set; }
    public long HeldMinor { get; private set; }
    public long SpendMinor { get; private set; }
    public long Results { get; private set; }

    /// <summary>Spent and brought since the last adjustment.</summary>
    public long WindowSpendMinor { get; private set; }
    public long WindowResults { get; private set; }
    public ImmutableArray<StrategyStep> Steps { get; private set; } = [];
    public int StepCount { get; private set; }
    public PlacementReturn? Return { get; private set; }

    /// <summary>What the budget line is being asked to book; null: nothing.</summary>
    public MonthSpend? InPosting { get; private set; }
    public int Postings { get; private set; }
    /// <summary>When the budget line is asked; null: there is nothing to book.</summary>
    public DateTimeOffset? PostAt { get; private set; }

    /// <summary>What is posted waits for a decision there.</summary>
    public bool IsBudgetHeld { get; private set; }

    /// <summary>The decision was against it.</summary>
    public bool IsBudgetRefused { get; private set; }

    /// <summary>Adjustments that stand, the latest last.</summary>
    public PlacementStrategy Strategy => Steps.LastOrDefault(s => s.RevertedBy is null)?.Strategy
        ?? PlacementStrategy.Normal;

    public int Audience => Steps.Count(s => s is { RevertedBy: null, Strategy: PlacementStrategy.NarrowAudience });

    public int EventCount { get; private set; }

    /// <summary>Entries that a snapshot would hold.</summary>
    public int Entries => _holds.Count + _ended.Count + EventCount;

    public DateTimeOffset? DueAt
    {
        get
        {
            var due = _expiries.Next;
            if (BudgetLine is null || IsBudgetHeld || IsBudgetRefused) return due;
            return PostAt is { } at && !(due <= at) ? at : due;
        }
    }

    public static Placement New() => new();

    public Placement Apply(PlacementEvent happened)
    {
        switch (happened)
        {
            case PlacementEvent.Put e:
                (Terms, BudgetLine, TermsVersion, BidMinor) = (e.Terms, e.BudgetLine, 1, e.Terms.BidMinor);
                break;
            case PlacementEvent.Changed e:
                BidMinor = e.BidMinor ?? BidMinor;
                Terms = Terms! with
                {
                    CapMinor = e.CapMinor ?? Terms.CapMinor,
                    BidMinor = e.BidMinor ?? Terms.BidMinor,
                };
                IsPausedByHand = e.IsPaused ?? IsPausedByHand;
                if (e.IsPaused == false) IsBudgetRefused = false;
                TermsVersion++;
                Keys = Keys.Add(e.Key, Said(e.CapMinor, e.BidMinor, e.IsPaused), TermsVersion, e.At);
                break;
            case PlacementEvent.Lived e:
                (IsLive, LiveStep) = (e.IsLive, e.Step);
                break;
            case PlacementEvent.Authorised e:
                _holds.Add(e.Id, new(e.AmountMinor, e.ExpiresAt));
                _expiries.Add(e.ExpiresAt, e.Id);
                HeldMinor += e.AmountMinor;
                break;
            case PlacementEvent.Released e:
                End(e.Id, AuthorisationState.Released, e.At);
                break;
            case PlacementEvent.Expired e:
                End(e.Id, AuthorisationState.Expired, e.At);
                break;
            case PlacementEvent.Reported e:
                Apply(e);
                break;
            case PlacementEvent.Stopped: // what is spent and the cap say it; people hear of it
                break;
            case PlacementEvent.Adjusted { Step: var s }:
                Steps = [.. Steps.TakeLast(StepsMax - 1), s];
                StepCount = s.Number;
                BidMinor = s.BidToMinor;
                (WindowSpendMinor, WindowResults) = (0, 0);
                break;
            case PlacementEvent.Reverted e:
                var step = Steps.Single(s => s.Number == e.Number);
                Steps = Steps.Replace(step, step with { RevertedBy = e.By });
                if (step.Strategy == PlacementStrategy.LowerBid && BidMinor == step.BidToMinor)
                    BidMinor = step.BidFromMinor;
                (WindowSpendMinor, WindowResults) = (0, 0);
                break;
            case PlacementEvent.Posting e:
                (Postings, InPosting) = (e.Number, new(e.Month, e.AmountMinor));
                _unposted.Remove(e.Month);
                break;
            case PlacementEvent.Posted e:
                IsBudgetHeld = e.IsHeld;
                if (!e.IsHeld) EndPosting(e.At);
                break;
            case PlacementEvent.NotPosted e:
                Unpost();
                EndPosting(e.RetryAt);
                break;
            case PlacementEvent.BudgetDecided e:
                if (!e.IsBooked) Unpost();
                (IsBudgetHeld, IsBudgetRefused, IsPausedByHand) = (false, !e.IsBooked, IsPausedByHand || !e.IsBooked);
                EndPosting(e.At);
                break;
            case PlacementEvent.Evaluated e:
                Return = e.Return;
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }

        return this;
    }

    private void Apply(PlacementEvent.Reported e)
    {
        foreach (var r in e.Reports)
        {
            SpendMinor += r.SpendMinor;
            Results += r.ResultCount;
            WindowSpendMinor += r.SpendMinor;
            WindowResults += r.ResultCount;
            Remember(r);
            if (r.Authorisation is { } id && _holds.ContainsKey(id)) End(id, AuthorisationState.Settled, e.At);
        }

        foreach (var m in e.Months)
            _unposted[m.Month] = _unposted.GetValueOrDefault(m.Month) + m.AmountMinor;
        if (e.Months.Length > 0) PostAt ??= e.PostAt;
        var oldest = DayOf(e.At - EndedFor) - 1;
        while (_events.Count > 0 && _events.First() is var (day, ids) && day < oldest)
        {
            EventCount -= ids.Count;
            _events.Remove(day);
        }
    }

    private void Remember(SpendReport r)
    {
        var day = DayOf(r.TakenAt ?? r.At);
        if (!_events.TryGetValue(day, out var ids)) _events[day] = ids = [];
        if (ids.TryAdd(IdHash.Of(r.EventId), ContentOf(r))) EventCount++;
    }

    private void Unpost()
    {
        var m = InPosting!.Value;
        _unposted[m.Month] = _unposted.GetValueOrDefault(m.Month) + m.AmountMinor;
    }

    private void EndPosting(DateTimeOffset next) => (InPosting, PostAt) = (null, _unposted.Count == 0 ? null : next);

    private void End(string id, AuthorisationState state, DateTimeOffset at)
    {
        _holds.Remove(id, out var hold);
        _expiries.Removed();
        HeldMinor -= hold.AmountMinor;
        Keep(new(IdHash.Of(id), hold.AmountMinor, state, at));
        while (_endedInOrder.TryPeek(out var oldest) && (_ended.Count > EndedMax || at - oldest.At > EndedFor))
        {
            _endedInOrder.Dequeue();
            if (_ended.TryGetValue(oldest.Id, out var current)
                && ReferenceEquals(current, oldest)) _ended.Remove(oldest.Id);
        }
    }

    private void Keep(EndedAuthorisation ended)
    {
        _ended[ended.Id] = ended;
        _endedInOrder.Enqueue(ended);
    }

    private static int DayOf(DateTimeOffset at) => (int)(at.UtcTicks / TimeSpan.TicksPerDay);

    /// <summary>Tells other content under the same id; the same in every process.</summary>
    private static int ContentOf(SpendReport r)
    {
        var hash = Mix(Mix(Mix(0, r.SpendMinor), r.Results), r.At.ToUnixTimeMilliseconds());
        if (r.Authorisation is { } id) hash = Mix(hash, IdHash.Of(id));
        if (r.FurtherResults is { } further) hash = Mix(hash, further);
        return unchecked((int)(hash ^ (hash >> 32)));

        static ulong Mix(ulong hash, long value) // splitmix64
        {
            unchecked
            {
                hash = (hash ^ (ulong)value) + 0x9E3779B97F4A7C15;
                hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
                hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
                return hash ^ (hash >> 31);
            }
        }
    }
}
