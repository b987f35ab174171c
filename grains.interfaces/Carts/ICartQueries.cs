using System.Collections.Immutable;

namespace Ale.Carts;

/// <summary>The funnel's last steps: into the cart, checkout, order, money (ORD-02). Key 0; any node answers.</summary>
[Alias("ale.cart.queries")]
public interface ICartQueries : IGrainWithIntegerKey
{
    /// <summary>The steps, by the way the buyer took.</summary>
    /// <param name="at">It waits up to 2 s until the tables show this place.</param>
    [Alias("funnel")]
    Task<Outcome<CartFunnel>> Funnel(FunnelWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which steps are counted.</summary>
/// <param name="SessionId">Of one session; null: of all and of none.</param>
/// <param name="From">Lines put and checkouts begun from here on.</param>
/// <param name="To">Before here.</param>
[GenerateSerializer, Immutable, Alias("ale.cart.funnel_wanted")]
public sealed record FunnelWanted(
    [property: Id(0)] string? SessionId, [property: Id(1)] DateTimeOffset From, [property: Id(2)] DateTimeOffset To);

/// <summary>The steps of one way.</summary>
/// <param name="Added">Lines put into carts: a user, a session and a SKU count once.</param>
/// <param name="Checkouts">Checkouts begun; tries under one order id are one.</param>
/// <param name="Orders">Those whose order was placed.</param>
/// <param name="Paid">Those whose order was paid, whatever became of it later.</param>
/// <param name="CompletionPercent"><c>Paid / Checkouts</c>, one decimal, half away from zero; null: no
/// checkouts.</param>
[GenerateSerializer, Immutable, Alias("ale.cart.funnel_steps")]
public sealed record FunnelSteps(
    [property: Id(0)] CartVia Via, [property: Id(1)] long Added, [property: Id(2)] long Checkouts,
    [property: Id(3)] long Orders, [property: Id(4)] long Paid, [property: Id(5)] decimal? CompletionPercent);

/// <summary>Both ways beside each other.</summary>
/// <param name="UpliftPercent">By how much the floating cart completes more than the page, percent of the page's, one
/// decimal, half away from zero; null: one of them has no checkouts, or the page has none paid.</param>
/// <param name="GoalPercent">What the plan wants (policy <c>cart.upliftPercent</c>).</param>
[GenerateSerializer, Immutable, Alias("ale.cart.funnel")]
public sealed record CartFunnel(
    [property: Id(0)] ImmutableArray<FunnelSteps> Ways, [property: Id(1)] decimal? UpliftPercent,
    [property: Id(2)] int GoalPercent);
