using Xunit;

namespace Ale.Runs;

/// <summary>The silo with <c>--demo</c> plays an evening by itself, tells how it ended, and goes on serving.</summary>
[Trait("needs", "server")]
public sealed class DemoRunTests
{
    [Fact]
    public async Task The_silo_plays_its_demo_and_serves_on()
    {
        await using var silo = await SiloProcess.Start(null, "--demo=3");
        var printed = () => Task.FromResult(silo.Printed);
        var text = await printed.Until(p => p.Contains("oversold", StringComparison.OrdinalIgnoreCase), seconds: 60);
        Assert.Contains("demo: waiting until everything has settled", text, StringComparison.Ordinal);
        Assert.Matches(@"(?i)oversold\W+0\b", text);
        Assert.DoesNotContain("FAILED", text, StringComparison.Ordinal);
        Assert.Equal("", silo.Errors.Trim());
        var orders = (await silo.Http.Get("/api/orders?state=paid")).Ok().Json["items"]!.AsArray();
        Assert.NotEmpty(orders);
        (await silo.Http.Get("/health/ready", role: null)).Ok();
    }

    [Theory]
    [InlineData("--demo=0")]
    [InlineData("--demo=soon")]
    public async Task A_demo_of_no_length_is_refused(string demo)
    {
        using var silo = OtherProcess.Silo(demo);
        Assert.Equal(2, await silo.End());
        Assert.Contains("1 to 86400 seconds", silo.Errors, StringComparison.Ordinal);
    }
}
