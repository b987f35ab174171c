using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Ale.Edge;

/// <summary>What is wrong with a request is said in one form, before any endpoint hears of it.</summary>
[Trait("needs", "server")]
public sealed class EdgeProblemTests : IAsyncLifetime
{
    internal enum Kind { Plain, NoReason }

    internal sealed record Line(string Sku, int Quantity) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Id("sku", Sku);
            p.Quantity("quantity", Quantity);
        }
    }

    internal sealed record Body(
        string Title, long PriceMinor, Line[] Lines, Kind Kind = Kind.Plain, string? Currency = null,
        DateTimeOffset? StartsAt = null, DateTimeOffset? EndsAt = null, Id? Ref = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("title", Title, max: 20, min: 1);
            p.Money("priceMinor", PriceMinor);
            p.Each("lines", Lines, max: 3);
            p.Currency("currency", Currency);
            p.Order("startsAt", StartsAt, "endsAt", EndsAt);
        }
    }

    private int calls;
    private EdgeHost host = null!;

    public async ValueTask InitializeAsync() => host = await EdgeHost.Start(api =>
    {
        api.MapPut("/things/{id}", (Id id, Body body) => { calls++; return Results.Ok(body); })
            .Allow(Permission.StockWrite);
        api.MapPut("/lists/{id}", (Id id, IReadOnlyList<Line> lines) => { calls++; return Results.Ok(lines.Count); })
            .Allow(Permission.StockWrite);
        api.MapPut("/maybe", (Line? line) => { calls++; return Results.Ok(line is null); })
            .Allow(Permission.StockWrite);
        api.MapGet("/skus/{sku}", (SkuCode sku, int? size, DateTimeOffset? at) => { calls++; return sku.Value; })
            .Allow(Permission.StockRead);
        api.MapGet("/coupons/{code}", (CouponCode code) => code.Value).Allow(Permission.CouponRead);
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private const string Good = """{"title":"T","priceMinor":100,"lines":[{"sku":"k3","quantity":2}]}""";

    [Theory]
    [InlineData("", "")]
    [InlineData("null", "")]
    [InlineData("{", "")]
    [InlineData("[]", "")]
    [InlineData("\"text\"", "")]
    [InlineData("{\"title\":\"T\",}", "")]
    [InlineData("{/**/}", "")]
    [InlineData("""{"title":"T","lines":[]}""", "priceMinor")]
    [InlineData("""{"priceMinor":1,"lines":[]}""", "title")]
    [InlineData("""{"Title":"T","priceMinor":1,"lines":[]}""", "title")]
    [InlineData("""{"title":null,"priceMinor":1,"lines":[]}""", "title")]
    [InlineData("""{"title":"T","title":"U","priceMinor":1,"lines":[]}""", "title")]
    [InlineData("""{"title":"T","priceMinor":"1","lines":[]}""", "priceMinor")]
    [InlineData("""{"title":"T","priceMinor":1.5,"lines":[]}""", "priceMinor")]
    [InlineData("""{"title":"T","priceMinor":1e2,"lines":[]}""", "priceMinor")]
    [InlineData("""{"title":"T","priceMinor":9223372036854775808,"lines":[]}""", "priceMinor")]
    [InlineData("""{"title":"T","priceMinor":NaN,"lines":[]}""", "priceMinor")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[{"sku":"A"}]}""", "lines[0].quantity")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[{"sku":"A","quantity":1,"quantity":2}]}""",
        "lines[0].quantity")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"kind":1}""", "kind")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"kind":"other"}""", "kind")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"startsAt":"2026-06-18"}""", "startsAt")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"startsAt":"2026-06-18T10:00:00"}""", "startsAt")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"ref":"a b"}""", "ref")]
    [InlineData("""{"title":"\ud800","priceMinor":1,"lines":[]}""", "title")]
    public async Task A_body_that_cannot_be_read_is_400_and_names_the_member(string body, string field)
    {
        var answer = await host.Put("/api/things/t1", body);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(field, Assert.Single(answer.Errors).Field);
        Assert.DoesNotContain("Ale.", answer.Text);
        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData("9.99", "Must be a whole number in range.")] // a fraction of a fen
    [InlineData("1e2", "Must be a whole number in range.")]
    [InlineData("9223372036854775808", "Must be a whole number in range.")]
    [InlineData("\"1\"", "Must be a number.")]
    [InlineData("true", "Must be a number.")]
    public async Task A_number_that_is_not_whole_is_told_so(string price, string message)
    {
        var answer = await host.Put("/api/things/t1", $$"""{"title":"T","priceMinor":{{price}},"lines":[]}""");
        Assert.Equal(("priceMinor", message),
            (Assert.Single(answer.Errors).Field, answer.Errors[0].Message));
    }

    [Fact]
    public async Task Every_missing_member_is_named()
    {
        var answer = await host.Put("/api/things/t1", "{}");
        Assert.Equal(["title", "priceMinor", "lines"], answer.Errors.Select(error => error.Field));
    }

    [Fact]
    public async Task Every_fault_of_a_readable_body_is_named_and_nothing_is_called()
    {
        var answer = await host.Put("/api/things/t1", """
            {"title":"","priceMinor":-1,"currency":"EURO",
             "startsAt":"2026-06-18T10:00:00Z","endsAt":"2026-06-18T10:00:00Z",
             "lines":[{"sku":"a","quantity":1},{"sku":"a b","quantity":0}]}
            """);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(["title", "priceMinor", "lines[1].sku", "lines[1].quantity", "currency", "endsAt"],
            answer.Errors.Select(error => error.Field));
        Assert.Equal(0, calls);
        answer = await host.Put("/api/lists/t1", """[{"sku":"a","quantity":1},{"sku":"a","quantity":1000001}]""");
        Assert.Equal("[1].quantity", Assert.Single(answer.Errors).Field);
        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData("""{"title":"\u0000","priceMinor":1,"lines":[]}""", "title")]
    [InlineData("""{"title":"T","priceMinor":1000000000001,"lines":[]}""", "priceMinor")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"startsAt":"1999-12-31T23:59:59Z"}""", "startsAt")]
    [InlineData("""{"title":"T","priceMinor":1,"lines":[],"currency":"cny"}""", "currency")]
    [InlineData("""{"title":"123456789012345678901","priceMinor":1,"lines":[]}""", "title")]
    public async Task Ranges_lengths_currencies_and_instants_are_checked(string body, string field)
    {
        var answer = await host.Put("/api/things/t1", body);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(field, Assert.Single(answer.Errors).Field);
    }

    [Fact]
    public async Task A_good_body_is_taken_with_unknown_members_ignored_and_enums_by_name()
    {
        var answer = await host.Put("/api/things/t1", """
            {"title":"花瓶","priceMinor":1000000000000,"lines":[],"kind":"no_reason","currency":"CNY","more":{"a":[1]},
             "startsAt":"2026-06-18T18:00:00.5+08:00","endsAt":"2026-06-18T11:00:00Z","ref":"r-1"}
            """);
        Assert.Equal("""{"title":"花瓶","priceMinor":1000000000000,"lines":[],"kind":"no_reason","currency":"CNY","""
            + "\"startsAt\":\"2026-06-18T10:00:00.5Z\",\"endsAt\":\"2026-06-18T11:00:00Z\",\"ref\":\"r-1\"}",
            answer.Text);
    }

    [Fact]
    public async Task A_body_may_be_left_out_where_the_endpoint_says_so() =>
        Assert.Equal("true", (await host.Put("/api/maybe", "")).Text);

    [Fact]
    public async Task Invalid_utf8_is_400()
    {
        byte[] body = [.. "{\"title\":\""u8, 0xC3, 0x28, .. "\",\"priceMinor\":1,\"lines\":[]}"u8];
        var answer = await host.SendBytes(HttpMethod.Put, "/api/things/t1", body);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(("title", "Is not UTF-8."), Assert.Single(answer.Errors));
    }

    [Theory]
    [InlineData(1_000, "{\"title\":\"T\",\"priceMinor\":1,\"lines\":[],\"more\":")]
    [InlineData(65, "")]
    public async Task A_body_nested_deeper_than_64_levels_is_400(int levels, string before)
    {
        var body = before + new string('[', levels) + new string(']', levels) + (before.Length > 0 ? "}" : "");
        var answer = await host.Put("/api/things/t1", body);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_body_of_10_MB_is_413_and_one_of_1_MiB_is_read()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT /api/things/t1 HTTP/1.1\r\nHost: x\r\n"
            + $"Authorization: Bearer {host.Token()}\r\nContent-Type: application/json\r\n"
            + "Content-Length: 10000000\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        var reply = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 413", reply);
        Assert.Contains("\"request.too_large\"", reply);
        Assert.DoesNotContain("\nServer:", reply);

        var title = Good.Replace("\"T\"", "\"" + new string('x', (1 << 20) - Good.Length + 1) + "\"");
        var answer = await host.Put("/api/things/t1", title);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_chunked_body_is_413_when_it_grows_past_the_limit()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/things/t1");
        request.Headers.Authorization = new("Bearer", host.Token());
        request.Headers.TransferEncodingChunked = true;
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes("\"" + new string('x', (1 << 20) + 100) + "\""));
        request.Content.Headers.ContentType = new("application/json");
        using var response = await host.Client.SendAsync(request);
        (await Answer.Of(response)).IsProblem(413, "request.too_large");
    }

    [Theory]
    [InlineData("/api/nothing", "GET", 404, "request.not_found")]
    [InlineData("/nothing", "POST", 404, "request.not_found")]
    [InlineData("/api/things/t1", "DELETE", 405, "request.method_not_allowed")]
    public async Task Addresses_and_methods_that_are_not_there_are_problems(
        string path, string method, int status, string code) =>
        (await host.Send(new(method), path)).IsProblem(status, code);

    [Fact]
    public async Task A_body_that_is_not_json_is_415() =>
        (await host.Send(HttpMethod.Put, "/api/things/t1", Good, headers: ("Content-Type", "text/plain")))
            .IsProblem(415, "request.media_type");

    [Theory]
    [InlineData("a%20b")]
    [InlineData("-a")]
    [InlineData("%E2%80%AE")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_bad_id_is_400_and_reaches_nothing(string id)
    {
        foreach (var (path, body) in new[] { ($"/api/things/{id}", Good), ($"/api/lists/{id}", "[]") })
        {
            var answer = await host.Put(path, body);
            answer.IsProblem(400, "request.invalid");
            Assert.Equal("id", Assert.Single(answer.Errors).Field);
        }
        Assert.Equal("sku", Assert.Single((await host.Get($"/api/skus/{id}")).Errors).Field);
        Assert.Equal("code", Assert.Single((await host.Get($"/api/coupons/{id}")).Errors).Field);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Query_values_of_the_wrong_form_name_their_parameter()
    {
        foreach (var (query, field) in new[] { ("size=x", "size"), ("size=9999999999", "size"), ("at=now", "at") })
            Assert.Equal(field, Assert.Single((await host.Get("/api/skus/k3?" + query)).Errors).Field);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Skus_and_coupons_are_upper_case_and_other_ids_keep_their_case()
    {
        Assert.Equal("K3-A", (await host.Get("/api/skus/k3-a")).Text);
        Assert.Equal("SPRING", (await host.Get("/api/coupons/sprinG")).Text);
        Assert.True(Id.TryParse("aB", null, out var id));
        Assert.Equal("aB", id.Value);
    }

    [Fact]
    public async Task A_body_that_trickles_in_is_408()
    {
        await using var slow = await EdgeHost.Start(
            api => api.MapPut("/things/{id}", (Id id, Body body) => Results.Ok()).Allow(Permission.StockWrite),
            new Dictionary<string, string?> { ["Ale:Limits:BodyBytesPerSecondMin"] = "100000" });
        using var socket = new TcpClient();
        await socket.ConnectAsync(slow.Address.Host, slow.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT /api/things/t1 HTTP/1.1\r\nHost: x\r\n"
            + $"Authorization: Bearer {slow.Token()}\r\nContent-Type: application/json\r\n"
            + "Content-Length: 5000\r\n\r\n{"));
        using var reader = new StreamReader(stream);
        var reply = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith("HTTP/1.1 408", reply);
        Assert.Contains("\"request.timeout\"", reply);
    }

    [Theory]
    [InlineData("%", true)]
    [InlineData("a%zz", true)]
    [InlineData("%FF", true)]
    [InlineData("%C0%80", true)]
    [InlineData("%00", false)] // refused by the server before there is a request: its bare 400
    [InlineData("a%00b", false)]
    public async Task A_path_with_a_bad_percent_encoding_is_400_and_reaches_nothing(string id, bool isProblem)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /api/skus/{id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + $"Authorization: Bearer {host.Token()}\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        var reply = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith("HTTP/1.1 400", reply);
        Assert.Equal(isProblem, reply.Contains("\"request.invalid\"", StringComparison.Ordinal));
        Assert.Equal(0, calls);
    }
}
