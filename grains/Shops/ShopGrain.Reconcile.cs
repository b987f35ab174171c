using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Shops;

/// <summary>The comparison of both ledgers.</summary>
internal sealed partial class ShopGrain
{
    private const int RoundsMax = 3;

    public async Task<Outcome<ShopReconciliation>> Reconcile(string key, CancellationToken ct)
    {
        if (State.Terms is null) return await Commit<ShopReconciliation>(ShopRefusals.Unknown, ct);
        if (State.Last is { } done && done.Key == key) return await Answer(done, ct);
        await _talking.WaitAsync(ct);
        try
        {
            var result = await Compare(key, ct);
            foreach (var difference in result.Differences) _told.Remove(difference.Sku); // and so is told again
            return await Commit(State.DecideReconciled(result, Policy), ct);
        }
        catch (PortAwayException e)
        {
            return await Commit<ShopReconciliation>(ShopRefusals.Away.With("why", e.Message), ct);
        }
        finally
        {
            _talking.Release();
        }
    }

    private async Task<ShopReconciliation> Compare(string key, CancellationToken ct)
    {
        for (var round = 1; ; round++)
        {
            await Pull(Book, long.MaxValue, ct);
            await Tell(ct);
            var (ledger, moved) = await Books(ct);
            if (ledger.Seq < State.Seq && moved.IsEmpty)
                return new(key, ledger.Seq, 0, 0, [], Now) { FellBack = true };
            string[] lost = [.. ShopCompare.NotTaken(_told, ledger)];
            if (lost.Length == 0 || round == RoundsMax)
            {
                var differences = ShopCompare.Differences(_told, moved, ledger);
                return new(key, ledger.Seq, moved.Count, differences.Length,
                    [.. differences.Take(ShopReconciliation.DifferencesMax)], Now);
            }

            foreach (var sku in lost) _told.Remove(sku);
        }
    }

    /// <summary>
    /// The shop's books, and what we have booked at the same number; the latter is empty when the shop's numbers have
    /// fallen back.
    /// </summary>
    private async Task<(ShopLedger Theirs, ImmutableSortedDictionary<string, long> Moved)> Books(CancellationToken ct)
    {
        await _booking.WaitAsync(ct);
        try
        {
            var ledger = await system.Ledger(Key, State.Terms!, ct);
            if (ledger.Seq < State.Seq) return (ledger, ImmutableSortedDictionary<string, long>.Empty);
            await Pull(BookAlone, ledger.Seq, ct);
            return (ledger, State.Listings);
        }
        finally
        {
            _booking.Release();
        }
    }
}
