using Xunit;

namespace Ale;

public sealed class SiloTests
{
    [Fact]
    public async Task A_silo_on_sqlite_is_ready_and_asks_for_a_token()
    {
        var silo = await TestSilo.Sqlite;
        (await silo.Http.Get("/health/ready", role: null)).Ok();
        (await silo.Http.Get("/api/skus", role: null)).IsProblem(401, "auth.required");
    }

    [Fact]
    [Trait("needs", "server")]
    public async Task A_silo_process_starts_again_on_its_data_after_a_kill()
    {
        await using var silo = await SiloProcess.Start();
        (await silo.Http.Get("/health/ready", role: null)).Ok();
        await silo.Kill();
        await Assert.ThrowsAsync<HttpRequestException>(() => silo.Http.Get("/health/ready", role: null));
        await silo.Start();
        (await silo.Http.Get("/health/ready", role: null)).Ok();
        Assert.Equal("", silo.Errors.Trim());
    }
}
