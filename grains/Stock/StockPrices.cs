using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Products;

namespace Ale.Stock;

/// <summary>A planned price in memory, and as stored.</summary>
internal sealed record PricePlan(string Id, long PriceMinor, DateTimeOffset StartsAt, PriceState State);

/// <summary>
/// List prices that begin at a planned minute (SHP-05), and whether the product is sold at all. The clock decides, not
/// the event: who buys in the first second of a price has it.
/// </summary>
internal sealed partial class Stock
{
    public const int PricePlansMax = 64;

    private List<PricePlan>? _plans; // none until the first: most SKUs never have one

    /// <summary>Of a SKU that is all of its product.</summary>
    public static readonly ImmutableSortedDictionary<string, string> NoOptions =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>When the next planned price begins.</summary>
    public DateTimeOffset? PriceDueAt { get; private set; }

    /// <summary>What the product said last; 0: it never said anything, and the SKU is sold.</summary>
    public int ShelfMove { get; private set; }

    public bool IsOffSale { get; private set; }

    public Decision<StockEvent, PricePlanView> Decide(PlanPrice command, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var plan = new PricePlan(command.Id, command.PriceMinor, command.StartsAt, PriceState.Planned);
        if (PlanOf(command.Id) is { } there)
        {
            return there with { State = PriceState.Planned } == plan ? View(there, sku, now) : PriceRefusals.Changed;
        }

        if (command.StartsAt <= now || command.StartsAt.UtcTicks % TimeSpan.TicksPerMinute != 0)
            return PriceRefusals.BadTime;
        if (_plans?.Count(p => p.State == PriceState.Planned) >= PricePlansMax) return PriceRefusals.Full;
        return new(View(plan, sku, now),
            new StockEvent.PricePlanned(command.Id, command.PriceMinor, command.StartsAt, command.Actor, now));
    }

    public Decision<StockEvent, PricePlanView> Decide(DropPrice command, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        if (PlanOf(command.Id) is not { } plan) return PriceRefusals.Unknown;
        var view = View(plan, sku, now);
        return view.State switch
        {
            PriceState.Started => PriceRefusals.Started,
            PriceState.Dropped => view,
            _ => new(view with { State = PriceState.Dropped },
                new StockEvent.PriceDropped(command.Id, command.Actor, now)),
        };
    }

    /// <summary>A variant comes with what its product says.</summary>
    public Decision<StockEvent, SkuTerms> Decide(SkuTerms terms, ProductView product, DateTimeOffset now)
    {
        var (defined, word) = (Decide(terms), WordOf(product));
        return defined.Events.Length == 0 ? defined
            : new(defined.Reply, [.. defined.Events, new StockEvent.Shelved(word.IsOnSale, word.Move, now)]);
    }

    public Decision<StockEvent, Done> Decide(ShelveSku command, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        return new(default(Done),
            command.Move <= ShelfMove ? [] : [new StockEvent.Shelved(command.IsOnSale, command.Move, now)]);
    }

    /// <summary>What a product says by what it is.</summary>
    public static ShelveSku WordOf(ProductView product) => new(product.State == ProductState.Active, product.Moves);

    /// <summary>What a unit costs outside of live prices.</summary>
    public long ListPrice(DateTimeOffset now) =>
        PriceDueAt <= now ? Begun(now)[^1].PriceMinor : Terms!.PriceMinor;

    private IEnumerable<StockEvent> PriceTurns(DateTimeOffset now) => !(PriceDueAt <= now) ? []
        : Begun(now).Select(p => new StockEvent.PriceStarted(p.Id, p.PriceMinor, now));

    /// <summary>Plans whose minute has come and that are not the price yet, in order.</summary>
    private List<PricePlan> Begun(DateTimeOffset now) =>
        [.. _plans!.Where(p => p.State == PriceState.Planned && p.StartsAt <= now).OrderBy(p => p.StartsAt)];

    private PricePlan? PlanOf(string id) => _plans?.FirstOrDefault(p => p.Id == id);

    private static PricePlanView View(PricePlan plan, string sku, DateTimeOffset now) =>
        new(plan.Id, sku, plan.PriceMinor, plan.StartsAt,
            plan.State == PriceState.Planned && plan.StartsAt <= now ? PriceState.Started : plan.State);

    private void Apply(StockEvent.PricePlanned e) =>
        Keep(new(e.Id, e.PriceMinor, e.StartsAt, PriceState.Planned));

    private void Apply(StockEvent.PriceStarted e)
    {
        (Terms, TermsVersion) = (Terms! with { PriceMinor = e.PriceMinor }, TermsVersion + 1);
        Turn(e.Id, PriceState.Started);
    }

    private void Keep(PricePlan plan)
    {
        (_plans ??= []).Add(plan);
        // What is over is remembered for a while: so many of them, the oldest go first.
        while (_plans.Count > 2 * PricePlansMax) _plans.RemoveAt(_plans.FindIndex(p => p.State != PriceState.Planned));
        FindNextPrice();
    }

    private void Turn(string id, PriceState to)
    {
        var place = _plans!.FindIndex(p => p.Id == id);
        _plans[place] = _plans[place] with { State = to };
        FindNextPrice();
    }

    private void FindNextPrice() =>
        PriceDueAt = _plans!.Where(p => p.State == PriceState.Planned).Min(p => (DateTimeOffset?)p.StartsAt);
}
