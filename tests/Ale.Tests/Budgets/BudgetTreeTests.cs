using Ale.Markets;
using Ale.Policy;
using CsCheck;
using Xunit;

namespace Ale.Budgets;

/// <summary>The plan as a tree, and what is moved in it.</summary>
public sealed class BudgetTreeTests
{
    private const string Year = "2026", Key = "2026-06-a";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly BudgetPolicy Policy = Book.For(null, Noon).Budgets;
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    private static BudgetTerms T(long planned, BudgetKind kind = BudgetKind.Labour, string? parent = null) =>
        new(planned, "CNY", kind, "reach", false, parent);

    private static BudgetPlan Of(params (string Line, BudgetTerms Terms)[] lines) =>
        lines.Aggregate(BudgetPlan.New(), (plan, l) => plan.Apply(
            new BudgetPlanEvent.LinePut(plan.Version + 1, new(6, l.Line), l.Terms, "fay", Noon)));

    private static BudgetPlan InForce(BudgetPlan plan) => plan
        .Apply(new BudgetPlanEvent.Submitted(plan.Version + 1, 1, "fay", [], Noon))
        .Apply(new BudgetPlanEvent.Settled(plan.Version + 2, 1, true, 0, Noon));

    private static BudgetPlan Revised(BudgetPlan plan) =>
        plan.Apply(new BudgetPlanEvent.Revised(plan.Version + 1, "fay", "more", Noon));

    private static BudgetPlan Put(BudgetPlan plan, string line, BudgetTerms terms) =>
        plan.Apply(new BudgetPlanEvent.LinePut(plan.Version + 1, new(6, line), terms, "fay", Noon));

    private static MoveBudget M(long amount, string from, string to, string key = "k") =>
        new(key, new(6, from), new(6, to), amount, "fay", "less");

    private static Refusal? Why(BudgetPlan plan, MoveBudget move, int? phase = null, long free = long.MaxValue,
        DateTimeOffset? at = null) => plan.Decide(move, Year, free, phase, Policy, Market, at ?? Noon).Reply.Refusal;

    private static BudgetPlan Moved(BudgetPlan plan, MoveBudget move)
    {
        var (reply, events) = plan.Decide(move, Year, long.MaxValue, null, Policy, Market, Noon);
        Assert.Null(reply.Refusal);
        var begun = events.Aggregate(plan, (p, e) => p.Apply(e));
        return begun.DecideTaken(begun.Moving!, true, Noon).Events.Aggregate(begun, (p, e) => p.Apply(e));
    }

    private static string Text(Refusal refusal, string name) => refusal.Details.Single(d => d.Key == name).Value;

    private static readonly BudgetPlan Tree = Of(("all", T(1_000)), ("part", T(300, parent: "all")),
        ("small", T(100, parent: "part")), ("other", T(500)), ("risk", T(200, BudgetKind.Reserve)));

    [Theory]
    [InlineData("new", "all", 700, BudgetKind.Labour, null, null)]
    [InlineData("new", "all", 701, BudgetKind.Labour, "budget.parts",
        "1001 would be planned in the parts of 6/all, which has 1000.")]
    [InlineData("new", "all", 1, BudgetKind.Marketing, "budget.parent_kind",
        "all is of kind Labour; its parts are too, not Marketing.")]
    [InlineData("all", null, 300, BudgetKind.Labour, null, null)]
    [InlineData("all", null, 299, BudgetKind.Labour, "budget.parts",
        "300 are planned in the parts of 6/all; it would have 299.")]
    [InlineData("part", "all", 1_001, BudgetKind.Labour, "budget.parts",
        "1001 would be planned in the parts of 6/all, which has 1000.")]
    [InlineData("all", "small", 1_000, BudgetKind.Labour, "budget.circle",
        "A line is no part of itself: all > small > part > all.")]
    [InlineData("new", "none", 1, BudgetKind.Labour, "budget.parent", "There is no line none in month 6.")]
    [InlineData("new", null, Limits.AmountMinorMax, BudgetKind.Labour, "budget.total",
        "The year would be 1000000001700; it may be 1000000000000, as much as an approval can state.")]
    [InlineData("new", null, Limits.AmountMinorMax + 1, BudgetKind.Labour, "budget.bad_terms",
        "Must be from 0 to 1000000000000.")]
    [InlineData("new", null, Limits.AmountMinorMax - 1_700, BudgetKind.Labour, null, null)]
    public void BUD_01_a_part_is_of_its_whole(
        string line, string? parent, long planned, BudgetKind kind, string? code, string? detail)
    {
        var refusal = Tree.Decide(new PutBudgetLine(new(6, line), T(planned, kind, parent), "fay"), null, Noon)
            .Reply.Refusal;
        Assert.Equal(code, refusal?.Code);
        if (refusal is not null) Assert.Equal(detail, Text(refusal, "detail"));
    }

    [Fact]
    public void BUD_01_each_money_is_in_one_line_alone()
    {
        Assert.Equal((700L, 200L, 100L, 1_700L), (Tree.OwnOf(new(6, "all")), Tree.OwnOf(new(6, "part")),
            Tree.OwnOf(new(6, "small")), Tree.TotalMinor()));
        Assert.Equal(1_700, Tree.Own().Sum(l => l.OwnMinor));
        Assert.Equal(300, Tree.Tell(new(6, "all")).PartsMinor);
    }

    [Theory] // From, to, what they and those that they are part of are then.
    [InlineData("other", "small", "all:1050 part:350 small:150 other:450")]
    [InlineData("small", "other", "all:950 part:250 small:50 other:550")]
    [InlineData("all", "small", "all:1000 part:350 small:150 other:500")] // it stays within all
    [InlineData("small", "all", "all:1000 part:250 small:50 other:500")]
    public void BUD_01_a_move_changes_the_wholes_too_and_never_the_sum(string from, string to, string then)
    {
        var after = Moved(Tree, M(50, from, to));
        Assert.Equal(1_700, after.TotalMinor());
        foreach (var (line, planned) in then.Split(' ').Select(l => l.Split(':')).Select(l => (l[0], long.Parse(l[1],
            System.Globalization.CultureInfo.InvariantCulture))))
            Assert.Equal((line, planned), (line, after.Lines[BudgetPlan.KeyOf(new(6, line))].Terms.PlannedMinor));
        foreach (var own in Tree.Own())
        {
            var delta = own.Line.Place.Line == from ? -50 : own.Line.Place.Line == to ? 50 : 0;
            Assert.Equal(own.OwnMinor + delta, after.OwnOf(own.Line.Place));
        }
    }

    [Fact]
    public void BUD_01_only_a_lines_own_money_is_moved()
    {
        Assert.Equal("budget.spent", Why(Tree, M(701, "all", "other"))?.Code);
        Assert.Null(Why(Tree, M(700, "all", "other")));
        Assert.Equal("budget.spent", Why(Tree, M(11, "all", "other"), free: 10)?.Code);
    }

    [Fact]
    public void BUD_11_an_earmark_that_is_part_of_the_risk_reserve_gets_its_pot()
    {
        var plan = Of(("all", T(880)), ("risk", T(120, BudgetKind.Reserve)),
            ("risk-legal", T(60, BudgetKind.Reserve, "risk")), ("counsel", T(10, BudgetKind.Reserve, "risk-legal")));
        Assert.Equal("counsel:10 risk:60 risk-legal:50 emergency:0",
            string.Join(' ', plan.Pots().Select(p => FormattableString.Invariant($"{p.Pot}:{p.AmountMinor}"))));
        Assert.DoesNotContain(PhaseRules.Check(plan, null, Policy), f => f.Rule == "risk_reserve"); // 12 %
    }

    [Fact]
    public void BUD_12_parts_for_top_hosts_count()
    {
        var plan = Of(("media", T(500, BudgetKind.Marketing)), ("hosts", T(400, BudgetKind.Marketing, "media") with
        {
            TopHosts = true,
        }), ("risk", T(60, BudgetKind.Reserve)));
        Assert.DoesNotContain(PhaseRules.Check(plan, PhaseRules.StartUp, Policy), f => f.Rule == "top_hosts");
    }

    [Theory] // Of 10,000 labour has 3,800, media 4,999, tools 1 and the risk reserve 1,200.
    [InlineData(null, "risk", "tools", 200, null)]
    [InlineData(null, "risk", "tools", 201, "risk_reserve")]
    [InlineData(3, "media", "labour", 200, null)]
    [InlineData(3, "media", "labour", 201, "labour")]
    [InlineData(2, "tools", "media", 1, "roi")]
    [InlineData(1, "tools", "media", 1, null)]
    public void BUD_07_BUD_08_BUD_10_a_move_breaks_no_rule(
        int? phase, string from, string to, long amount, string? rule)
    {
        var plan = Of(("labour", T(3_800)), ("media", T(4_999, BudgetKind.Marketing)),
            ("tools", T(1, BudgetKind.Technology)), ("risk", T(1_200, BudgetKind.Reserve)));
        var refusal = Why(plan, M(amount, from, to), phase);
        Assert.Equal(rule is null ? null : "budget.rules", refusal?.Code);
        if (rule is not null) Assert.StartsWith(rule + ": ", Text(refusal!, "rules"), StringComparison.Ordinal);
    }

    [Fact]
    public void BUD_10_a_rule_that_is_broken_before_stops_no_move()
    {
        var plan = Of(("a", T(100)), ("b", T(100)));
        Assert.Contains(PhaseRules.Check(plan, null, Policy), f => f is { Rule: "risk_reserve", Blocks: true });
        Assert.Null(Why(plan, M(1, "a", "b")));
    }

    [Theory]
    [InlineData(19_999, true, "plannedMinor")]
    [InlineData(20_000, false, "rigid")]
    [InlineData(20_001, true, null)]
    public void BUD_06_at_the_start_a_draft_neither_lowers_a_rigid_line_nor_makes_it_flexible(
        long planned, bool rigid, string? field)
    {
        var plan = Of(("rent", T(20_000) with { Rigid = true }));
        var put = new PutBudgetLine(new(6, "rent"), T(planned) with { Rigid = rigid }, "fay");
        var refusal = plan.Decide(put, PhaseRules.StartUp, Noon).Reply.Refusal;
        Assert.Equal(field is null ? null : "budget.rigid", refusal?.Code);
        if (field is not null) Assert.Equal(field, Text(refusal!, "field"));
        Assert.Null(plan.Decide(put, PhaseRules.Growth, Noon).Reply.Refusal);
    }

    [Theory] // A plan in force of 100 is revised: what a draft enters, and what then counts of the 150.
    [InlineData("put", 100L)]
    [InlineData("move", null)]
    [InlineData("put, move", 100L)] // what a draft made is moved
    [InlineData("put, approve", null)]
    public void BUD_03_what_a_draft_raises_counts_when_it_is_approved(string what, long? counts)
    {
        var plan = Revised(InForce(Of(("a", T(100)), ("b", T(100)))));
        plan = what switch
        {
            "put" => Put(plan, "a", T(150)),
            "move" => Moved(plan, M(50, "b", "a")),
            "put, move" => Moved(Put(plan, "new", T(50)), M(50, "new", "a")),
            _ => InForce(Put(plan, "a", T(150))),
        };
        var told = plan.Tell(new(6, "a"));
        Assert.Equal((150L, counts, plan.Version),
            (told.Terms.PlannedMinor, told.CountsMinor, told.Version));
    }

    [Theory]
    [InlineData("2026-07-10T15:59:59.999Z", null)]
    [InlineData("2026-07-10T16:00:00Z", "budget.closed")]
    public void BUD_01_no_money_is_moved_out_of_a_closed_month_or_into_it(string at, string? code)
    {
        var instant = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var plan = Tree.Apply(new BudgetPlanEvent.LinePut(9, new(7, "july"), T(100), "fay", Noon));
        var into = new MoveBudget("k", new(7, "july"), new(6, "other"), 1, "fay", "less");
        Assert.Equal((code, code), (Why(plan, into, at: instant)?.Code,
            Why(plan, into with { From = into.To, To = into.From }, at: instant)?.Code));
        if (code is not null)
            Assert.Equal("2026-06 was closed on 2026-07-11: move money of open months.",
                Text(Why(plan, into, at: instant)!, "detail"));
    }

    [Theory] // Plan 160, of which so much is taken when the move of 60 asks for it.
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void BUD_01_money_is_taken_from_the_line_in_a_turn_of_its_own(long spent, bool isTaken)
    {
        var plan = Of(("a", T(160)), ("b", T(1)));
        var begun = plan.Decide(M(60, "a", "b"), Year, 160, null, Policy, Market, Noon).Events
            .Aggregate(plan, (p, e) => p.Apply(e));
        var line = Spend(BudgetLine.New().Apply(new BudgetLineEvent.Planned(1, T(160), Noon)), spent, "s1");
        var (reply, events) = line.Decide(begun.Take(begun.Moving!), Key, Policy, Market, Noon);
        Assert.Equal(isTaken ? null : "budget.spent", reply.Refusal?.Code);
        var after = events.Aggregate(line, (l, e) => l.Apply(e));
        Assert.Empty(after.Decide(begun.Take(begun.Moving!), Key, Policy, Market, Noon).Events); // asked again
        var ended = begun.DecideTaken(begun.Moving!, isTaken, Noon).Events.Aggregate(begun, (p, e) => p.Apply(e));
        Assert.Null(ended.Moving);
        Assert.Equal(isTaken ? 100 : 160, ended.Lines[BudgetPlan.KeyOf(new(6, "a"))].Terms.PlannedMinor);
        // A take that comes late, after the move has ended, changes nothing.
        var told = after.Decide(ended.Tell(new(6, "a")), Key, Policy, Market, Noon).Events
            .Aggregate(after, (l, e) => l.Apply(e));
        Assert.Empty(told.Decide(begun.Take(begun.Moving!), Key, Policy, Market, Noon).Events);
        Assert.Equal(ended.OwnOf(new(6, "a")), told.OwnMinor);
    }

    private static BudgetLine Spend(BudgetLine line, long amount, string id) => line.Decide(
        new PostSpend(id, amount, "CNY", SpendStage.Committed, false, new()), Key, Policy, Market, Noon).Events
        .Aggregate(line, (l, e) => l.Apply(e));

    [Fact]
    public void BUD_01_whoever_moves_and_spends_in_whatever_order_no_money_goes_twice() =>
        Gen.Select(Gen.Int[0, 2], Gen.Long[1, 120]).Array[1, 40].Sample(steps =>
        {
            var plan = Of(("a", T(160)), ("b", T(1)));
            var line = BudgetLine.New().Apply(new BudgetLineEvent.Planned(1, T(160), Noon));
            var stale = 160L; // what was read some time ago
            foreach (var (step, i) in steps.Select((s, i) => (s, i)))
            {
                var (what, amount) = step;
                if (what == 0) line = Spend(line, amount, $"s{i}");
                else if (what == 1) stale = line.OwnMinor - line.TakenMinor;
                else if (plan.Moving is null)
                    plan = plan.Decide(M(amount, "a", "b", $"k{i}"), Year, stale, null, Policy, Market, Noon).Events
                        .Aggregate(plan, (p, e) => p.Apply(e));
                else
                {
                    var before = line.TakenMinor;
                    var (reply, events) = line.Decide(plan.Take(plan.Moving), Key, Policy, Market, Noon);
                    line = events.Aggregate(line, (l, e) => l.Apply(e));
                    if (reply.Refusal is null) Assert.True(line.OwnMinor >= before, "it was spent");
                    plan = plan.DecideTaken(plan.Moving, reply.Refusal is null, Noon).Events
                        .Aggregate(plan, (p, e) => p.Apply(e));
                    line = line.Decide(plan.Tell(new(6, "a")), Key, Policy, Market, Noon).Events
                        .Aggregate(line, (l, e) => l.Apply(e));
                    Assert.Equal(plan.OwnOf(new(6, "a")), line.OwnMinor);
                }

                Assert.Equal(161, plan.TotalMinor());
            }
        }, iter: 500);

    [Theory] // Of 100 set aside 60 are drawn or held.
    [InlineData(60, null, 60)]
    [InlineData(59, "reserve.empty", 100)]
    [InlineData(120, null, 100)] // it has no more
    public void BUD_10_what_is_drawn_or_held_of_a_pot_is_not_taken_away(long amount, string? code, long then)
    {
        var pot = Reserve.New().Apply(new ReserveEvent.Set(1, 100, "CNY", Noon))
            .Apply(new ReserveEvent.Asked(new("d1", 60, "flood", null, "fay"), 1, Noon));
        var (reply, events) = pot.Decide(new SetReserve(2, amount, "CNY") { IsTake = true }, "2026-risk", Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        var after = events.Aggregate(pot, (p, e) => p.Apply(e));
        Assert.Equal((then, then - 60), (after.AmountMinor, after.LeftMinor));
        Assert.Empty(Reserve.New().Decide(new SetReserve(2, 5, "CNY") { IsTake = true }, "2026-risk", Noon).Events);
    }
}
