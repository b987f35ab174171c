using Npgsql;
using Xunit;

namespace Ale;

[Trait("needs", "server")]
public sealed class PostgresServerTests
{
    [Fact]
    public async Task Databases_are_apart_and_commits_are_durable()
    {
        var server = await PostgresServer.Shared;
        var (one, two) = (await server.NewDatabase(), await server.NewDatabase());

        await Execute(one, "create table only_here(n int)");

        await Assert.ThrowsAsync<PostgresException>(() => Execute(two, "select n from only_here"));
        Assert.Equal("on", await Execute(one, "show fsync"));
        Assert.Equal("on", await Execute(one, "show synchronous_commit"));
    }

    [Fact]
    public async Task A_killed_server_starts_again_with_what_was_committed()
    {
        await using var server = await PostgresServer.Create();
        var database = await server.NewDatabase();
        await Execute(database, "create table kept(n int); insert into kept values (7)");

        await server.KillNow();
        Assert.Null(server.ProcessId);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Execute(database, "select n from kept"));
        await server.Start();

        Assert.Equal(7, await Execute(database, "select n from kept"));
        await server.Restart();
        Assert.Equal(7, await Execute(database, "select n from kept"));
    }

    private static async Task<object?> Execute(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
