using Ale.Kernel;
using Ale.Policy;

namespace Ale.Care;

/// <summary>What is decided about a case.</summary>
internal sealed partial record Case
{
    public Decision<CaseEvent, CaseView> Decide(
        OpenCase command, CaseFacts facts, PolicySet policy, string id, DateTimeOffset now)
    {
        var terms = Normal(command.Terms);
        if (!IsGood(terms)) return CaseRefusals.BadTerms;
        if (Opening is not null) return Opening.Terms == terms ? View(id, now) : CaseRefusals.Changed;
        if (terms.Quantity > facts.UnitsLeft) return CaseRefusals.Exceeds;
        if (CaseWindows.Of(terms.Kind, facts, policy.Orders) is not { } window) return CaseRefusals.Window;
        return After(id, now, new CaseEvent.Opened(terms, command.By, facts.Market, window, facts.DeliveredAt,
            window == CaseWindow.Voucher ? facts.Voucher : null, now + Hours(policy.Care.EvidenceHours), now));
    }

    public Decision<CaseEvent, CaseView> DecideEvidence(
        StepCase command, CarePolicy policy, string id, DateTimeOffset now)
    {
        if (Opening is null) return CaseRefusals.Unknown;
        if (!IsNote(command.Note, min: 1)) return CaseRefusals.BadTerms;
        if (Again(command.Key, EvidenceOf(command.Note!), id, now) is { } again) return again;
        if (State is not (CaseState.Opened or CaseState.Evidenced)) return CaseRefusals.NotOpened;
        if (Steps.Length > ICaseGrain.EvidenceMax) return CaseRefusals.Full; // the first step is the opening
        return After(id, now, new CaseEvent.Evidenced(
            command.Key, command.By, command.Note!, State == CaseState.Opened, now + Hours(policy.DecideHours), now));
    }

    /// <param name="priceMinor">Of the units that an exchange holds.</param>
    public Decision<CaseEvent, CaseView> Decide(
        DecideCase command, long? priceMinor, CarePolicy policy, string id, DateTimeOffset now)
    {
        if (Opening is null) return CaseRefusals.Unknown;
        if (!IsNote(command.Note, min: 1)) return CaseRefusals.BadTerms;
        if (Again(command.Key, DecisionOf(command.Remedy, command.Note), id, now) is { } again) return again;
        if (State != CaseState.Evidenced) return CaseRefusals.NotEvidenced;
        if (command.Remedy != CaseRemedy.None && !CaseWindows.Remedies(Opening.Window).Contains(command.Remedy))
            return CaseRefusals.Remedy;
        DateTimeOffset? due = command.Remedy == CaseRemedy.None ? null : now + Hours(policy.GoodsHours);
        return After(id, now, new CaseEvent.Decided(
            command.Key, command.By, command.Remedy, command.Note, priceMinor, due, now));
    }

    public Decision<CaseEvent, CaseView> DecideGoodsBack(
        StepCase command, CarePolicy policy, string id, DateTimeOffset now)
    {
        if (Opening is null) return CaseRefusals.Unknown;
        if (!IsNote(command.Note)) return CaseRefusals.BadTerms;
        if (Again(command.Key, GoodsOf(command.Note), id, now) is { } again) return again;
        if (State != CaseState.Decided) return CaseRefusals.NotDecided;
        return After(id, now, new CaseEvent.GoodsBack(
            command.Key, command.By, command.Note, now + Hours(policy.SettleHours), now));
    }

    public Decision<CaseEvent, CaseView> DecideSettle(StepCase command, string id, DateTimeOffset now)
    {
        if (Opening is null) return CaseRefusals.Unknown;
        if (!IsNote(command.Note)) return CaseRefusals.BadTerms;
        if (Again(command.Key, SettlementOf(command.Note), id, now) is { } again) return again;
        if (State != CaseState.GoodsBack) return CaseRefusals.NotGoodsBack;
        if (Settlement is not null) return View(id, now); // it is being done
        return After(id, now, new CaseEvent.Settling(command.Key, command.By, command.Note, now));
    }

    /// <summary>What order or stock said of the settlement.</summary>
    public Decision<CaseEvent, CaseView> DecideSettled(
        Refusal? refusal, string? returnId, long? refundMinor, string id, DateTimeOffset now) =>
        Settlement is null ? View(id, now)
        : After(id, now, refusal is null
            ? new CaseEvent.Settled(returnId, refundMinor, now)
            : new CaseEvent.NotSettled(refusal.Code, refusal.Kind, now));

    /// <summary>The next step is late: said once.</summary>
    public Decision<CaseEvent, Done> DecideLate(CarePolicy policy, DateTimeOffset now) =>
        IsBreached || !(Deadline <= now) ? default(Done)
        : new Decision<CaseEvent, Done>(default(Done), new CaseEvent.Breached(
            State, policy.Role, Deadline.Value, now));

    /// <summary>SKUs are compared without case.</summary>
    private static CaseTerms Normal(CaseTerms terms) => terms with { Sku = terms.Sku.ToUpperInvariant() };

    private static bool IsGood(CaseTerms t) => Limits.IsId(t.OrderId) && Limits.IsId(t.Sku)
        && t.Quantity is >= 1 and <= Limits.QuantityMax && IsNote(t.Note);

    private static bool IsNote(string? note, int min = 0) =>
        (note?.Length ?? 0) >= min && !(note?.Length > Limits.TextLengthMax);

    private static TimeSpan Hours(int hours) => TimeSpan.FromHours(hours);

    private static string EvidenceOf(string note) => $"evidence:{note}";

    private static string DecisionOf(CaseRemedy remedy, string note) => $"decide:{remedy}:{note}";

    private static string GoodsOf(string? note) => $"goods_back:{note}";

    private static string SettlementOf(string? note) => $"settle:{note}";

    private Decision<CaseEvent, CaseView>? Again(string key, string command, string id, DateTimeOffset now) =>
        Keys.Find(key, now) is not { } done ? null
        : done.Command == command ? done.Answer with { Id = id } : CaseRefusals.Changed;

    private Decision<CaseEvent, CaseView> After(string id, DateTimeOffset now, CaseEvent happened) =>
        new(Apply(happened).View(id, now), happened);
}
