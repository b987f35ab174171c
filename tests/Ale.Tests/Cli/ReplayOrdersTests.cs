using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Ale.Cli;

/// <summary>The command line's replay against a silo in the test's own process.</summary>
[Trait("needs", "server")]
public sealed class ReplayOrdersTests : IAsyncLifetime
{
    private const string Sales = """
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
        536365,85123a,HEART,6,2010-12-01T08:26,2.55,17850,United Kingdom
        536365,85123A,HEART,2,2010-12-01T08:26,2.50,17850,United Kingdom
        536365,POST,POSTAGE,1,2010-12-01T08:26,18.00,17850,United Kingdom
        536366,71053,LANTERN,1,2010-12-01T08:28,3.39,,United Kingdom
        536367,71053,,4,2010-12-01T08:34,3.39,17850,United Kingdom
        C536368,85123A,HEART,-7,2010-12-01T09:00,9.99,17850,United Kingdom
        C536369,71053,LANTERN,-1,2010-12-01T09:01,3.39,13047,United Kingdom
        536370,71053,LANTERN,3,2010-12-01T09:02,0,,United Kingdom
        C536371,71053,LANTERN,-5,2010-12-01T09:03,3.39,17850,United Kingdom

        """;

    private readonly string file = Path.Combine(Path.GetTempPath(), $"ale-{Guid.NewGuid():N}.csv");
    private FakeSilo silo = null!;
    private string import = "";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(file, Sales);
        await using var stream = File.OpenRead(file);
        import = RetailFile.Read(stream).ImportId;
        silo = await FakeSilo.Start();
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(file);
        await silo.DisposeAsync();
    }

    private async Task<(int Status, string Out, string Log)> Replay(params string[] more)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var status = await CommandLine.Run(
            ["replay", "orders", file, "--market", "gb", "--url", silo.Url, "--token", "t", .. more], stdout, stderr);
        return (status, stdout.ToString(), stderr.ToString());
    }

    private Recorded Only(string path) => Assert.Single(silo.Requests, r => r.Path == path && r.Method != "GET");

    private static void Same(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{expected}\n{actual}");

    [Fact]
    public async Task Every_request_has_the_body_of_the_contract()
    {
        Assert.Equal(0, (await Replay()).Status);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sales)));
        Same($$"""{"source":"online-retail","market":"gb","sha256":"{{hash}}"}""", Only($"/api/imports/{import}").Body);
        Same("""{"title":"HEART","priceMinor":255,"currency":"GBP","market":"gb"}""", Only("/api/skus/85123A").Body);
        Same("""{"quantity":8}""", Only($"/api/skus/85123A/receipts/{import}").Body);
        Same("""{"quantity":5}""", Only($"/api/skus/71053/receipts/{import}").Body);
        Same("""{"market":"gb"}""", Only("/api/users/17850").Body);
        Same("""
            {"userId":"17850","lines":[{"sku":"85123A","quantity":6,"priceMinor":255},
             {"sku":"85123A","quantity":2,"priceMinor":250}],
             "charges":[{"code":"POST","amountMinor":1800}],"recordedAt":"2010-12-01T08:26:00+00:00"}
            """, Only($"/api/orders/{import}-536365").Body);
        Same("""{"lines":[{"sku":"71053","quantity":1,"priceMinor":339}],"recordedAt":"2010-12-01T08:28:00+00:00"}""",
            Only($"/api/orders/{import}-536366").Body);
        Same("""{"method":"local"}""", Only($"/api/orders/{import}-536365/pay").Body);
        Assert.Equal($"{import}-536365-pay", Only($"/api/orders/{import}-536365/pay").Key);
        Same("""{"lines":[{"sku":"85123A","quantity":7}],"reason":"invoice C536368"}""",
            Only($"/api/orders/{import}-536365/returns/{import}-C536368-536365").Body);
        Same($$"""{"lines":[],"orderIds":["{{import}}-536365"]}""",
            Only($"/api/imports/{import}/documents/536365").Body);
        Same("""{"lines":[{"sku":"71053","quantity":3,"amountMinor":0,"kind":"unpriced"}],"orderIds":[]}""",
            Only($"/api/imports/{import}/documents/536370").Body);
        Same("""{"lines":[{"sku":"71053","quantity":-1,"amountMinor":-339,"kind":"unmatched"}],"orderIds":[]}""",
            Only($"/api/imports/{import}/documents/C536369").Body);
        Same("""
            {"lines":[{"sku":"71053","quantity":-4,"amountMinor":-1356,"kind":"product"},
             {"sku":"71053","quantity":-1,"amountMinor":-339,"kind":"unmatched","part":true}],"orderIds":[]}
            """, Only($"/api/imports/{import}/documents/C536371").Body);
        Assert.DoesNotContain(silo.Requests, r => r.Path == "/api/users/13047");
        Assert.All(silo.Requests, r => Assert.All(r.Path.Split('/').Skip(3), id => Assert.True(Limits.IsId(id), id)));
    }

    [Fact]
    public async Task Stock_is_received_before_anything_sells_and_a_customers_invoices_follow_each_other()
    {
        await Replay("--parallel", "8");

        var paths = silo.Requests.Select(r => r.Path).ToList();
        int At(string path) => paths.IndexOf(path);
        Assert.True(paths.FindLastIndex(p => p.Contains("/receipts/")) < paths.FindIndex(p => p.Contains("/orders/")));
        Assert.True(At("/api/users/17850") < At($"/api/orders/{import}-536365"));
        Assert.True(At($"/api/orders/{import}-536365/pay") < At($"/api/orders/{import}-536367"));
        Assert.True(At($"/api/orders/{import}-536367/pay")
            < At($"/api/orders/{import}-536365/returns/{import}-C536368-536365"));
        Assert.Equal($"/api/imports/{import}", paths[^1]);
    }

    [Fact]
    public async Task A_second_run_sends_the_same_ids_and_pays_nothing_again()
    {
        await Replay();
        var first = silo.Requests.Where(r => r.Method != "GET").Select(r => r.ToString()).Order().ToList();
        silo.Requests.Clear();
        Assert.Equal(0, (await Replay()).Status);

        var second = silo.Requests.Where(r => r.Method != "GET").Select(r => r.ToString()).Order().ToList();
        Assert.Equal(first.Where(r => !r.Contains("/pay")), second);
    }

    [Fact]
    public async Task Json_is_one_object_with_the_fields_of_the_contract_and_nothing_else()
    {
        var (status, stdout, _) = await Replay("--json");

        Assert.Equal((0, 1), (status, stdout.TrimEnd().Split('\n').Length));
        Assert.Equal("orders guestOrders orderLines skus unitsSold salesMinor chargeLines chargesMinor unpricedLines "
            + "returnLines unitsReturned unitsReturnUnmatched refundMinor users pointsEarned pointsReversed "
            + "pointsBalance tiers onHand refused seconds",
            string.Join(' ', JsonNode.Parse(stdout)!.AsObject().Select(p => p.Key)));
        Assert.Equal("""{"new":281,"regular":103,"core":10}""", JsonNode.Parse(stdout)!["tiers"]!.ToJsonString());
        Assert.Equal("{}", JsonNode.Parse(stdout)!["refused"]!.ToJsonString());
    }

    [Fact]
    public async Task The_table_shows_money_and_counts()
    {
        var (status, stdout, stderr) = await Replay();
        Assert.Equal((0, ""), (status, stderr));
        Assert.Contains("248,928.79", stdout);
        Assert.Contains("560 · 31", stdout);
    }

    [Theory]
    [InlineData("request.unknown")]
    [InlineData("request.busy")]
    [InlineData("gone")]
    public async Task What_is_unknown_is_asked_again_with_the_same_id(string fault)
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        silo.Before = async (context, request) =>
        {
            if (request.Method == "GET" || !seen.TryAdd(request.Path, true)) return false;
            if (fault == "gone") context.Abort();
            else await FakeSilo.Problem(context, 503, fault);
            return true;
        };

        Assert.Equal(0, (await Replay()).Status);
        Assert.All(silo.Requests.Where(r => r.Method != "GET").GroupBy(r => r.Path), again =>
        {
            Assert.Equal(2, again.Count());
            Assert.Equal(again.First(), again.Last());
        });
    }

    [Fact]
    public async Task A_refused_order_is_counted_told_and_fails_the_run()
    {
        silo.Before = async (context, request) =>
        {
            if (request.Path != $"/api/orders/{import}-536365") return false;
            await FakeSilo.Problem(context, 409, "stock.sold_out", "0 left");
            return true;
        };

        var (status, stdout, stderr) = await Replay("--json");

        Assert.Equal(1, status);
        Assert.Equal("""{"stock.sold_out":1}""", JsonNode.Parse(stdout)!["refused"]!.ToJsonString());
        Assert.Equal($"409 stock.sold_out on /api/orders/{import}-536365: 0 left", stderr.Trim());
        Assert.DoesNotContain(silo.Requests, r => r.Path.Contains($"{import}-536365/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sku_or_user_that_is_there_already_with_other_content_is_no_refusal()
    {
        silo.Before = async (context, request) =>
        {
            if (request.Path is not ("/api/skus/85123A" or "/api/users/17850")) return false;
            await FakeSilo.Problem(context, 409, "stock.changed");
            return true;
        };
        Assert.Equal(0, (await Replay()).Status);
    }

    [Theory]
    [InlineData("/api/imports", 409, "import.changed")]
    [InlineData("/api/imports", 401, "auth.bad_token")]
    [InlineData("/api/skus", 403, "auth.not_allowed")]
    [InlineData("/api/orders", 403, "auth.not_allowed")]
    public async Task What_every_other_request_would_meet_too_ends_the_run_at_once(string path, int code, string reason)
    {
        silo.Before = async (context, request) =>
        {
            if (!request.Path.StartsWith(path, StringComparison.Ordinal)) return false;
            await FakeSilo.Problem(context, code, reason);
            return true;
        };
        var (status, stdout, stderr) = await Replay("--json", "--parallel", "1");

        Assert.Equal((1, ""), (status, stdout));
        Assert.StartsWith($"{code} {reason} on {path}", Assert.Single(stderr.Trim().Split('\n')));
        Assert.Single(silo.Requests, r => r.Path.StartsWith(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parked_streams_fail_the_run()
    {
        silo.Settled = """{"parked":2,"retrying":0}""";
        var (status, stdout, stderr) = await Replay("--json");
        Assert.Equal((1, ""), (status, stdout));
        Assert.Contains("2 streams are parked", stderr);
    }

    [Fact]
    public async Task Recorded_time_is_kept_at_the_speed_asked_for()
    {
        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, (await Replay("--speed", "2220")).Status); // the last invoice is 37 minutes after the first
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.99, 20);
    }

    [Fact]
    public async Task A_broken_file_is_one_line_and_reaches_no_silo()
    {
        await File.WriteAllTextAsync(file, "InvoiceNo\n1\n");
        var (status, stdout, stderr) = await Replay("--json");
        Assert.Equal((1, ""), (status, stdout));
        Assert.Equal($"{file}: line 1: the column StockCode is missing", stderr.Trim());
        Assert.Empty(silo.Requests);
    }

    [Fact]
    public async Task The_recorded_week_is_replayed_order_by_order()
    {
        File.Copy(Samples.Path("online-retail-2010-12.csv"), file, overwrite: true);
        Assert.Equal(0, (await Replay("--json")).Status);

        int Count(string method, string part) => silo.Requests.Count(r => r.Method == method && r.Path.Contains(part));
        Assert.Equal(2_180, Count("PUT", "/receipts/"));
        Assert.Equal(394, Count("PUT", "/users/"));
        Assert.Equal(560, Count("POST", "/pay"));
        Assert.Equal(698, Count("PUT", "/documents/"));
        Assert.Equal(223, silo.Requests.Where(r => r.Path.Contains("/returns/"))
            .Sum(r => r.Json["lines"]!.AsArray().Sum(l => l!["quantity"]!.GetValue<int>())));
    }
}
