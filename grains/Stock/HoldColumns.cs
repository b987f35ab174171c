namespace Ale.Stock;

/// <summary>
/// Holds as a snapshot keeps them, a column each: a third of the bytes of as many objects, and of the time to read them
/// when a SKU wakes. A column of which no hold has anything is null.
/// </summary>
/// <param name="StartedAt">Ticks, UTC.</param>
/// <param name="ExpiresAt">Ticks, UTC.</param>
internal sealed record HoldColumns(
    string[] Id, int[] Quantity, long[] PriceMinor, long[] StartedAt, long[] ExpiresAt, string?[]? User,
    string?[]? SessionId, string?[]? Offer, string?[]? Warehouse, string[]?[]? Keys)
{
    public static HoldColumns Of(IReadOnlyList<(string Id, Hold Hold)> holds) => new(
        Column(holds, h => h.Id), Column(holds, h => h.Hold.Quantity), Column(holds, h => h.Hold.PriceMinor),
        Column(holds, h => h.Hold.StartedAt.UtcTicks), Column(holds, h => h.Hold.ExpiresAt.UtcTicks),
        ColumnOrNone(holds, h => h.User), ColumnOrNone(holds, h => h.SessionId), ColumnOrNone(holds, h => h.Offer),
        ColumnOrNone(holds, h => h.Warehouse), ColumnOrNone(holds, h => h.Keys));

    public IEnumerable<(string Id, Hold Hold)> All()
    {
        for (var i = 0; i < Id.Length; i++)
        {
            yield return (Id[i], new(User?[i], Quantity[i], SessionId?[i], PriceMinor[i], At(StartedAt[i]),
                At(ExpiresAt[i]), Keys?[i], Offer?[i], Warehouse?[i]));
        }
    }

    public static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);

    private static T[] Column<T>(IReadOnlyList<(string Id, Hold Hold)> holds, Func<(string Id, Hold Hold), T> value)
    {
        var column = new T[holds.Count];
        for (var i = 0; i < column.Length; i++) column[i] = value(holds[i]);
        return column;
    }

    private static T?[]? ColumnOrNone<T>(IReadOnlyList<(string Id, Hold Hold)> holds, Func<Hold, T?> value)
        where T : class
    {
        var column = Column(holds, h => value(h.Hold));
        return Array.TrueForAll(column, v => v is null) ? null : column;
    }
}

/// <summary>Ended reservations, likewise.</summary>
/// <param name="At">Ticks, UTC.</param>
internal sealed record EndedColumns(HoldColumns Holds, ReservationState[] State, long[] At)
{
    public static EndedColumns Of(IReadOnlyList<EndedHold> ended) => new(
        HoldColumns.Of([.. ended.Select(e => (e.Id, e.Hold))]), [.. ended.Select(e => e.State)],
        [.. ended.Select(e => e.At.UtcTicks)]);

    public IEnumerable<EndedHold> All() => Holds.All().Select((hold, i) =>
        new EndedHold(hold.Id, hold.Hold, State[i], HoldColumns.At(At[i])));
}
