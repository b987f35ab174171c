using System.Globalization;
using Ale.Platforms;

namespace Ale.Campaigns;

/// <summary>Refusals of bad input: which field, and what it must be.</summary>
internal sealed partial class Placement
{
    private const string AnId = "Must be an id: 1 to 64 letters, digits, '.', '_', ':' or '-'.";

    private static Refusal? WhyNot(SpendReport r, DateTimeOffset now) =>
        !Limits.IsId(r.EventId) ? Bad("eventId", AnId)
        : r.SpendMinor is < 0 or > Limits.AmountMinorMax ? Bad("spendMinor", Between(0, Limits.AmountMinorMax))
        : r.Results is < 0 or > Limits.QuantityMax ? Bad("results", Between(0, Limits.QuantityMax))
        : r.At > now + PlatformWire.AheadMax
            ? Bad("at", $"Must be at most {PlatformWire.AheadMax.TotalMinutes} minutes ahead.")
        : r.Authorisation is not null && !Limits.IsId(r.Authorisation) ? Bad("authorisation", AnId) : null;

    private static Refusal Bad(string field, string rule) => Field(PlacementRefusals.BadTerms, field, rule);

    private static Refusal Field(Refusal refusal, string field, string rule) =>
        refusal.With("field", field).With("detail", rule);

    private static string Between(long min, long max) =>
        string.Create(CultureInfo.InvariantCulture, $"Must be {min} to {max}.");
}
