using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Xunit;

namespace Ale.Cli;

public sealed class LocalKeySourceTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ale-key-");
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public void Dispose() => folder.Delete(recursive: true);

    private void Write(string text) => File.WriteAllText(Path.Combine(folder.FullName, "local.key"), text);

    private static async Task<(int Status, string Out, string Log)> Run(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        return (await CommandLine.Run(args, stdout, stderr), stdout.ToString(), stderr.ToString());
    }

    private static Task<TokenValidationResult> Validate(string token, byte[] key) =>
        new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "ale",
            ValidAudience = "ale",
            IssuerSigningKey = new SymmetricSecurityKey(key),
            ValidAlgorithms = ["HS256"],
        });

    [Fact]
    public async Task A_token_is_the_last_line_and_holds_what_was_asked()
    {
        Write(Convert.ToBase64String(key) + "\n");
        var (status, stdout, stderr) = await Run(
            "token", "--role", "user", "--user", "u-1", "--hours", "2", "--data", folder.FullName);
        var result = await Validate(stdout.TrimEnd().Split('\n')[^1], key);

        Assert.Equal((0, ""), (status, stderr));
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(("u-1", "user"), (result.Claims["sub"], result.Claims["role"]));
        Assert.Equal(7_200, Seconds(result, "exp") - Seconds(result, "iat"));
        Assert.False((await Validate(stdout.Trim(), RandomNumberGenerator.GetBytes(32))).IsValid);
    }

    [Theory]
    [InlineData(null, 2, "no local key in")]
    [InlineData("not base64!", 1, "is not base64 text")]
    [InlineData("c2hvcnQ=", 1, "is shorter than 32 bytes")]
    public async Task A_key_that_cannot_be_used_is_told(string? text, int expected, string line)
    {
        if (text is not null) Write(text);
        var (status, stdout, stderr) = await Run("token", "--role", "ops", "--data", folder.FullName);
        Assert.Equal((expected, ""), (status, stdout));
        Assert.Contains(line, stderr);
    }

    [Fact]
    [Trait("needs", "server")]
    public async Task The_database_wins_over_the_folder()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var empty = await Run("token", "--role", "ops", "--data", folder.FullName, "--postgres", database);
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "create table ale_secret(name text primary key, value bytea not null)");
        await command.ExecuteNonQueryAsync();
        await using var insert = source.CreateCommand("insert into ale_secret values ('local_key', $1)");
        insert.Parameters.AddWithValue(key);
        await insert.ExecuteNonQueryAsync();

        var (status, stdout, _) = await Run(
            "token", "--role", "ops", "--data", folder.FullName, "--postgres", database);

        Assert.Equal((2, 0), (empty.Status, status));
        Assert.True((await Validate(stdout.Trim(), key)).IsValid);
        Assert.Equal(1, (await Run("token", "--role", "ops", "--postgres", "Host=127.0.0.1;Port=1;Timeout=2")).Status);
        Assert.Equal(1, (await Run("token", "--role", "ops", "--postgres", "not a connection string")).Status);
    }

    private static long Seconds(TokenValidationResult result, string claim) =>
        Convert.ToInt64(result.Claims[claim], System.Globalization.CultureInfo.InvariantCulture);
}
