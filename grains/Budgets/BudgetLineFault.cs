using System.Globalization;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>What is wrong with a spend, named with its field and its rule; pure.</summary>
internal static class BudgetLineFault
{
    /// <summary>The first fault of a spend in itself and against the line; null: it has none.</summary>
    public static Refusal? Of(PostSpend s, BudgetTerms terms)
    {
        if (RangeOf(s) is { } range) return range;
        if (s.Currency != terms.Currency)
            return Say(BudgetRefusals.Currency, "currency",
                $"The spend is in {s.Currency}; the line is in {terms.Currency}.");
        if (terms.Kind == BudgetKind.Marketing && s.Tags.Class is null)
            return Say(BudgetRefusals.ClassRequired, "class",
                $"A spend of a marketing line says whether it is performance or brand.");
        return s.Tags is { Acquisition: Acquisition.Purchase, Note: null }
            ? Say(BudgetRefusals.ReasonRequired, "note", $"What is bought and not subscribed says why.") : null;
    }

    /// <summary>It happened in another month, or cannot have happened yet.</summary>
    public static Refusal? OfMonth(PostSpend s, string key, Market market, DateTimeOffset now)
    {
        var first = BudgetKeys.FirstOf(key);
        if (s.HappenedAt is { } at && market.BusinessDay(at) is var day && day.AddDays(1 - day.Day) != first)
            return Say(BudgetRefusals.Month, "at",
                $"It happened on {day:yyyy-MM-dd}; the line takes spends of {first:yyyy-MM}.");
        return s.Stage == SpendStage.Committed || market.BusinessDay(now) >= first ? null
            : Say(BudgetRefusals.Month, "state",
                $"What is spent of {first:yyyy-MM} is booked from {first:yyyy-MM-dd} on; until then commit it.");
    }

    /// <summary>It happened too long ago.</summary>
    public static Refusal? OfLate(PostSpend s, BudgetPolicy policy, DateTimeOffset now) =>
        s.HappenedAt < now - TimeSpan.FromDays(policy.SpendDays)
            ? Say(BudgetRefusals.Late, "at", $"Spends are taken until {policy.SpendDays} days after they happened.")
            : null;

    /// <summary>What a line does not take, whatever its month: the money of a reserve, and of technology what does not
    /// say how it was got.</summary>
    public static Refusal? OfKind(PostSpend s, BudgetTerms terms) => terms.Kind switch
    {
        BudgetKind.Reserve => BudgetRefusals.Reserve.With("detail",
            "The money of a reserve is drawn at /api/reserves, with a reason and an approval."),
        BudgetKind.Technology when s.Tags.Acquisition is null => Say(BudgetRefusals.AcquisitionRequired, "acquisition",
            $"A spend of a technology line says whether it is a subscription, a purchase or a service."),
        _ => null,
    };

    /// <summary>It would pass the mark, or the line waits for a decision.</summary>
    public static Refusal OfHeld(this BudgetLine line, PostSpend s, string key, BudgetPolicy policy)
    {
        var held = Say(BudgetRefusals.Held, "amountMinor", line.Ask switch
        {
            AskState.Refused => $"The decision of {BudgetLineMark.ApprovalOf(key, line.Asks)} was against more.",
            AskState.None => (FormattableString)
                $"{line.TakenMinor + s.AmountMinor} would be spent and committed; the mark is {line.MarkText(policy)}.",
            _ => $"The line waits for the decision of {BudgetLineMark.ApprovalOf(key, line.Asks)}.",
        });
        return line.Asks == 0 ? held : held.With("approvalId", BudgetLineMark.ApprovalOf(key, line.Asks));
    }

    public static Refusal Say(Refusal refusal, string field, FormattableString detail) =>
        refusal.With("field", field).With("detail", detail.ToString(CultureInfo.InvariantCulture));

    private static Refusal? RangeOf(PostSpend s)
    {
        if (!Limits.IsId(s.Id)) return NoId("id");
        if (s.AmountMinor is < 1 or > Limits.AmountMinorMax)
            return Bad("amountMinor", $"Must be from 1 to {Limits.AmountMinorMax}.");
        foreach (var (field, value) in new[]
        {
            ("sessionId", s.Tags.SessionId), ("hostId", s.Tags.HostId), ("category", s.Tags.Category),
            ("step", s.Tags.Step), ("campaignId", s.Tags.CampaignId), ("placementId", s.Tags.PlacementId),
        })
        {
            if (value is not null && !Limits.IsId(value))
                return NoId(field);
        }

        return s.Tags.Note?.Length is 0 or > Limits.TextLengthMax
            ? Bad("note", $"Must have 1 to {Limits.TextLengthMax} characters.") : null;

        static Refusal NoId(string field) =>
            Bad(field, $"An id has 1 to {Limits.IdLengthMax} letters, digits and ._:- signs.");

        static Refusal Bad(string field, FormattableString detail) => Say(BudgetRefusals.BadTerms, field, detail);
    }
}
