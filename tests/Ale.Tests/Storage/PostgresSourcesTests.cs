using Dapper;
using Npgsql;
using Xunit;

namespace Ale.Storage;

public sealed class PostgresSourcesTests
{
    [Theory]
    [InlineData(null, "Host is missing")]
    [InlineData("", "Host is missing")]
    [InlineData("Host=db;Username=ale", "Database is missing")]
    [InlineData("Host=db;Database=ale", "Username is missing")]
    [InlineData("Host=db;Database=ale;Username=ale;Pooling=false", "Pooling=false")]
    [InlineData("Host=db;Database=ale;Username=ale;Port=many;Password=secret", "ort")]
    [InlineData("Host=db;Database=ale;Username=ale;Prot=5432;Password=secret", "prot")]
    [InlineData("postgres://ale:secret@db/ale", "Format")]
    public void A_wrong_connection_string_is_one_line_that_says_what_is_wrong(string? text, string why)
    {
        var e = Assert.ThrowsAny<ArgumentException>(() => PostgresSources.From(text));

        Assert.StartsWith("Ale__Postgres is not usable: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("needs", "server")]
    public async Task Both_pools_end_forgotten_transactions_and_are_named_and_apart()
    {
        var text = await (await PostgresServer.Shared).NewDatabase() + ";Application Name=till;Options=-c work_mem=5MB";
        await using var sources = PostgresSources.From(text);

        foreach (var (source, name) in new[] { (sources.Work, "till"), (sources.Membership, "till-membership") })
        {
            await using var connection = await source.OpenConnectionAsync();
            Assert.Equal("10s", await connection.ExecuteScalarAsync<string>(
                "show idle_in_transaction_session_timeout"));
            Assert.Equal("5MB", await connection.ExecuteScalarAsync<string>("show work_mem"));
            Assert.Equal(name, await connection.ExecuteScalarAsync<string>("show application_name"));
        }

        Assert.Equal(8, new NpgsqlConnectionStringBuilder(sources.Membership.ConnectionString).MaxPoolSize);
        Assert.Equal(20, new NpgsqlConnectionStringBuilder(sources.Work.ConnectionString).MaxPoolSize);
    }

    [Fact, Trait("needs", "server")]
    public async Task A_full_work_pool_leaves_membership_its_connections()
    {
        var text = await (await PostgresServer.Shared).NewDatabase() + ";Maximum Pool Size=2;Timeout=1";
        await using var sources = PostgresSources.From(text);
        await using var one = await sources.Work.OpenConnectionAsync();
        await using var two = await sources.Work.OpenConnectionAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await sources.Work.OpenConnectionAsync());
        await using var membership = await sources.Membership.OpenConnectionAsync();
        Assert.Equal(1, await membership.ExecuteScalarAsync<int>("select 1"));
    }
}
