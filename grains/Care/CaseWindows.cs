using System.Collections.Immutable;
using Ale.Policy;

namespace Ale.Care;

/// <summary>What an order was, and which day it is, when a case was opened.</summary>
/// <param name="UnitsLeft">Units bought and not returned.</param>
/// <param name="Days">Business days since delivery, the day of delivery being 0; null: it has not arrived.</param>
/// <param name="Voucher">The voucher that is valid now; null: there is none.</param>
internal sealed record CaseFacts(string Market, int UnitsLeft, DateTimeOffset? DeliveredAt, int? Days, string? Voucher);

/// <summary>The bands of after-sales (ORD-04, A-19): both last days belong to the earlier band.</summary>
internal static class CaseWindows
{
    /// <summary>Which window a case is in; null: it is too late.</summary>
    public static CaseWindow? Of(CaseKind kind, CaseFacts facts, OrderPolicy policy)
    {
        if (facts.Days is not { } days || days <= policy.QualityReturnDays) return CaseWindow.Return;
        if (kind == CaseKind.NoReason) return null; // what works is not exchanged, and no voucher is for it
        if (days <= policy.ExchangeDays) return CaseWindow.Exchange;
        return facts.Voucher is null ? null : CaseWindow.Voucher;
    }

    /// <summary>True: only a voucher opens it, so one is looked for.</summary>
    public static bool NeedsVoucher(CaseKind kind, int? days, OrderPolicy policy) =>
        kind != CaseKind.NoReason && days > policy.ExchangeDays;

    /// <summary>What may be granted; to grant nothing is always allowed.</summary>
    public static ImmutableArray<CaseRemedy> Remedies(CaseWindow window) => window == CaseWindow.Exchange
        ? [CaseRemedy.Exchange, CaseRemedy.Repair]
        : [CaseRemedy.Return, CaseRemedy.Exchange, CaseRemedy.Repair, CaseRemedy.Refund];
}
