using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Ale.Storage;

[Trait("needs", "server")]
public sealed class MigrationsTests : IDisposable
{
    private const string LocksHeld = """
        select count(*) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())
        """;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    // The second one would fail if it ran twice; the sleep makes the two migrators overlap.
    private static readonly Migration[] Files =
    [
        new("0001-a.sql", "create table a(n int);\n"),
        new("0002-b.sql", "create table b(n int);\ninsert into b values (1);\nselect pg_sleep(0.2);\n"),
        new("0003-c.sql", """
            -- no transaction
            drop index concurrently if exists b_n;
            -- why
            create index concurrently b_n on b(n);

            """),
    ];

    private static readonly Migration[] SqliteFiles =
        [Files[0], new("0002-b.sql", "create table b(n int); insert into b values (1);")];

    private const string Names = "select name from ale_migration order by name";

    private readonly string _folder = Directory.CreateTempSubdirectory("ale-sql-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Several_migrators_at_once_on_one_empty_Postgres_apply_each_file_once()
    {
        await using var source = await NewDatabase();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrations.Postgres(source, Files, Wait)));

        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(Files.Select(f => f.Name), connection.Query<string>(Names));
        Assert.Equal(1, connection.ExecuteScalar<int>("select count(*) from b"));
        Assert.True(connection.ExecuteScalar<bool>(
            "select indisvalid from pg_index where indexrelid = 'b_n'::regclass"));
        Assert.Equal(0, connection.ExecuteScalar<int>(LocksHeld));
        Assert.True(connection.ExecuteScalar<long>("select min(applied_at) from ale_migration") > 1_700_000_000_000);
    }

    [Fact]
    public async Task Two_migrators_at_once_on_one_empty_SQLite_file_apply_each_file_once()
    {
        var file = Sqlite("deeper/both.db"); // its folder is made
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Migrations.Sqlite(file, SqliteFiles)));

        using var connection = new SqliteConnection(file);
        Assert.Equal(SqliteFiles.Select(f => f.Name), connection.Query<string>(Names));
        Assert.Equal(1, connection.ExecuteScalar<int>("select count(*) from b"));
        Assert.Equal("wal", connection.ExecuteScalar<string>("pragma journal_mode"));
        Assert.True(connection.ExecuteScalar<long>("select min(applied_at) from ale_migration") > 1_700_000_000_000);
    }

    [Fact]
    public async Task An_applied_file_whose_content_changed_is_refused()
    {
        Migration[] edited = [Files[0], new("0002-b.sql", "create table other(n int);")];
        await using var source = await NewDatabase();
        await Migrations.Postgres(source, Files, Wait);
        await Migrations.Sqlite(Sqlite("changed.db"), SqliteFiles);

        var postgres = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrations.Postgres(source, edited, Wait));
        var sqlite = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrations.Sqlite(Sqlite("changed.db"), edited));

        Assert.Contains("0002-b.sql is applied with another content", postgres.Message, StringComparison.Ordinal);
        Assert.Contains("new file", sqlite.Message, StringComparison.Ordinal);
        await using var connection = await source.OpenConnectionAsync();
        Assert.Null(connection.ExecuteScalar<string>("select to_regclass('other')::text"));
    }

    [Fact]
    public async Task A_failing_file_leaves_nothing_and_is_named()
    {
        Migration[] bad = [Files[0], new("0009-bad.sql", "create table half(n int); select nonsense;")];
        await using var source = await NewDatabase();

        var postgres = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrations.Postgres(source, bad, Wait));
        var sqlite = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrations.Sqlite(Sqlite("bad.db"), bad));

        Assert.StartsWith("Migration 0009-bad.sql failed: ", postgres.Message, StringComparison.Ordinal);
        Assert.StartsWith("Migration 0009-bad.sql failed: ", sqlite.Message, StringComparison.Ordinal);
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal("0001-a.sql", connection.Query<string>(Names).Single());
        Assert.Null(connection.ExecuteScalar<string>("select to_regclass('half')::text"));
        using var file = new SqliteConnection(Sqlite("bad.db"));
        Assert.Equal("0001-a.sql", file.Query<string>(Names).Single());
        Assert.Equal(0, file.ExecuteScalar<int>("select count(*) from sqlite_master where name = 'half'"));
    }

    [Fact]
    public async Task A_lock_held_too_long_is_an_error_that_says_so()
    {
        await using var source = await NewDatabase();
        Migration[] slow = [new("0001-slow.sql", "select pg_sleep(3);")];
        var first = Migrations.Postgres(source, slow, Wait);
        await using (var connection = await source.OpenConnectionAsync())
            while (connection.ExecuteScalar<int>(LocksHeld) == 0) await Task.Delay(5);

        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Migrations.Postgres(source, slow, TimeSpan.FromSeconds(0.3)));

        Assert.Contains("migration lock", e.Message, StringComparison.Ordinal);
        await first;
    }

    [Fact]
    public async Task What_this_build_carries_applies_to_empty_databases_and_again()
    {
        await using var source = await NewDatabase();
        string[] files = [.. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("sql/sqlite/", StringComparison.Ordinal))
            .Select(name => name.Split('/')[2]).Distinct()];

        for (var start = 0; start < 2; start++)
        {
            await Migrations.Postgres(source);
            foreach (var file in files) await Migrations.Sqlite(Sqlite(file + ".db"), file);
        }

        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(Migration.Embedded("postgres").Select(file => file.Name), connection.Query<string>(Names));
    }

    private string Sqlite(string name) => "Data Source=" + Path.Combine(_folder, name);

    private static async Task<NpgsqlDataSource> NewDatabase() =>
        NpgsqlDataSource.Create(await (await PostgresServer.Shared).NewDatabase());
}
