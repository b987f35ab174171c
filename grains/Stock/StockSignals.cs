using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Stock;

/// <summary>A mark's signal, and how much of it the slices to the left have been told.</summary>
/// <param name="Moves">Changes of the signal so far.</param>
/// <param name="Told">As many of them are told.</param>
/// <param name="Order">The latest purchase order of the mark; 0: none.</param>
/// <param name="MovedAt">When it last changed.</param>
internal sealed record MarkSignal(Signal Signal, int Moves, int Told, int Order, DateTimeOffset MovedAt)
{
    public static readonly MarkSignal None = new(default, 0, 0, 0, default);

    public bool IsTold => Told == Moves;
}

/// <summary>
/// The three marks of a SKU (STK-04 to STK-06). Safety and warning watch what is on hand, the minimum what is
/// available. Only changes are events; the figures are looked at once a decision, as it leaves them.
/// </summary>
internal sealed partial class Stock
{
    private readonly MarkSignal[] _marks = [MarkSignal.None, MarkSignal.None, MarkSignal.None];

    /// <summary>Marks whose change is told to others; who sells live asks the figures themselves.</summary>
    public static readonly StockLevel[] Told = [StockLevel.Safety, StockLevel.Warning];

    private static readonly StockLevel[] Watched = [.. Told, StockLevel.Minimum];

    public MarkSignal SignalOf(StockLevel mark) => _marks[mark - StockLevel.Safety];

    /// <summary>The decision with the changes of signals that follow from it.</summary>
    public Decision<StockEvent, T> Watch<T>(
        Decision<StockEvent, T> decision, StockPolicy policy, DateTimeOffset now)
    {
        if ((decision.Events.Length == 0 && !(CalmAt <= now)) || TermsAfter(decision.Events)?.Levels is not { } lines)
            return decision;
        var (onHand, held) = FiguresAfter(decision.Events);
        List<StockEvent>? moved = null;
        foreach (var mark in Watched)
        {
            var line = LineOf(mark, lines);
            // An edition is never bought again, so nobody is asked to (STK-07); nothing is below 0.
            if (line == 0 || (mark != StockLevel.Minimum && Terms?.LimitedTotal is not null)) continue;
            var figure = mark == StockLevel.Minimum ? Math.Max(0, onHand - held) : onHand;
            var calm = mark == StockLevel.Minimum ? TimeSpan.Zero : TimeSpan.FromMinutes(policy.CalmMinutes);
            if (Threshold.Next(SignalOf(mark).Signal, figure, line, calm, now) is not { } next) continue;
            (moved ??= []).Add(new StockEvent.Signalled(
                mark, next.State, next.Episode, next.Falls, figure, line, next.CalmAt, now));
        }

        return moved is null ? decision : decision with { Events = [.. decision.Events, .. moved] };
    }

    /// <summary>The mark has been told as far as it had moved then. What has moved on since stays to be told.</summary>
    public Decision<StockEvent, Done> DecideTold(StockLevel mark, int moves, int order, DateTimeOffset now) =>
        moves <= SignalOf(mark).Told ? default(Done)
        : new Decision<StockEvent, Done>(default(Done), new StockEvent.Told(mark, moves, order, now));

    private DateTimeOffset? CalmAt => Earliest(m => m.Signal.CalmAt);

    private DateTimeOffset? TellAt => Earliest(m => m.IsTold ? null : m.MovedAt);

    private DateTimeOffset? Earliest(Func<MarkSignal, DateTimeOffset?> of)
    {
        DateTimeOffset? earliest = null;
        foreach (var mark in _marks)
            if (of(mark) is { } at && (earliest is null || at < earliest)) earliest = at;
        return earliest;
    }

    private void Apply(StockEvent.Signalled e)
    {
        ref var mark = ref _marks[e.Mark - StockLevel.Safety];
        var moves = mark.Moves + 1;
        // The first arming is news to nobody.
        var isNews = e.Mark != StockLevel.Minimum && e.Episode > 0;
        mark = mark with
        {
            Signal = new(e.To, e.Episode, e.Falls, e.CalmAt),
            Moves = moves,
            Told = isNews ? mark.Told : moves,
            MovedAt = e.At,
        };
    }

    private void Apply(StockEvent.Told e)
    {
        ref var mark = ref _marks[e.Mark - StockLevel.Safety];
        mark = mark with { Told = e.Moves, Order = e.Order };
    }

    private static int LineOf(StockLevel mark, StockMarks lines) => mark switch
    {
        StockLevel.Safety => lines.Safety,
        StockLevel.Warning => lines.Warning,
        _ => lines.Minimum,
    };

    private SkuTerms? TermsAfter(StockEvent[] events)
    {
        var terms = Terms;
        foreach (var e in events)
            if (e is StockEvent.Changed changed) terms = changed.Terms;
        return terms;
    }

    private (long OnHand, long Held) FiguresAfter(StockEvent[] events)
    {
        var (onHand, held) = (OnHand, Held);
        foreach (var happened in events)
        {
            (onHand, held) = happened switch
            {
                StockEvent.Received e => (onHand + e.Quantity, held),
                StockEvent.Adjusted e => (onHand + e.Delta, held),
                StockEvent.Held e => (onHand, held + e.Quantity),
                StockEvent.Confirmed e => (onHand - e.Quantity, held - e.Quantity),
                StockEvent.Reclaimed e => (onHand - e.Quantity, held),
                StockEvent.Released e => (onHand, held - e.Quantity),
                StockEvent.Expired e => (onHand, held - e.Quantity),
                StockEvent.Inspected { Grade: InspectionGrade.A } e => (onHand + e.Quantity, held),
                StockEvent.PutBack { Quarantine: false } e => (onHand + e.Quantity, held),
                _ => (onHand, held),
            };
        }

        return (onHand, held);
    }
}
