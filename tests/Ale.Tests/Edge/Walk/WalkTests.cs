using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Ale.Edge;

/// <summary>Every operation of the API document, asked rightly and wrongly.</summary>
[Trait("needs", "server")]
public sealed partial class WalkTests(WalkSilo silo) : IClassFixture<WalkSilo>
{
    private readonly ConcurrentQueue<string> _faults = [];

    /// <summary>The first row of each operation.</summary>
    private IEnumerable<(WalkOperation Operation, WalkRow Row)> All => WalkTable.Rows
        .DistinctBy(row => row.Operation).Where(row => silo.Operations.ContainsKey(row.Operation))
        .Select(row => (silo.Operations[row.Operation], row));

    [Fact]
    public void Every_operation_has_a_row_and_every_row_an_operation()
    {
        var rows = WalkTable.Rows.Select(row => row.Operation).ToHashSet(StringComparer.Ordinal);
        Assert.True(rows.SetEquals(silo.Operations.Keys),
            $"without a row in WalkTable: {string.Join(", ", silo.Operations.Keys.Except(rows))}; "
            + $"not in the document: {string.Join(", ", rows.Except(silo.Operations.Keys))}");
        foreach (var (operation, row) in All)
        {
            Assert.True(operation.IsOpen == row.IsOpen, $"{operation.Id}: open to everybody {operation.IsOpen}");
            Assert.True(operation.BodySchema is null == row.Body is null, $"{operation.Id}: its row and the body");
            Assert.True(operation.Method != HttpMethod.Put || row.Other is not null || row.TakesOther is not null,
                $"{operation.Id}: say what other content is answered");
        }
    }

    [Fact]
    public void A_right_request_is_answered_its_repeat_alike_and_other_content_is_refused() =>
        Assert.True(silo.Faults.Count == 0, string.Join('\n', silo.Faults));

    [Fact]
    public async Task Wrong_requests_are_refused_with_a_code_and_change_nothing()
    {
        await silo.Settled();
        var before = await silo.End();
        await Parallel.ForEachAsync(All, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
        {
            await Callers(one.Operation, one.Row);
            await Addresses(one.Operation, one.Row);
            await Headers(one.Operation, one.Row);
            if (one.Row.Body is not null && one.Operation.BodySchema is not null) await Bodies(one.Operation, one.Row);
        });
        await silo.Settled();
        Assert.Equal(before, await silo.End());
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults.Order(StringComparer.Ordinal)));
    }

    private async Task Callers(WalkOperation operation, WalkRow row)
    {
        var body = WalkSilo.Bytes(row.Body);
        if (operation.Id == "takePaymentEvent")
            Refused(operation, "unsigned", await silo.Send(operation, row, body, role: null), 401,
                "payment.bad_signature");
        if (operation.IsOpen) return;
        Refused(operation, "without a token", await silo.Send(operation, row, body, role: null), 401, "auth.required");
        var outsider = Access.Table.Keys.Order(StringComparer.Ordinal).First(role => !operation.Roles.Contains(role));
        Refused(operation, $"as {outsider}", await silo.Send(operation, row, body, role: outsider), 403,
            "auth.forbidden");
        if (!operation.Roles.Contains(Roles.User) || row.IsEverybodys) return;
        var stranger = await silo.Send(operation, row, body, role: Roles.User, subject: "walk-stranger");
        Refused(operation, "as another user", stranger, stranger.Status == 404 ? 404 : 403,
            stranger.Status == 404 ? null : stranger.Code is "auth.forbidden" ? "auth.forbidden" : "auth.not_yours");
    }

    private async Task Addresses(WalkOperation operation, WalkRow row)
    {
        var (shape, parts) = (operation.Path.Split('/'), row.Address.Split('?')[0].Split('/'));
        for (var i = 0; i < shape.Length; i++)
        {
            if (!shape[i].StartsWith('{')) continue;
            foreach (var id in new[] { "a%20b", "%2e%2e", new string('a', 65), "%E8%8C%B6", "-a", "a%2Fb" })
            {
                var address = string.Join('/', parts.Select((part, at) => at == i ? id : part));
                var answer = await silo.Send(operation, row, WalkSilo.Bytes(row.Body), address);
                // The server resolves dots before routing: it is another address, perhaps a good one.
                if (id == "%2e%2e") RefusedOrIdle(operation, $"{shape[i]} is {id}", answer);
                else Refused(operation, $"{shape[i]} is {id}", answer, 400, "request.invalid");
            }
        }
    }

    private async Task Headers(WalkOperation operation, WalkRow row)
    {
        var body = WalkSilo.Bytes(row.Body);
        async Task Header(string name, params string[] values)
        {
            if (!operation.Takes("header", name)) return;
            foreach (var value in values)
                Refused(operation, $"{name}: {value}",
                    await silo.Send(operation, row, body, headers: (name, value)), 400, "request.invalid");
        }

        await Header(CommandKey.Header, "a b", new string('a', 65), "-");
        await Header(ExpectedVersion.Header, "3", "\"x\"", "\"-1\"", "W/\"1\"", "\"9223372036854775808\"");
        await Header(AleAt.Header, "x", "1", "1-", "-1-1", "1-9223372036854775808", "1-2-3");
        var join = row.Address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var query in operation.Parameters("query"))
        {
            var name = (string)query["name"]!;
            var isInstant = (string?)query["schema"]?["format"] == "date-time";
            (string Value, bool Strict)[] values = name switch
            {
                "limit" => [("0", true), ("-1", true), ("501", true), ("1.5", true), ("99999999999", true), ("", true)],
                "after" => [("!", true), ("a%20b", true), (new string('a', 1_025), true), .. Cursors()],
                _ when isInstant => [("x", true), ("0001-01-01T00:00:00Z", false), ("9999-12-31T23:59:59Z", false)],
                _ => [("a%20b", false), ("%00", false), (new string('a', 2_000), false), ("%FF", false)],
            };
            foreach (var (value, strict) in values)
            {
                var answer = await silo.Send(operation, row, body, $"{row.Address}{join}{name}={value}");
                if (strict) Refused(operation, $"?{name}={value}", answer, 400, "request.invalid");
                else RefusedOrIdle(operation, $"?{name}={value}", answer);
            }
        }

        static IEnumerable<(string, bool)> Cursors() =>
            from parts in new[]
            {
                "[]", "[\"x\"]", "[\"x\",\"y\"]", "[\"9223372036854775807\",\"y\"]", "[\"-9223372036854775808\",\"y\"]",
                "[\"9223372036854775807\"]", "[\"1\"]", "[\"\"]",
            }
            select (Base64Url.EncodeToString(Encoding.UTF8.GetBytes(parts)), false);
    }

    private async Task Bodies(WalkOperation operation, WalkRow row)
    {
        var right = WalkSilo.Bytes(row.Body)!;
        var big = new byte[(1 << 20) + 1];
        Array.Fill(big, (byte)' ');
        right.CopyTo(big, 0);
        Refused(operation, "a large body", await silo.Send(operation, row, big), 413, "request.too_large");
        var signed = operation.Id == "takePaymentEvent"; // its content is the order's to judge, and is kept
        if (!signed)
            Refused(operation, "a body that is text",
                await silo.Send(operation, row, right, mediaType: "text/plain"), 415, "request.media_type");
        if (operation.NeedsBody || signed)
            Refused(operation, "no body", await silo.Send(operation, row, []), 400, signed ? null : "request.invalid");
        foreach (var wrong in new WrongBodies(silo.Document).Of(operation.BodySchema!, row.Body!))
        {
            if (signed && !wrong.Strict) continue;
            var answer = await silo.Send(operation, row, wrong.Bytes);
            if (wrong.Strict) Refused(operation, wrong.What, answer, 400, signed ? null : "request.invalid");
            else RefusedOrIdle(operation, wrong.What, answer);
        }
    }

    private void RefusedOrIdle(WalkOperation operation, string what, Answer answer)
    {
        if (answer.Status is not (200 or 202)) Refused(operation, what, answer, answer.Status, null);
    }

    private void Refused(WalkOperation operation, string what, Answer answer, int status, string? code)
    {
        var fault = answer.Status != status || answer.Status is < 400 or >= 500 ? $"not {status}"
            : answer.Code is null ? "not a problem"
            : code is not null && answer.Code != code ? $"not {code}"
            : !CodeForm().IsMatch(answer.Code) || !TidyTests.Things.Contains(answer.Code.Split('.')[0]) ? "its code"
            : (int?)answer.Json["status"] != status || string.IsNullOrEmpty((string?)answer.Json["title"])
                || string.IsNullOrEmpty((string?)answer.Json["detail"]) ? "its members"
            : Inside().IsMatch(answer.Text) ? "it shows the inside"
            : null;
        if (fault is null) return;
        var shown = what.Length > 80 ? what[..80] + "…" : what;
        _faults.Enqueue(
            $"{operation.Id}, {shown}: {fault}: {answer.Status} {answer.Text[..Math.Min(300, answer.Text.Length)]}");
    }

    [GeneratedRegex(@"^[a-z]+\.[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"   at |Exception|System\.|\bAle\.\w")]
    private static partial Regex Inside();
}
