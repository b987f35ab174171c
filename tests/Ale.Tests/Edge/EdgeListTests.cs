using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Ale.Edge;

[Trait("needs", "server")]
public sealed class EdgeListTests : IAsyncLifetime
{
    internal enum State { Open, PartlyRefunded }

    internal sealed record Row(string Id, long AmountMinor, State State, DateTimeOffset At, string? Note,
        string[] Tags);

    private static readonly Row[] Rows = [.. Enumerable.Range(0, 750).Select(i => new Row(
        $"r{i}", -5 * i, State.PartlyRefunded, new(2026, 6, 18, 12, 0, 0, 250, TimeSpan.Zero), i switch
        {
            0 => "=1+2", 1 => "+44", 2 => "-a", 3 => "@x", 4 => "\tx", 5 => "a,\"b\"\r\nc", 6 => null,
            7 => "花瓶", _ => "plain",
        }, ["t"]))];

    private readonly List<PageRequest> asked = [];
    private readonly List<string> keys = [];
    private EdgeHost host = null!;
    private bool failOnce;

    public async ValueTask InitializeAsync() => host = await EdgeHost.Start(api =>
    {
        api.MapGet("/rows", (PageRequest page, EdgeCall edge) => edge.Run(_ =>
        {
            asked.Add(page);
            var after = page.After is { } cursor ? cursor.Long(0) : -1;
            Row[] found = [.. Rows.Skip((int)after + 1).Take(page.Limit + 1)];
            return Task.FromResult<Outcome<Page<Row>>>(
                Page<Row>.Of(found, page.Limit, row => Cursor.Of(long.Parse(row.Id[1..]), row.Id)));
        })).Allow(Permission.OrderRead);
        api.MapPost("/orders/{id}/ship", (Id id, CommandKey key, EdgeCall edge) => edge.Run(_ =>
        {
            keys.Add(key);
            if (failOnce && keys.Count == 1) throw new OutcomeUnknownException();
            return Task.FromResult<Outcome<string>>("ok");
        })).Allow(Permission.OrderWrite);
        api.MapPatch("/skus/{sku}", (SkuCode sku, ExpectedVersion version, CommandKey key) => version.Value)
            .Allow(Permission.StockWrite);
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_list_is_walked_page_by_page_without_gap_or_repeat()
    {
        List<string> seen = [];
        string? next = null;
        var pages = 0;
        do
        {
            var answer = await host.Get("/api/rows?limit=200" + (next is null ? "" : "&after=" + next));
            Assert.Equal(200, answer.Status);
            seen.AddRange(answer.Json["items"]!.AsArray().Select(item => (string)item!["id"]!));
            next = (string?)answer.Json["next"];
            pages++;
        }
        while (next is not null);
        Assert.Equal(4, pages);
        Assert.Equal(Rows.Select(row => row.Id), seen);
    }

    [Fact]
    public async Task A_list_gives_a_hundred_entries_unless_told()
    {
        Assert.Equal(100, (await host.Get("/api/rows")).Json["items"]!.AsArray().Count);
        Assert.Equal(500, (await host.Get("/api/rows?limit=500")).Json["items"]!.AsArray().Count);
        Assert.Single((await host.Get("/api/rows?limit=1")).Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=5&limit=6", "limit")]
    [InlineData("limit=9999999999", "limit")]
    [InlineData("after=", "after")]
    [InlineData("after=!!", "after")]
    [InlineData("after=e30", "after")]
    [InlineData("after=WyJ4Il0", "after")]
    public async Task A_page_request_out_of_form_is_400(string query, string field)
    {
        var answer = await host.Get("/api/rows?" + query);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(field, Assert.Single(answer.Errors).Field);
    }

    [Fact]
    public async Task A_list_is_asked_from_a_place_in_the_journal()
    {
        await host.Get("/api/rows", headers: ("Ale-At", "71-1203"));
        Assert.Equal(new JournalPlace(71, 1203), asked.Single().At);
        foreach (var bad in new[] { "71", "a-b", "-1-2", "1-2-3", "99999999999999999999-1" })
            (await host.Get("/api/rows", headers: ("Ale-At", bad))).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task Csv_has_flat_members_and_no_text_that_a_spreadsheet_would_run()
    {
        var answer = await host.Get("/api/rows?limit=8", headers: ("Accept", "text/csv"));
        Assert.Equal("text/csv", answer.MediaType);
        Assert.Equal(string.Join("\r\n",
            "id,amountMinor,state,at,note",
            "r0,0,partly_refunded,2026-06-18T12:00:00.25Z,'=1+2",
            "r1,-5,partly_refunded,2026-06-18T12:00:00.25Z,'+44",
            "r2,-10,partly_refunded,2026-06-18T12:00:00.25Z,'-a",
            "r3,-15,partly_refunded,2026-06-18T12:00:00.25Z,'@x",
            "r4,-20,partly_refunded,2026-06-18T12:00:00.25Z,'\tx",
            "r5,-25,partly_refunded,2026-06-18T12:00:00.25Z,\"a,\"\"b\"\"\r\nc\"",
            "r6,-30,partly_refunded,2026-06-18T12:00:00.25Z,",
            "r7,-35,partly_refunded,2026-06-18T12:00:00.25Z,花瓶", ""), answer.Text);
        var next = await host.Get("/api/rows?limit=1&after=" + answer.Headers["Ale-Next"],
            headers: ("Accept", "application/json;q=0.1, text/csv;q=0.5"));
        Assert.StartsWith("id,amountMinor,state,at,note\r\nr8,", next.Text);
        foreach (var accept in new[] { "application/json", "*/*", "text/csv;q=0", "text/csv;q=0.5, application/json" })
            Assert.Equal("application/json", (await host.Get("/api/rows", headers: ("Accept", accept))).MediaType);
    }

    [Fact]
    public async Task A_command_key_is_made_when_absent_and_kept_over_repeats()
    {
        failOnce = true;
        var reply = host.Send(HttpMethod.Post, "/api/orders/o1/ship");
        while (await Task.WhenAny(reply, Task.Delay(20)) != reply) host.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(200, (await reply).Status);
        Assert.Equal(2, keys.Count);
        Assert.Equal(keys[0], keys[1]);
        Assert.True(Limits.IsId(keys[0]));
        Assert.Equal(keys[0], (await reply).Headers["Idempotency-Key"]);
        await host.Send(HttpMethod.Post, "/api/orders/o1/ship");
        Assert.NotEqual(keys[0], keys[2]);
        await host.Send(HttpMethod.Post, "/api/orders/o1/ship", headers: ("Idempotency-Key", "mine-1"));
        Assert.Equal("mine-1", keys[3]);
        foreach (var bad in new[] { "a b", "-", new string('k', 65) })
        {
            var answer = await host.Send(HttpMethod.Post, "/api/orders/o1/ship", headers: ("Idempotency-Key", bad));
            answer.IsProblem(400, "request.invalid");
            Assert.Equal("Idempotency-Key", Assert.Single(answer.Errors).Field);
        }
        Assert.Equal(4, keys.Count);
    }

    [Theory]
    [InlineData("\"3\"", 200)]
    [InlineData(null, 400)]
    [InlineData("3", 400)]
    [InlineData("\"\"", 400)]
    [InlineData("\"-3\"", 400)]
    [InlineData("W/\"3\"", 400)]
    [InlineData("*", 400)]
    [InlineData("\"3\", \"4\"", 400)]
    public async Task A_change_names_the_version_it_changes(string? header, int status)
    {
        var answer = await host.Send(HttpMethod.Patch, "/api/skus/k3",
            headers: header is null ? [] : [("If-Match", header)]);
        Assert.Equal(status, answer.Status);
        if (status == 200) Assert.Equal("3", answer.Text);
        else Assert.Equal("If-Match", Assert.Single(answer.Errors).Field);
    }
}
