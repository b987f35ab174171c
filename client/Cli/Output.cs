using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Ale.Cli;

/// <summary>Where a verb writes: results on <c>Out</c>, everything else on <c>Log</c>.</summary>
internal sealed record Output(TextWriter Out, TextWriter Log, bool Json)
{
    public void Print(ReplayReport report)
    {
        if (Json)
        {
            Print(ToJson(report));
            return;
        }
        var (f, table) = (report.Figures, Table("figure", "value"));
        void Row(string name, params string[] values) => table.AddRow(name, string.Join(" · ", values));
        Row("orders · of these guest orders", Count(f.Orders), Count(f.GuestOrders));
        Row("order lines · distinct SKUs · units", Count(f.OrderLines), Count(f.Skus), Count(f.UnitsSold));
        Row("goods sold", Money(f.SalesMinor));
        Row("charge lines · their sum", Count(f.ChargeLines), Money(f.ChargesMinor));
        Row("unpriced lines", Count(f.UnpricedLines));
        Row("return lines · units matched · units unmatched",
            Count(f.ReturnLines), Count(f.UnitsReturned), Count(f.UnitsReturnUnmatched));
        Row("refunded", Money(f.RefundMinor));
        Row("customers · points earned · reversed · balance",
            Count(f.Users), Count(f.PointsEarned), Count(f.PointsReversed), Count(f.PointsBalance));
        Row("tiers new · regular · core", Count(f.Tiers.New), Count(f.Tiers.Regular), Count(f.Tiers.Core));
        Row("units on hand at the end", Count(f.OnHand));
        Row("seconds", report.Seconds.ToString("0.000", CultureInfo.InvariantCulture));
        foreach (var (code, count) in report.Refused) Row($"refused {code}", Count(count));
        Print(table);
    }

    public void Print(VerifyReport report)
    {
        if (Json)
        {
            Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Default.VerifyReport));
            return;
        }
        var table = Table("check", "rows", "result");
        foreach (var check in report.Checks) table.AddRow(check.Name, Count(check.Rows), check.Ok ? "ok" : "FAILED");
        Print(table);
        foreach (var failure in report.Failures) Out.WriteLine($"{failure.Stream}: {failure.Check}: {failure.Detail}");
        Out.WriteLine(report.Ok ? "ok" : "FAILED");
    }

    public void Print(DemoReport report)
    {
        if (Json)
        {
            Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Default.DemoReport));
            return;
        }
        var table = Table("SKU", "received", "paid", "sold", "held", "on hand", "result");
        foreach (var sku in report.Skus)
            table.AddRow(sku.Sku, Count(sku.Received), Count(sku.Paid), Count(sku.Sold), Count(sku.Held),
                Count(sku.OnHand), sku.Ok ? "ok" : "WRONG");
        Print(table);
        Out.WriteLine($"{Count(report.Orders)} orders, {Count(report.Paid)} paid ({Money(report.PaidMinor)} "
            + $"{Demo.Currency}), {Count(report.Cancelled)} cancelled, {Count(report.Abandoned)} left unpaid");
        foreach (var (code, count) in report.Refused) Out.WriteLine($"{Count(count)} refused with {code}");
        Out.WriteLine(report.Oversold == 0 ? "oversold: 0" : $"OVERSOLD: {Count(report.Oversold)}");
        if (!report.Ok) Out.WriteLine("FAILED: stock does not agree with what was paid");
    }

    public void Print(JobsReport report)
    {
        if (Json)
        {
            Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Default.JobsReport));
            return;
        }

        Print(report.Jobs);
    }

    public void Print(JobEntry job)
    {
        if (Json) Out.WriteLine(JsonSerializer.Serialize(job, CliJson.Default.JobEntry));
        else Print(ImmutableArray.Create(job));
    }

    public void Print(JobRunsReport report)
    {
        if (Json)
        {
            Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Default.JobRunsReport));
            return;
        }

        var table = Table("run", "due", "began", "ended", "result");
        foreach (var run in report.Runs)
        {
            table.AddRow(run.RunId, JobsVerb.Local(run.DueAt, report.TimeZone),
                JobsVerb.Local(run.StartedAt, report.TimeZone), JobsVerb.Local(run.EndedAt, report.TimeZone),
                run.Verdict + (run.Actor is null ? "" : $", by {run.Actor}"));
        }

        Print(table);
        foreach (var run in report.Runs)
            if (run.Note is { Length: > 0 } note) Out.WriteLine($"{run.RunId}: {note}");
    }

    private void Print(ImmutableArray<JobEntry> jobs)
    {
        var table = Table("job", "state", "next", "latest run", "result");
        foreach (var job in jobs)
        {
            table.AddRow(job.Code, job.State, JobsVerb.Local(job.NextAt, job.TimeZone),
                JobsVerb.Local(job.Latest?.StartedAt, job.TimeZone), job.Latest?.Verdict ?? "–");
        }

        Print(table);
        foreach (var job in jobs)
            if (job.Latest is { State: "failed" or "retrying" } run) Out.WriteLine($"{job.Code}: {run.Note}");
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Ascii2);
        for (var i = 0; i < columns.Length; i++)
        {
            var side = i == 0 ? Justify.Left : Justify.Right;
            table.AddColumn(new TableColumn(columns[i]) { NoWrap = true, Alignment = side });
        }
        return table;
    }

    private void Print(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Out) });
        console.Profile.Width = Math.Max(console.Profile.Width, 100);
        console.Write(table);
    }

    private void Print(JsonObject json)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) json.WriteTo(writer);
        Out.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    private static JsonObject ToJson(ReplayReport report)
    {
        var json = JsonSerializer.SerializeToNode(report.Figures, CliJson.Default.ImportFigures)!.AsObject();
        json["refused"] = JsonSerializer.SerializeToNode(report.Refused, CliJson.Default.SortedDictionaryStringInt32);
        json["seconds"] = report.Seconds;
        return json;
    }

    private static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Money(long minor) => (minor / 100m).ToString("#,0.00", CultureInfo.InvariantCulture);
}
