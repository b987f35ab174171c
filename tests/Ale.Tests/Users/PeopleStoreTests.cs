using Ale.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Ale.Users;

[Trait("needs", "server")]
public sealed class PostgresPeopleTests : PeopleStoreSuite
{
    private string _connectionString = "";
    private NpgsqlDataSource _source = null!;

    private protected override async Task<IPeopleStore> First()
    {
        _connectionString = await (await PostgresServer.Shared).NewDatabase();
        _source = NpgsqlDataSource.Create(_connectionString);
        await Migrations.Postgres(_source);
        return new PostgresPeople(_source);
    }

    private protected override IPeopleStore Second() => new PostgresPeople(_source);

    private protected override async Task<long> Rows(string table)
    {
        await using var connection = await _source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from people.{table}");
    }

    public override async ValueTask DisposeAsync() => await _source.DisposeAsync();
}

public sealed class SqlitePeopleTests : PeopleStoreSuite
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ale-people-").FullName;

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "people.db")}";

    private protected override async Task<IPeopleStore> First()
    {
        await Migrations.Sqlite(ConnectionString, "people");
        return new SqlitePeople(ConnectionString);
    }

    private protected override IPeopleStore Second() => new SqlitePeople(ConnectionString);

    private protected override async Task<long> Rows(string table)
    {
        await using var connection = new SqliteConnection(ConnectionString);
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
    }

    [Fact]
    public async Task What_is_erased_is_overwritten_on_the_disk()
    {
        using var store = (SqlitePeople)await First();
        await store.Internal([("+447700900123", "u1")], 1, default);
        await store.Erase("+447700900123", [1], 2, default);
        SqliteConnection.ClearAllPools(); // the last connection moves the log into the file
        Assert.False(Scan.Holds(_folder, "+447700900123"));
    }

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What every store of persons must do.</summary>
public abstract class PeopleStoreSuite : IAsyncDisposable
{
    private protected abstract Task<IPeopleStore> First();

    /// <summary>The same persons by another node.</summary>
    private protected abstract IPeopleStore Second();

    private protected abstract Task<long> Rows(string table);

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task The_first_candidate_stays_and_both_directions_answer()
    {
        var store = await First();
        Assert.Equal("u1", (await store.Internal([("e", "u1")], 1, default))["e"]);
        var again = await Second().Internal([("e", "u2"), ("f", "u3"), ("E", "u4")], 2, default);
        Assert.Equal(("u1", "u3", "u4"), (again["e"], again["f"], again["E"])); // ids are case-sensitive
        Assert.Equal(("u1", null), (await store.Find("e", default), await store.Find("u1", default)));
        Assert.Equal([("u1", "e"), ("u3", "f")],
            (await store.External(["u3", "u9", "u1"], default)).Select(p => (p.Key, p.Value)).Order());
        Assert.Empty(await store.External([], default));
    }

    [Fact]
    public async Task Two_nodes_that_race_for_the_same_new_persons_get_the_same_ids()
    {
        IPeopleStore[] nodes = [await First(), Second()];
        for (var round = 0; round < 10; round++)
        {
            string[] wanted = [.. Enumerable.Range(0, 50).Select(i => $"{round}-{i}")];
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(k => Task.Run(() =>
                nodes[k % 2].Internal(
                    [.. (k % 2 == 0 ? wanted : wanted.Reverse()).Select(e => (e, $"{k}-{e}"))], 1, default))));
            foreach (var e in wanted) Assert.Single(answers.Select(a => a[e]).Distinct());
        }

        Assert.Equal(500, await Rows("person"));
    }

    [Fact]
    public async Task Two_nodes_that_race_for_a_key_get_the_same_one()
    {
        IPeopleStore[] nodes = [await First(), Second()];
        await nodes[0].Internal([("e", "u1")], 1, default);
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            Task.Run(() => nodes[i % 2].Key("u1", PersonSeal.NewKey(), default))));
        Assert.All(keys, key => Assert.Equal(keys[0], key));
        Assert.Equal(32, keys[0]!.Length);
    }

    [Fact]
    public async Task Fields_are_set_one_by_one_and_only_of_somebody()
    {
        var store = await First();
        Assert.Null(await store.Key("u1", [1], default));
        Assert.False(await store.Put("u1", [new("name", [1])], 1, default));
        Assert.Null(await store.Read("u1", default));
        await store.Internal([("e", "u1")], 1, default);
        var empty = await store.Read("u1", default);
        Assert.True(empty is { Key: null, Fields: [] });
        await store.Key("u1", [1], default);
        Assert.True(await store.Put("u1", [new("name", [1]), new("phone", [2])], 1, default));
        Assert.True(await store.Put("u1", [new("name", [3])], 2, default));
        var person = await store.Read("u1", default);
        Assert.Equal([1], person!.Key!);
        Assert.Equal([("name", 3), ("phone", 2)], person.Fields.Select(f => (f.Name, (int)f.Bytes[0])).Order());
    }

    [Fact]
    public async Task SHP_07_Fields_with_a_slash_are_read_by_their_names_alone_and_forgotten_one_by_one()
    {
        var store = await First();
        await store.Internal([("e", "u1")], 1, default);
        await store.Key("u1", [1], default);
        SealedField[] fields =
        [
            new("name", [1]), new("address/a_b", [2]), new("address/aXb", [3]), new("order/o1", [4]),
        ];
        await store.Put("u1", fields, 1, default);
        Assert.Equal(["name"], (await store.Read("u1", default))!.Fields.Select(f => f.Name));
        Assert.Equal(["address/aXb", "address/a_b"], await Names("address/", "address/~"));
        Assert.Equal(["address/a_b"], await Names("address/a_b", "address/a_b"));
        Assert.True(await store.Drop("u1", "address/a_b", default));
        Assert.False(await store.Drop("u1", "address/a_b", default));
        Assert.Equal(["address/aXb"], await Names("address/", "address/~"));
        Assert.Null(await store.Read("u2", "address/", "address/~", default));

        async Task<string[]> Names(string first, string last) =>
            [.. (await store.Read("u1", first, last, default))!.Fields.Select(f => f.Name).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Erasing_leaves_neither_pair_nor_key_nor_field_and_a_repeat_within_a_day_answers_the_same()
    {
        var store = await First();
        await store.Internal([("e", "u1"), ("other", "u2")], 1, default);
        await store.Key("u1", [1], default);
        await store.Put("u1", [new("name", [1])], 1, default);
        Assert.Equal(1_000, await store.Erase("e", [7], 1_000, default));
        Assert.Null(await store.Find("e", default));
        Assert.Null(await store.Read("u1", default));
        Assert.Null(await store.Key("u1", [1], default)); // a late write makes nobody
        Assert.False(await store.Put("u1", [new("name", [1])], 1, default));
        Assert.Equal((1, 0, 0), (await Rows("person"), await Rows("person_key"), await Rows("person_field")));

        Assert.Equal(1_000, await Second().Erase("e", [7], 2_000, default));
        Assert.Null(await store.Erase("e", [8], 2_000, default));
        Assert.Equal("u3", (await store.Internal([("e", "u3")], 1, default))["e"]); // a new person
        Assert.Equal(90_000_000, await store.Erase("e", [9], 90_000_000, default));
        Assert.Equal(1, await Rows("erasure")); // the receipt of the day before is gone
    }

    [Fact]
    public async Task Two_erasures_at_once_with_one_key_answer_the_same()
    {
        IPeopleStore[] nodes = [await First(), Second()];
        await nodes[0].Internal([("e", "u1")], 1, default);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            Task.Run(() => nodes[i % 2].Erase("e", [7], 1_000 + i, default))));
        Assert.Single(answers.Distinct());
        Assert.NotNull(answers[0]);
    }
}

/// <summary>Looks for a text in the bytes of files.</summary>
internal static class Scan
{
    public static bool Holds(string folder, string text)
    {
        var (utf8, utf16) = (System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.Unicode.GetBytes(text));
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(file =>
        {
            using var stream = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            var bytes = copy.GetBuffer().AsSpan(0, (int)copy.Length);
            return bytes.IndexOf(utf8) >= 0 || bytes.IndexOf(utf16) >= 0;
        });
    }
}
