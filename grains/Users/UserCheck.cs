using Ale.Kernel;

namespace Ale.Users;

/// <summary>
/// A user's balance is the sum of his ledger, whose entries have no gap and say the balance after them; one order is
/// the first and earns once; what an order lost by time is lost once, and no more than it earned; the tier falls at a
/// review alone (USR-03).
/// </summary>
internal sealed class UserCheck() : JournalCheck<UserEvent>("users", "user", UserJson.Default.UserEvent)
{
    private sealed class Ledger
    {
        public User State { get; set; } = User.New();
        public long Sum { get; set; }
        public long No { get; set; }
        public bool HasFirst { get; set; }
    }

    /// <summary>What an order earned, as booked.</summary>
    internal sealed record Earning(string User, long GoodsMinor, long Points);

    private readonly Dictionary<string, Ledger> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Earning> _earned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _reversed = new(StringComparer.Ordinal);

    /// <summary>By order.</summary>
    public IReadOnlyDictionary<string, Earning> Earned => _earned;

    /// <summary>Points that a return of an order took back; null: it was not booked.</summary>
    public long? Reversed(string order, string returnId) =>
        _reversed.TryGetValue($"{order}/{returnId}", out var points) ? points : null;

    protected override void Fold(string key, UserEvent happened)
    {
        if (!_users.TryGetValue(key, out var ledger)) _users[key] = ledger = new();
        switch (happened)
        {
            case UserEvent.Earned e:
                Enter(key, ledger, e.No, e.Points, e.Balance);
                Expect(key, _earned.TryAdd(e.OrderId, new(key, e.GoodsMinor, e.Points)),
                    $"order {e.OrderId} earned twice");
                Expect(key, e.IsFirstOrder != ledger.HasFirst,
                    $"order {e.OrderId} is wrongly told to be the first, or not to be");
                ledger.HasFirst = true;
                // Whole units of the goods, times what the policy of the day gave; bonuses are on top of that.
                var units = e.GoodsMinor / MinorUnits.PerUnit(e.Currency);
                Expect(key, units == 0 ? e.BasePoints == 0 : e.BasePoints % units == 0,
                    $"order {e.OrderId} earned {e.BasePoints} points before bonuses for {units} whole units");
                Expect(key, e.EcoGoodsMinor > 0 || (e.BasePoints == 0 ? e.Points == 0 : e.Points % e.BasePoints == 0),
                    $"order {e.OrderId} earned {e.Points} points, no multiple of {e.BasePoints}");
                break;
            case UserEvent.Reversed e:
                Enter(key, ledger, e.No, -e.Taken, e.Balance);
                Expect(key, _reversed.TryAdd($"{e.OrderId}/{e.ReturnId}", e.Points),
                    $"return {e.ReturnId} of {e.OrderId} was booked twice");
                Expect(key, e.FromPending <= e.Taken,
                    $"return {e.ReturnId} of {e.OrderId} took more pending points than points");
                Expect(key, (e.FromExpired ?? 0)
                        <= (ledger.State.Earned.GetValueOrDefault(IdHash.Of(e.OrderId))?.Expired ?? 0),
                    $"return {e.ReturnId} of {e.OrderId} counts more points as lost than were lost");
                break;
            case UserEvent.Matured e: // moves points from pending to spendable
                Enter(key, ledger, e.No, 0, e.Balance);
                break;
            case UserEvent.Expired e:
                Enter(key, ledger, e.No, -e.Points, e.Balance);
                Expect(key, ledger.State.Expiring.Exists(p =>
                        p.OrderId == e.OrderId && p.Points == e.Points && p.ExpiresAt <= e.At),
                    $"{e.Points} points of {e.OrderId} were not to expire by {e.At:O}");
                break;
            case UserEvent.TierReviewed e:
                Expect(key, e.From == ledger.State.Tier && (!e.IsLowered || e.Would < e.From),
                    $"the tier went from {e.From} to {e.Would} at its review");
                break;
            case UserEvent.TierChanged e:
                Expect(key, e.To > e.From && e.From == ledger.State.Tier, $"the tier went from {e.From} to {e.To}");
                break;
        }

        ledger.State = ledger.State.Apply(happened);
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
        foreach (var (key, ledger) in _users)
        {
            var points = ledger.State.Points + ledger.State.PendingSum;
            Expect(key, points == ledger.Sum, $"the balance is {points}, the ledger adds up to {ledger.Sum}");
        }
    }

    private void Enter(string key, Ledger ledger, long no, long points, long balance)
    {
        ledger.No++;
        ledger.Sum += points;
        Expect(key, no == ledger.No, $"entry {no} of the ledger follows entry {ledger.No - 1}");
        Expect(key, balance == ledger.Sum,
            $"entry {no} says the balance {balance}, the ledger adds up to {ledger.Sum}");
    }
}
