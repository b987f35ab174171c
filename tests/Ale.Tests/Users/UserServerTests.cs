using System.Net.Http.Headers;
using System.Text;
using Ale.Edge;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace Ale.Users;

/// <summary>The whole slice in a real server, on both stores.</summary>
[Trait("needs", "server")]
public sealed class UserServerTests
{
    private const string Phone = "447700900123", Name = "Ada Gwendolyn Byron", Born = "1990-12-10";

    /// <summary>A server with its data in a folder of its own.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly HttpClient _client = new();
        private WebApplication _app = null!;

        public string Folder { get; } = Directory.CreateTempSubdirectory("ale-users-").FullName;
        public string? Postgres { get; private init; }
        public LogLines Log { get; } = new();
        public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

        public static async Task<Server> Start(bool postgres)
        {
            var server = new Server { Postgres = postgres ? await (await PostgresServer.Shared).NewDatabase() : null };
            string[] args =
            [
                "--environment", "Development", "--urls", "http://127.0.0.1:0",
                "--Ale:Data", server.Folder, "--Ale:SiloPort", "0",
            ];
            server._app = await SiloApp.Build(postgres ? [.. args, "--Ale:Postgres", server.Postgres!] : args);
            server._app.Services.GetRequiredService<ILoggerFactory>().AddProvider(server.Log);
            await server._app.StartAsync();
            server._client.BaseAddress = new(server._app.Urls.First());
            return server;
        }

        public async Task<Answer> Send(string method, string path, string? body = null, string role = "service",
            string subject = "backend", params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(new(method), "/api/" + path);
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            var key = _app.Services.GetRequiredService<LocalKey>();
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", LocalTokens.Mint(key, role, subject, 1, TimeProvider.System.GetUtcNow(), "ale"));
            foreach (var (name, value) in headers) request.Headers.Add(name, value);
            using var response = await _client.SendAsync(request);
            return await Answer.Of(response);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _app.StopAsync();
            await _app.DisposeAsync();
            SqliteConnection.ClearAllPools();
            Directory.Delete(Folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task USR_01_two_orders_paid_at_the_same_moment_earn_400_once_and_are_listed(bool postgres)
    {
        await using var server = await Server.Start(postgres);
        Assert.Equal(200, (await server.Send("PUT", "users/jo", """{"market":"gb"}""")).Status);
        var user = await server.Grains.UserIds().Find("jo");
        var earned = await Task.WhenAll(new[] { "A", "B", "A", "B" }.Select(order =>
            server.Grains.User(user!.Value).Earn(new(order, "gb", "GBP", 100_00))));
        Assert.Equal([100, 100, 300, 300], earned.Select(e => e.Value!.Points).Order());
        Assert.Equal([false, false, true, true], earned.Select(e => e.Value!.IsFirstOrder).Order());
        var first = earned[0].Value!.IsFirstOrder ? "A" : "B";
        var reversed = await server.Grains.User(user!.Value).Reverse(new("r", first, 300, 100_00));
        Assert.Equal(100, reversed.Value!.Points);

        var at = ("Ale-At", $"{reversed.At.Tx}-{reversed.At.Position}");
        var reply = (await server.Send("GET", "users/jo")).Json;
        Assert.Equal(("jo", "regular", 100, 0, 2, 10000), ((string)reply["id"]!, (string)reply["tier"]!,
            (int)reply["points"]!, (int)reply["pendingPoints"]!, (int)reply["orders"]!, (int)reply["spentMinor"]!));
        var page = (await server.Send("GET", "users/jo/points?limit=2", headers: at)).Json;
        Assert.Equal(["reverse", "earn"], page["items"]!.AsArray().Select(e => (string)e!["kind"]!));
        Assert.Equal(-300, (int)page["items"]![0]!["points"]!);
        var rest = (await server.Send("GET", $"users/jo/points?limit=2&after={page["next"]}", headers: at)).Json;
        Assert.Single(rest["items"]!.AsArray());
        Assert.Null(rest["next"]);
        var csv = await server.Send("GET", "users/jo/points", headers: [at, ("Accept", "text/csv")]);
        Assert.Equal("text/csv", csv.MediaType);
        Assert.Equal(4, csv.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);

        await server.Send("PUT", "users/kim", "{}");
        var list = (await server.Send("GET", "users?limit=1", role: "agent",
            headers: ("Ale-At", (await server.Send("PUT", "users/kim", "{}")).Headers["Ale-At"]))).Json;
        Assert.Equal("kim", (string)list["items"]![0]!["id"]!);
        list = (await server.Send("GET", $"users?limit=1&after={list["next"]}", role: "agent")).Json;
        Assert.Equal(("jo", 100, 10000), ((string)list["items"]![0]!["id"]!, (int)list["items"]![0]!["points"]!,
            (int)list["items"]![0]!["spentMinor"]!));
        var some = await server.Grains.UserQueries().Some([user.Value, new("nobody")], default);
        Assert.Equal([user.Value], some.Value.Select(u => u.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_about_users_are_refused_with_their_codes(bool postgres)
    {
        await using var server = await Server.Start(postgres);
        async Task Refused(
            int status, string code, string method, string path, string? body = null, string role = "service") =>
            (await server.Send(method, path, body, role, "jo")).IsProblem(status, code);

        foreach (var path in new[] { "users/no", "users/no/points", "users/no/profile" })
            await Refused(404, "user.unknown", "GET", path);
        await Refused(404, "user.unknown", "PUT", "users/no/profile", "{}");
        await Refused(404, "user.unknown", "POST", "users/no/erase");
        await Refused(400, "user.unknown_market", "PUT", "users/jo", """{"market":"xx"}""");
        Assert.Equal(200, (await server.Send("PUT", "users/jo")).Status); // no body, the default market
        await Refused(409, "user.changed", "PUT", "users/jo", """{"market":"gb"}""");
        await Refused(400, "request.invalid", "PUT", "users/jo/profile", """{"birthDate":"1890-01-01"}""");
        await Refused(400, "request.invalid", "PUT", "users/jo/profile", """{"name":""}""");
        await Refused(400, "user.bad_birth_date", "PUT", "users/jo/profile", """{"birthDate":"2099-01-01"}""");

        Assert.Equal(200, (await server.Send("GET", "users/jo", role: "user", subject: "jo")).Status);
        Assert.Equal(200, (await server.Send("GET", "users/jo/profile", role: "agent", subject: "staff")).Status);
        foreach (var (method, path) in new[]
        {
            ("PUT", "users/kim"), ("GET", "users/kim"), ("GET", "users/kim/points"), ("GET", "users/kim/profile"),
            ("PUT", "users/kim/profile"),
        }) await Refused(403, "auth.not_yours", method, path, method == "PUT" ? "{}" : null, "user");
        await Refused(403, "auth.forbidden", "GET", "users", role: "user");
        foreach (var role in new[] { "user", "agent" })
            await Refused(403, "auth.forbidden", "POST", "users/jo/erase", role: role);
        await Refused(400, "request.invalid", "GET", "users/-jo");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Personal_data_is_nowhere_but_with_the_person_and_gone_when_he_is_erased(bool postgres)
    {
        await using var server = await Server.Start(postgres);
        await server.Send("PUT", $"users/{Phone}", """{"market":"gb"}""");
        await server.Send("PUT", $"users/{Phone}/profile", $$"""{"name":"{{Name}}","birthDate":"{{Born}}"}""");
        var profile = (await server.Send("PUT", $"users/{Phone}/profile", $$"""{"phone":"+{{Phone}}"}""")).Json;
        Assert.Equal([Name, Born, "+" + Phone],
            new[] { "name", "birthDate", "phone" }.Select(field => (string)profile[field]!));
        var user = (await server.Grains.UserIds().Find(Phone))!.Value;
        var at = (await server.Grains.User(user).Earn(new("A", "gb", "GBP", 100_00))).At;
        var listed = (await server.Grains.UserQueries().Users(null, 10, at)).Value; // the tables have it
        Assert.Equal([user], listed.Select(u => u.Id));

        string[] secrets = [Phone, Name, Born];
        foreach (var secret in secrets)
            Assert.Equal(secret == Phone ? ["person"] : [], await PlacesOf(server, secret)); // the pair alone is plain
        Assert.NotEmpty(await PlacesOf(server, user.Value)); // the search finds what is there

        var erased = await server.Send("POST", $"users/{Phone}/erase", headers: ("Idempotency-Key", "k1"));
        Assert.Equal(200, erased.Status);
        var repeated = await server.Send("POST", $"users/{Phone}/erase", headers: ("Idempotency-Key", "k1"));
        Assert.Equal(erased.Text, repeated.Text);
        (await server.Send("POST", $"users/{Phone}/erase")).IsProblem(404, "user.unknown");
        (await server.Send("GET", $"users/{Phone}")).IsProblem(404, "user.unknown");
        (await server.Send("GET", $"users/{Phone}/profile")).IsProblem(404, "user.unknown");
        foreach (var secret in secrets) Assert.Empty(await PlacesOf(server, secret));
        foreach (var secret in secrets)
            Assert.DoesNotContain(server.Log.From(LogLevel.Trace), line => line.Text.Contains(secret));

        Assert.Equal(300, (await server.Grains.User(user).Get()).Value!.Points); // the ledger stays whole
        var list = (await server.Send("GET", "users")).Json["items"]!.AsArray();
        Assert.Null(Assert.Single(list)!["id"]);
        var anew = (await server.Send("PUT", $"users/{Phone}", """{"market":"cn"}""")).Json;
        Assert.Equal((0, "cn"), ((int)anew["points"]!, (string)anew["market"]!));
        Assert.NotEqual(user, await server.Grains.UserIds().Find(Phone));
        Assert.Null((await server.Send("GET", $"users/{Phone}/profile")).Json["name"]);
    }

    /// <summary>Tables whose rows hold the text, also as bytes.</summary>
    private static async Task<string[]> PlacesOf(Server server, string text)
    {
        var places = new SortedSet<string>(StringComparer.Ordinal);
        var hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
        if (server.Postgres is { } postgres)
        {
            await using var connection = new NpgsqlConnection(postgres);
            foreach (var (schema, table) in connection.Query<(string, string)>("""
                select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')
                """).ToArray())
                if (connection.ExecuteScalar<bool>(
                        $"select exists (select from {schema}.{table} t where t::text like any (@forms))",
                        new { forms = new[] { $"%{text}%", $"%{hex}%" } })) places.Add(table);
        }

        foreach (var file in Directory.EnumerateFiles(server.Folder, "*.db"))
        {
            await using var connection = new SqliteConnection($"Data Source={file}");
            const string tables = "select name from sqlite_master where type = 'table'";
            foreach (var table in connection.Query<string>(tables).ToArray())
            {
                foreach (var row in connection.Query($"select * from {table}").Cast<IDictionary<string, object?>>())
                    if (row.Values.Any(value => value is byte[] bytes
                            ? Convert.ToHexStringLower(bytes).Contains(hex, StringComparison.Ordinal)
                            : $"{value}".Contains(text, StringComparison.Ordinal))) places.Add(table);
            }
        }

        return [.. places];
    }
}
