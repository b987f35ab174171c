using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Care;

public sealed class CaseTests
{
    private const string Id = "case-1";
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly DateTimeOffset Noon = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly CaseTerms Terms = new("O1", "LIP-1", 1, CaseKind.Quality, "leaks");
    private static readonly CarePolicy Policy = Book.For("cn", Noon).Care;
    private static readonly StepCase Step = new("k", "agent-1", "a picture");
    private static readonly DecideCase Exchange = new("k", "agent-2", CaseRemedy.Exchange, "it leaks");

    private static readonly CaseEvent Opened = new CaseEvent.Opened(Terms, "agent-1", "cn", CaseWindow.Return,
            Noon.AddDays(-7), null, Noon.AddHours(72), Noon),
        Evidenced = new CaseEvent.Evidenced("e", "agent-1", "a picture", true, Noon.AddHours(25), Noon.AddHours(1)),
        Decided = new CaseEvent.Decided("d", "agent-2", CaseRemedy.Exchange, "it leaks", 900, Noon.AddDays(10),
            Noon.AddHours(2)),
        Refused = new CaseEvent.Decided("d", "agent-2", CaseRemedy.None, "worn", null, null, Noon.AddHours(2)),
        GoodsBack = new CaseEvent.GoodsBack("g", "agent-1", null, Noon.AddDays(3), Noon.AddDays(2)),
        Settling = new CaseEvent.Settling("s", "agent-1", "sent", Noon.AddDays(2)),
        NotSettled = new CaseEvent.NotSettled("stock.sold_out", RefusalKind.Conflict, Noon.AddDays(2)),
        Settled = new CaseEvent.Settled(null, null, Noon.AddDays(2)),
        Breached = new CaseEvent.Breached(CaseState.Opened, "agent", Noon.AddHours(72), Noon.AddHours(72));

    private static readonly Dictionary<string, CaseEvent[]> Ways = new()
    {
        ["none"] = [],
        ["opened"] = [Opened],
        ["evidenced"] = [Opened, Evidenced],
        ["decided"] = [Opened, Evidenced, Decided],
        ["refused"] = [Opened, Evidenced, Refused],
        ["goods_back"] = [Opened, Evidenced, Decided, GoodsBack],
        ["settling"] = [Opened, Evidenced, Decided, GoodsBack, Settling],
        ["not_settled"] = [Opened, Evidenced, Decided, GoodsBack, Settling, NotSettled],
        ["settled"] = [Opened, Evidenced, Decided, GoodsBack, Settling, Settled],
    };

    private static Case In(string state) => Ways[state].Aggregate(Case.New(), (care, e) => care.Apply(e));

    /// <summary>The window of a case opened at an instant, of goods that arrived at another.</summary>
    private static CaseWindow? WindowOf(
        CaseKind kind, string? delivered, string opened, string? voucher = null, string market = "cn")
    {
        var now = DateTimeOffset.Parse(opened, System.Globalization.CultureInfo.InvariantCulture);
        var calendar = new MarketBook(Book).For(market, now);
        DateTimeOffset? arrived = delivered is null ? null
            : DateTimeOffset.Parse(delivered, System.Globalization.CultureInfo.InvariantCulture);
        int? days = arrived is { } at
            ? calendar.BusinessDay(now).DayNumber - calendar.BusinessDay(at).DayNumber : null;
        return CaseWindows.Of(kind, new(market, 1, arrived, days, voucher), Book.For(market, now).Orders);
    }

    [Theory] // Delivered on 3 June; the day is the market's, whatever the hour.
    [InlineData("2026-06-03T10:00:00+08:00", CaseWindow.Return)] // the day itself
    [InlineData("2026-06-10T00:00:00+08:00", CaseWindow.Return)] // day 7
    [InlineData("2026-06-10T23:59:59+08:00", CaseWindow.Return)]
    [InlineData("2026-06-11T00:00:00+08:00", CaseWindow.Exchange)] // day 8
    [InlineData("2026-07-03T23:59:59+08:00", CaseWindow.Exchange)] // day 30
    [InlineData("2026-07-04T00:00:00+08:00", null)] // day 31
    public void ORD_04_The_last_day_of_a_band_belongs_to_it(string opened, CaseWindow? window)
    {
        foreach (var delivered in new[] { "2026-06-03T00:00:00+08:00", "2026-06-03T23:59:59+08:00" })
        {
            if (string.CompareOrdinal(opened, delivered) < 0) continue;
            Assert.Equal(window, WindowOf(CaseKind.Quality, delivered, opened));
            Assert.Equal(window, WindowOf(CaseKind.Warranty, delivered, opened));
            Assert.Equal(window == CaseWindow.Return ? window : null,
                WindowOf(CaseKind.NoReason, delivered, opened, "v1"));
            Assert.Equal(window ?? CaseWindow.Voucher, WindowOf(CaseKind.Quality, delivered, opened, "v1"));
        }
    }

    [Fact]
    public void ORD_04_Before_delivery_the_first_window_is_open_and_days_are_those_of_the_market()
    {
        Assert.Equal(CaseWindow.Return, WindowOf(CaseKind.NoReason, null, "2026-09-01T00:00:00Z"));
        // In London delivered on the 3rd, in Shanghai already on the 4th: so day 8 there is day 7 here.
        const string delivered = "2026-06-03T20:00:00Z", opened = "2026-06-11T10:00:00Z";
        Assert.Equal(CaseWindow.Return, WindowOf(CaseKind.Quality, delivered, opened));
        Assert.Equal(CaseWindow.Exchange, WindowOf(CaseKind.Quality, delivered, opened, market: "gb"));
    }

    [Theory]
    [InlineData(CaseWindow.Return, CaseRemedy.Return, null)]
    [InlineData(CaseWindow.Return, CaseRemedy.Refund, null)]
    [InlineData(CaseWindow.Return, CaseRemedy.Exchange, null)]
    [InlineData(CaseWindow.Return, CaseRemedy.Repair, null)]
    [InlineData(CaseWindow.Exchange, CaseRemedy.Return, "case.remedy")]
    [InlineData(CaseWindow.Exchange, CaseRemedy.Refund, "case.remedy")]
    [InlineData(CaseWindow.Exchange, CaseRemedy.Exchange, null)]
    [InlineData(CaseWindow.Exchange, CaseRemedy.Repair, null)]
    [InlineData(CaseWindow.Exchange, CaseRemedy.None, null)]
    [InlineData(CaseWindow.Voucher, CaseRemedy.Return, null)]
    [InlineData(CaseWindow.Voucher, CaseRemedy.Repair, null)]
    public void ORD_04_A_window_allows_its_remedies(CaseWindow window, CaseRemedy remedy, string? code)
    {
        var care = Case.New().Apply((CaseEvent.Opened)Opened with { Window = window }).Apply(Evidenced);
        var (reply, events) = care.Decide(Exchange with { Remedy = remedy }, null, Policy, Id, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(code is null ? 1 : 0, events.Length);
    }

    [Theory] // Every step in every state; what is refused makes no event.
    [InlineData("none", "case.unknown", "case.unknown", "case.unknown", "case.unknown")]
    [InlineData("opened", null, "case.not_evidenced", "case.not_decided", "case.not_goods_back")]
    [InlineData("evidenced", null, null, "case.not_decided", "case.not_goods_back")]
    [InlineData("decided", "case.not_opened", "case.not_evidenced", null, "case.not_goods_back")]
    [InlineData("refused", "case.not_opened", "case.not_evidenced", "case.not_decided", "case.not_goods_back")]
    [InlineData("goods_back", "case.not_opened", "case.not_evidenced", "case.not_decided", null)]
    [InlineData("not_settled", "case.not_opened", "case.not_evidenced", "case.not_decided", null)]
    [InlineData("settled", "case.not_opened", "case.not_evidenced", "case.not_decided", "case.not_goods_back")]
    public void ORD_05_A_step_follows_the_one_before(
        string state, string? evidence, string? decide, string? goodsBack, string? settle)
    {
        var care = In(state);
        Is(evidence, care.DecideEvidence(Step, Policy, Id, Noon));
        Is(decide, care.Decide(Exchange, 900, Policy, Id, Noon));
        Is(goodsBack, care.DecideGoodsBack(Step, Policy, Id, Noon));
        Is(settle, care.DecideSettle(Step, Id, Noon));

        static void Is(string? code, Decision<CaseEvent, CaseView> decision)
        {
            Assert.Equal(code, decision.Reply.Refusal?.Code);
            Assert.Equal(code is null ? 1 : 0, decision.Events.Length);
        }
    }

    [Theory]
    [InlineData(0, 1, "case.bad_terms")]
    [InlineData(Limits.QuantityMax + 1, 1, "case.bad_terms")]
    [InlineData(2, 1, "case.exceeds")]
    [InlineData(1, 1, null)]
    public void ORD_04_A_case_is_about_units_that_were_bought(int quantity, int left, string? code)
    {
        var facts = new CaseFacts("cn", left, Noon, 0, null);
        var (reply, events) = Case.New().Decide(
            new(Terms with { Quantity = quantity }, "agent-1"), facts, Book.For("cn", Noon), Id, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(code is null ? 1 : 0, events.Length);
    }

    [Fact]
    public void ORD_04_Too_late_is_refused_and_a_voucher_that_opened_it_is_kept()
    {
        Assert.Equal("case.window", Open(null).Reply.Refusal?.Code);
        Assert.Equal((CaseWindow.Voucher, "v1"), (Open("v1").Reply.Value!.Window, Open("v1").Reply.Value!.Voucher));

        static Decision<CaseEvent, CaseView> Open(string? voucher) => Case.New().Decide(new(Terms, "agent-1"),
            new("cn", 1, Noon.AddDays(-31), 31, voucher), Book.For("cn", Noon), Id, Noon);
    }

    [Fact]
    public void TEC_03_The_same_case_and_the_same_key_change_nothing_and_other_content_is_refused()
    {
        var (care, policy) = (In("settled"), Book.For("cn", Noon));
        var facts = new CaseFacts("cn", 0, null, null, null);
        var again = care.Decide(new(Terms with { Sku = "lip-1" }, "agent-9"), facts, policy, Id, Noon);
        Assert.Equal((0, CaseState.Settled), (again.Events.Length, again.Reply.Value!.State));
        Assert.Equal("case.changed", care.Decide(
            new(Terms with { Quantity = 2 }, "agent-1"), facts, policy, Id, Noon).Reply.Refusal?.Code);

        var settled = care.DecideSettle(new("s", "agent-1", "sent"), Id, Noon.AddDays(2));
        Assert.Equal((0, CaseState.Settled, Id),
            (settled.Events.Length, settled.Reply.Value!.State, settled.Reply.Value.Id));
        Assert.Equal("case.changed", care.DecideSettle(
            new("s", "agent-1", "other"), Id, Noon.AddDays(2)).Reply.Refusal?.Code);
        Assert.Equal("case.changed", care.DecideGoodsBack(
            new("s", "agent-1", "sent"), Policy, Id, Noon.AddDays(2)).Reply.Refusal?.Code);
        Assert.Empty(In("settling").DecideSettle(Step, Id, Noon).Events); // one settlement at a time
        Assert.Empty(In("settled").DecideSettled(null, null, null, Id, Noon).Events);
    }

    [Fact]
    public void ORD_05_The_audit_says_who_did_each_step_when_and_which_was_late()
    {
        var care = In("opened").Apply(Breached)
            .Apply((CaseEvent.Evidenced)Evidenced with { At = Noon.AddHours(73), DueAt = Noon.AddHours(97) })
            .Apply(Decided);
        Assert.Equal(
            [(CaseState.Opened, "agent-1", 0d, false), (CaseState.Evidenced, "agent-1", 73d, true),
                (CaseState.Decided, "agent-2", 2d, false)],
            care.View(Id, Noon).Steps.Select(s => (s.Step, s.By, (s.At - Noon).TotalHours, s.IsLate)));
    }

    [Fact]
    public void ORD_05_A_step_that_is_late_is_told_once_at_its_instant_and_the_next_step_begins_a_new_clock()
    {
        var (care, due) = (In("opened"), Noon.AddHours(72));
        Assert.Equal(due, care.DueAt);
        Assert.Empty(care.DecideLate(Policy, due.AddMilliseconds(-1)).Events);
        var told = Assert.IsType<CaseEvent.Breached>(Assert.Single(care.DecideLate(Policy, due).Events));
        Assert.Equal((CaseState.Opened, "agent", due), (told.After, told.Role, told.DueAt));
        care = care.Apply(told);
        Assert.Empty(care.DecideLate(Policy, due.AddDays(1)).Events);
        Assert.Null(care.DueAt);
        Assert.True(care.View(Id, due.AddMilliseconds(1)).IsLate);

        var next = care.DecideEvidence(Step, Policy, Id, due.AddHours(1));
        care = care.Apply(next.Events[0]);
        Assert.Equal(due.AddHours(1 + Policy.DecideHours), care.DueAt);
        Assert.False(care.View(Id, due.AddHours(1)).IsLate);
        var more = care.DecideEvidence(Step with { Key = "k2" }, Policy, Id, due.AddHours(3)).Events[0];
        Assert.Equal(care.DueAt, care.Apply(more).DueAt); // the clock runs since the first
        Assert.Null(In("settled").DueAt);
        Assert.Null(In("refused").DueAt);
    }

    [Fact]
    public void ORD_05_Evidence_has_a_bound()
    {
        var care = In("opened");
        for (var i = 0; i < ICaseGrain.EvidenceMax; i++)
            care = care.Apply(care.DecideEvidence(Step with { Key = $"k{i}" }, Policy, Id, Noon).Events[0]);
        Assert.Equal("case.full", care.DecideEvidence(Step, Policy, Id, Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Care/Case.golden.jsonl", Case.EventJson,
        Opened, Evidenced, Decided, Refused, GoodsBack, Settling, NotSettled, Settled, Breached);
}
