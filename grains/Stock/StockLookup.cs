using Ale.Kernel;

namespace Ale.Stock;

/// <summary>Reservations that memory has forgotten, from the slice's table.</summary>
internal sealed class StockLookup(Views views)
{
    private sealed class Row
    {
        public string? UserId { get; init; }
        public long? Quantity { get; init; }
        public string? SessionId { get; init; }
        public long? PriceMinor { get; init; }
        public string? Currency { get; init; }
        public string State { get; init; } = "";
        public long? ExpiresAt { get; init; }
        public string? Market { get; init; }
        public long? Eco { get; init; }
        public string? Offer { get; init; }
    }

    /// <summary>
    /// Null: there never was one. When the table does not get to the stream's own end in time nobody knows, and the
    /// caller asks again: its reader may just be moving from a silo that died.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">The table is behind; nothing was decided.</exception>
    public async Task<Reservation?> Past(string sku, string id, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select r.user_id as UserId, r.quantity, r.session_id as SessionId, r.price_minor as PriceMinor,
                   k.currency, k.market, k.eco, r.state, r.expires_at as ExpiresAt, r.offer
            from {reservation} r join {sku} k on k.sku = r.sku where r.sku = @sku and r.id = @id
            """, new { sku, id }, at, ct);
        if (refusal is not null) throw new OutcomeUnknownException($"{sku}/{id}: {refusal.Code}");
        if (rows is not [var row] || row.Quantity is null) return null;
        return new Reservation(id, sku, row.UserId is { Length: > 0 } user ? new UserId(user) : null, (int)row.Quantity,
            row.PriceMinor ?? 0, row.Currency ?? "", Enum.Parse<ReservationState>(row.State, ignoreCase: true),
            DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt ?? 0),
            row.SessionId is { Length: > 0 } session ? session : null)
        {
            Market = row.Market ?? "",
            EcoPackaging = row.Eco == 1,
            Offer = row.Offer is { Length: > 0 } offer ? offer : null,
        };
    }
}
