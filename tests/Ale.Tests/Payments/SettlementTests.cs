using System.Collections.Immutable;
using System.Globalization;
using Ale.Kernel;
using Xunit;

namespace Ale.Payments;

/// <summary>A day's money against the acquirer's statement.</summary>
public sealed class SettlementTests
{
    private const string Key = "2026-06-18";
    private static readonly DateOnly Day = new(2026, 6, 18), Today = new(2026, 6, 19);
    private static readonly DateTimeOffset Now = new(2026, 6, 19, 1, 0, 0, TimeSpan.Zero);

    private static StatementLine Line(
        string id, long amount, StatementType type = StatementType.Captured, string? evt = null, string order = "O1") =>
        new(id, type, evt ?? "e" + id, order, amount, "CNY");

    private static ToldMoney Told(string evt, long amount, StatementType type = StatementType.Captured,
        string order = "O1", int day = 18) => new(evt, type, order, amount, "CNY", new(2026, 6, day));

    private static readonly Dictionary<MoneyClaim, string> Nowhere = [];

    private static readonly ToldMoney[] Ours = [Told("e1", 500), Told("e2", 200, StatementType.Refunded)];

    [Theory] // The lines, as id:type:event:order:amount; matched; the differences, as id:kind:amount.
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200", 2, "")]
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Fee:e1:O1:3 4:Fee:e2:O1:1", 4, "")]
    [InlineData("1:Captured:e1:O1:501 2:Refunded:e2:O1:200", 1, "1:Amount:1")] // a fen too much
    [InlineData("1:Captured:e1:O1:499 2:Refunded:e2:O1:200", 1, "1:Amount:-1")]
    [InlineData("1:Captured:e1:O1:500", 1, "e2:NotThere:-200")]
    [InlineData("", 0, "e1:NotThere:-500 e2:NotThere:-200")]
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Captured:e9:O9:70", 2, "3:NotHere:70")]
    [InlineData("1:Captured:e1:O1:500 2:Captured:e1:O1:500 3:Refunded:e2:O1:200", 2, "2:Twice:500")]
    [InlineData("1:Captured:e1:O2:500 2:Refunded:e2:O1:200", 1, "1:Content:500")] // another order
    [InlineData("1:Refunded:e1:O1:500 2:Refunded:e2:O1:200", 1, "1:Content:500")] // the wrong way round
    [InlineData("1:Captured:e1:O2:500 2:Captured:e1:O1:500 3:Refunded:e2:O1:200", 2, "1:Content:500")] // hides nothing
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Fee:e9:O1:3", 2, "3:NotHere:3")] // a fee for nothing
    [InlineData("1:Captured:e1:O1:500 2:Refunded:e2:O1:200 3:Fee:e1:O1:3 4:Fee:e1:O1:3", 3, "4:Twice:3")]
    public void SHP_06_each_line_is_matched_or_stands_as_a_difference(string lines, int matched, string differences)
    {
        var found = SettlementDecide.Compare(lines.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(':')).Select(l => new StatementLine(l[0], Enum.Parse<StatementType>(l[1]), l[2], l[3],
                long.Parse(l[4], CultureInfo.InvariantCulture), "CNY")), Ours, Day, Nowhere);
        Assert.Equal(matched, found.Matched);
        Assert.Equal(differences, Text(found.Differences));
    }

    [Fact]
    public void SHP_06_other_money_of_another_day_is_matched_and_not_missed()
    {
        var (matched, differences) = SettlementDecide.Compare(
            [Line("1", 500), Line("7", 70, evt: "late")], [Told("e1", 500), Told("late", 70, day: 17)], Day, Nowhere);
        Assert.Equal(2, matched);
        Assert.Empty(differences);
    }

    [Theory] // A line of the 19th about money of the 18th, as type:event:order:amount; what it claims there.
    [InlineData("Captured:e1:O1:500", "e1")]
    [InlineData("Captured:e1:O1:499", "e1")] // another amount: the money is there, and the rest stands as a difference
    [InlineData("Fee:e1:O1:3", "e1/fee")] // a fee is not the money
    [InlineData("Refunded:e1:O1:500", "")]
    [InlineData("Captured:e1:O2:500", "")]
    [InlineData("Captured:e9:O1:500", "")]
    public void SHP_06_only_a_line_that_fits_claims_money_of_another_day(string line, string claims)
    {
        var l = line.Split(':');
        var found = SettlementDecide.ClaimsOf([new("1", Enum.Parse<StatementType>(l[0]), l[1], l[2],
            long.Parse(l[3], CultureInfo.InvariantCulture), "CNY")], Ours, Today);
        Assert.Equal(claims, string.Join(' ', found.Select(c => $"{c.Claim.EventId}{(c.Claim.IsFee ? "/fee" : "")}")));
        Assert.All(found, c => Assert.Equal(Day, c.Day));
    }

    [Fact]
    public void SHP_06_a_fee_in_the_next_days_statement_does_not_explain_missing_money()
    {
        var day = Compared(Of(), 0);
        Assert.Equal(2, day.Unexplained);
        day = Claimed(day, "2026-06-19", new MoneyClaim("e1", true));
        Assert.Equal((SettlementState.Open, 2), (day.State, day.Unexplained));
        day = Claimed(day, "2026-06-19", new("e1", false), new("e2", false));
        Assert.Equal((SettlementState.Closed, 0), (day.State, day.Unexplained));
        Assert.All(day.Differences, d => Assert.Equal("settlements", d.By));
    }

    [Fact]
    public void SHP_06_what_another_statement_has_is_not_missed_when_the_day_is_compared_later()
    {
        var day = Claimed(Of(new SettlementEvent.Taken([Line("2", 200, StatementType.Refunded)], Now)), "2026-06-19",
            new MoneyClaim("e1", false));
        day = Compared(day, 1);
        Assert.Equal((SettlementState.Closed, 1, 0), (day.State, day.Matched, day.Unexplained));
        Assert.Equal("In the statement of 2026-06-19", Assert.Single(Assert.Single(day.Differences).Parts).Reason);
    }

    [Fact]
    public void SHP_06_money_is_in_one_days_statement_alone()
    {
        var (refund, fee) = (new MoneyClaim("e2", false), new MoneyClaim("e2", true));
        var day = Compared(Of(new SettlementEvent.Taken([Line("1", 500)], Now)), 1);
        day = Claimed(day, "2026-06-19", refund, fee);
        // The same again by the same day: as it is.
        var again = day.DecideClaimed([refund, fee], "2026-06-19", Key, Now);
        Assert.Empty(again.Reply.Value);
        Assert.Empty(again.Events);
        // A third day, and money of this day's own statement.
        var third = day.DecideClaimed([refund, fee, new("e1", false), new("e1", true)], "2026-06-20", Key, Now);
        Assert.Equal(new HeldClaim[] { new(refund, "2026-06-19"), new(fee, "2026-06-19"), new(new("e1", false), Key) },
            third.Reply.Value.ToArray());
        Assert.Equal(new MoneyClaim("e1", true),
            Assert.Single(Assert.IsType<SettlementEvent.Claimed>(Assert.Single(third.Events)).Claims));
        // There it stands as a difference,
        var held = third.Reply.Value.ToDictionary(h => h.Claim, h => h.Day);
        var (matched, found) = SettlementDecide.Compare(
            [Line("7", 200, StatementType.Refunded, "e2"), Line("8", 1, StatementType.Fee, "e2")], Ours,
            new(2026, 6, 20), held);
        Assert.Equal((0, "7:Twice:200 8:Twice:1"), (matched, Text(found)));
        // and here, when its line comes after the other day's.
        day = Compared(After(day, day.Decide([Line("2", 200, StatementType.Refunded)], Key, Today, Now)), 2);
        Assert.Equal((SettlementState.Open, "2:Twice:200"), (day.State, Text(day.Differences)));
        Assert.Equal("settlement.bad_terms", day.DecideClaimed([refund], Key, Key, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.bad_terms", day.DecideClaimed([], "2026-06-20", Key, Now).Reply.Refusal!.Code);
    }

    [Fact]
    public void SHP_06_money_of_an_order_that_was_never_placed_is_a_difference_of_its_own()
    {
        var parked = Ours[0] with { HasOrder = false };
        var (matched, found) = SettlementDecide.Compare(
            [Line("1", 500), Line("3", 5, StatementType.Fee, "e1")], [parked], Day, Nowhere);
        Assert.Equal((0, "1:NoOrder:500 3:NoOrder:5"), (matched, Text(found)));
    }

    [Fact]
    public void SHP_06_lines_that_come_while_it_is_compared_are_not_compared_with_it()
    {
        var day = Of(new SettlementEvent.Taken([Line("1", 500)], Now));
        Assert.Null(day.WhyNotCompared(1, Key, Today));
        day = After(day, day.Decide([Line("2", 200, StatementType.Refunded)], Key, Today, Now));
        var refusal = day.DecideCompared(1, Ours[..1], Nowhere, Key, Today, Now).Reply.Refusal!;
        Assert.Equal("settlement.incomplete", refusal.Code);
        Assert.Equal("settlement.incomplete", day.WhyNotCompared(3, Key, Today)!.Code); // asked before all are there
    }

    [Theory]
    [InlineData("", "e1", "O1", 5, "CNY", "id", "number 2")]
    [InlineData("2", "", "O1", 5, "CNY", "eventId", "2")]
    [InlineData("2", "e1", "a b", 5, "CNY", "orderId", "2")]
    [InlineData("2", "e1", "O1", 0, "CNY", "amountMinor", "2")]
    [InlineData("2", "e1", "O1", 5, "cny", "currency", "2")]
    public void SHP_06_a_line_out_of_range_is_named_with_its_field(
        string id, string evt, string order, long amount, string currency, string field, string line)
    {
        var refusal = Of().Decide([Line("1", 5), new(id, StatementType.Captured, evt, order, amount, currency)],
            Key, Today, Now).Reply.Refusal!;
        Assert.Equal($"settlement.bad_terms field {field} line {line}",
            $"{refusal.Code} {string.Join(' ', refusal.Details.Select(d => $"{d.Key} {d.Value}"))}");
    }

    [Fact]
    public void SHP_06_differences_are_told_page_by_page()
    {
        var day = Compared(Of(new SettlementEvent.Taken([Line("b", 5, evt: "x"), Line("e1", 6, evt: "y")], Now)), 2);
        Assert.Equal("b:NotHere e1:NotHere", Page(2, null, default));
        Assert.Equal("e1:NotThere e2:NotThere", Page(3, "e1", DifferenceKind.NotHere)); // a line of an event's name
        Assert.Equal("", Page(3, "e2", DifferenceKind.NotThere));

        // One of them is explained by its kind, and the other stays.
        var tip = new ExplainDifference("e1", [new(6, "tip")], "fay");
        var refusal = day.Decide(tip, Key, Now).Reply.Refusal!;
        Assert.Equal(("settlement.bad_terms", "kind"),
            (refusal.Code, refusal.Details.Single(d => d.Key == "field").Value));
        day = After(day, day.Decide(tip with { Kind = DifferenceKind.NotHere }, Key, Now));
        Assert.Equal((3, DifferenceKind.NotHere), (day.Unexplained, day.Differences.Single(d => d.By == "fay").Kind));
        Assert.Equal("settlement.unknown",
            day.Decide(tip with { Kind = DifferenceKind.Twice }, Key, Now).Reply.Refusal!.Code);

        string Page(int limit, string? after, DifferenceKind kind) =>
            string.Join(' ', day.Page(new(limit, after, kind)).Select(d => $"{d.Id}:{d.Kind}"));
    }

    private static string Text(IEnumerable<Difference> differences) => string.Join(' ', differences.Select(
        d => FormattableString.Invariant($"{d.Id}:{d.Kind}:{d.AmountMinor}")));

    private static Settlement Compared(Settlement day, int lines) =>
        After(day, day.DecideCompared(lines, Ours, Nowhere, Key, Today, Now));

    private static Settlement Claimed(Settlement day, string by, params MoneyClaim[] claims) =>
        day.DecideClaimed([.. claims], by, Key, Now).Events.Aggregate(day, (s, e) => s.Apply(e));

    private static Settlement Of(params SettlementEvent[] events) =>
        events.Aggregate(Settlement.New(), (s, e) => s.Apply(e));

    private static Settlement After(Settlement day, Decision<SettlementEvent, SettlementInfo> decision) =>
        decision.Events.Aggregate(day, (s, e) => s.Apply(e));

    [Fact]
    public void SHP_06_the_day_stays_open_until_each_difference_is_explained_to_the_fen()
    {
        var day = Of(new SettlementEvent.Taken([Line("1", 510), Line("3", 70)], Now));
        Assert.Equal(SettlementState.Waiting, day.State);
        Assert.Equal("settlement.incomplete",
            day.DecideCompared(3, Ours, Nowhere, Key, Today, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.too_soon", day.DecideCompared(2, Ours, Nowhere, Key, Day, Now).Reply.Refusal!.Code);
        day = After(day, day.DecideCompared(2, Ours, Nowhere, Key, Today, Now));
        Assert.Equal((SettlementState.Open, 0, 3), (day.State, day.Matched, day.Unexplained));
        Assert.Equal("settlement.bad_terms", Explain("1", (9, "rounding")).Reply.Refusal!.Code); // a fen is left
        Assert.Equal("settlement.bad_terms", Explain("1").Reply.Refusal!.Code);
        Assert.Equal("settlement.unknown", Explain("none", (1, "x")).Reply.Refusal!.Code);
        day = After(day, Explain("1", (9, "tip"), (1, "rounding")));
        Assert.Empty(Explain("1", (9, "tip"), (1, "rounding")).Events); // said again
        Assert.Equal("settlement.explained", Explain("1", (10, "other")).Reply.Refusal!.Code);
        day = After(day, Explain("3", (70, "of another shop")));
        day = After(day, Explain("e2", (-200, "paid tomorrow")));
        Assert.Equal((SettlementState.Closed, 0), (day.State, day.Unexplained));

        // Compared again: what was explained stays so.
        Assert.Empty(day.DecideCompared(2, Ours, Nowhere, Key, Today, Now).Events);

        // More lines open it again.
        day = After(day, day.Decide([Line("2", 200, StatementType.Refunded)], Key, Today, Now));
        Assert.Equal(SettlementState.Waiting, day.State);
        day = After(day, day.DecideCompared(3, Ours, Nowhere, Key, Today, Now));
        Assert.Equal((SettlementState.Closed, 1), (day.State, day.Matched)); // the refund is there now
        Assert.DoesNotContain(day.Differences, d => d.Id == "e2");

        Decision<SettlementEvent, SettlementInfo> Explain(string id, params (long Amount, string Reason)[] parts) =>
            day.Decide(new ExplainDifference(
                id, [.. parts.Select(p => new ExplainedPart(p.Amount, p.Reason))], "fay"), Key, Now);
    }

    [Fact]
    public void SHP_06_a_closed_day_of_which_more_is_told_is_compared_again()
    {
        var day = Of(new SettlementEvent.Taken([Line("1", 500), Line("2", 200, StatementType.Refunded)], Now));
        day = Compared(day, 2);
        Assert.Equal((SettlementState.Closed, 2), (day.State, day.Told!.Value));
        Assert.Empty(day.DecideCompared(2, [.. Ours, Told("e7", 1, day: 17)], Nowhere, Key, Today, Now).Events);
        ToldMoney[] more = [.. Ours, Told("e3", 100, StatementType.Refunded)];
        day = After(day, day.DecideCompared(2, more, Nowhere, Key, Today, Now));
        Assert.Equal((SettlementState.Open, 3), (day.State, day.Told!.Value));
        Assert.Equal("e3:NotThere:-100", Text(day.Differences));

        // Compared before events were counted: counted now, once.
        day = Of(new SettlementEvent.Taken([Line("1", 500), Line("2", 200, StatementType.Refunded)], Now),
            new SettlementEvent.Compared(2, [], 0, Now));
        Assert.Null(day.Told);
        Assert.Equal(2, Compared(day, 2).Told);
    }

    [Fact]
    public void SHP_06_lines_are_taken_once_and_all_or_none()
    {
        var day = Of(new SettlementEvent.Taken([Line("1", 500)], Now));
        Assert.Empty(day.Decide([Line("1", 500)], Key, Today, Now).Events);
        foreach (var other in new[] { Line("1", 501), Line("2", 6) })
            Assert.Equal("settlement.changed", day.Decide([Line("2", 5), other], Key, Today, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.bad_terms", day.Decide([Line("2", 0)], Key, Today, Now).Reply.Refusal!.Code);
        Assert.Equal("settlement.bad_terms", day.Decide(ImmutableArray<StatementLine>.Empty, Key, Today, Now)
            .Reply.Refusal!.Code);
        Assert.Equal("settlement.too_soon", day.Decide([Line("2", 5)], Key, Day, Now).Reply.Refusal!.Code);
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.CheckText("Payments/Settlement.golden.jsonl",
        Settlement.EventJson, new SettlementEvent.Taken([Line("1", 500)], Now),
        new SettlementEvent.Compared(3, [new("1", DifferenceKind.Amount, "e1", "O1", "CNY", 510, 500, 10,
            [new(10, "tip")], "fay")], 2, Now),
        new SettlementEvent.Explained("1", [new(10, "tip")], "fay", Now),
        new SettlementEvent.Claimed("2026-06-19", [new("e1", false), new("e2", true)], Now),
        new SettlementEvent.Compared(3, [], 0, Now) { Told = 4 },
        new SettlementEvent.Explained("1", [new(10, "tip")], "fay", Now) { Kind = DifferenceKind.Amount });

    [Theory]
    [InlineData("""{"id":"1","type":"Captured","eventId":"e1","orderId":"O1","amountMinor":5,"currency":"CNY"}""", null)]
    [InlineData("""{"id":"1","type":"Captured","eventId":"e1","orderId":"O1","currency":"CNY"}""", "Line 1")]
    [InlineData("""{"id":"1","type":"Stolen","eventId":"e1","orderId":"O1","amountMinor":5,"currency":"CNY"}""", "Line 1")]
    [InlineData("{", "Line 1")]
    [InlineData("null", "Line 1")]
    public async Task SHP_06_a_file_that_cannot_be_read_names_its_line(string line, string? fault)
    {
        if (fault is null) Assert.Single(await FolderStatements.Parse(Text(line)));
        else
        {
            Assert.StartsWith(fault, (await Assert.ThrowsAsync<StatementException>(
                () => FolderStatements.Parse(Text(line)))).Message, StringComparison.Ordinal);
        }

        static async IAsyncEnumerable<string> Text(string line)
        {
            await Task.CompletedTask;
            yield return line;
        }
    }
}
