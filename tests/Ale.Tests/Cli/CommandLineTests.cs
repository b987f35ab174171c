using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Ale.Cli;

/// <summary>Exit status, and what goes to which stream.</summary>
[Trait("needs", "server")]
public sealed class CommandLineTests
{
    /// <summary>A token of whoever runs the tests would hide the want of one.</summary>
    static CommandLineTests() => Environment.SetEnvironmentVariable("ALE_TOKEN", null);

    private static async Task<(int Status, string Out, string Log)> Run(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var status = await CommandLine.Run(args, stdout, stderr);
        return (status, stdout.ToString(), stderr.ToString());
    }

    private static async Task<(int Status, string Out, string Log)> Execute(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Ale.Client.dll"));
        foreach (var arg in args) start.ArgumentList.Add(arg);
        using var process = Process.Start(start)!;
        var (stdout, stderr) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await stdout, await stderr);
    }

    [Fact]
    public async Task The_program_ends_with_2_on_wrong_usage_1_on_failure_and_0_on_success()
    {
        var wrong = await Execute("replay", "orders", "x.csv");
        var failed = await Execute("replay", "orders", "no-such-file.csv", "--market", "gb", "--json");
        var help = await Execute("--help");

        Assert.Equal((2, ""), (wrong.Status, wrong.Out));
        Assert.Contains("'--market' is required", wrong.Log);
        Assert.Equal((1, ""), (failed.Status, failed.Out));
        Assert.StartsWith("cannot read 'no-such-file.csv'", Assert.Single(failed.Log.Trim().Split('\n')));
        Assert.Equal((0, ""), (help.Status, help.Log));
        Assert.All(["token", "replay", "demo", "verify", "jobs"], verb => Assert.Contains(verb, help.Out));
    }

    [Theory]
    [InlineData("Required command was not provided.")]
    [InlineData("Unrecognized command or argument 'sell'.", "sell")]
    [InlineData("Required command was not provided.", "replay")]
    [InlineData("Required argument missing for command: 'orders'.", "replay", "orders", "--market", "gb")]
    [InlineData("--market must be an id", "replay", "orders", "f.csv", "--market", "g b")]
    [InlineData("--parallel must be a whole number between 1 and 1000",
        "replay", "orders", "f.csv", "--market", "gb", "--parallel", "0")]
    [InlineData("--speed is max or a positive number", "replay", "orders", "f.csv", "--market", "gb", "--speed", "-1")]
    [InlineData("Option '--role' is required.", "token")]
    [InlineData("'boss' is no role", "token", "--role", "boss")]
    [InlineData("the role user needs --user", "token", "--role", "user")]
    [InlineData("--user must be an id", "token", "--role", "user", "--user", "-x")]
    [InlineData("--hours must be a whole number between 1 and 8784", "token", "--role", "ops", "--hours", "x")]
    [InlineData("--seconds must be a whole number", "demo", "--seconds", "0")]
    [InlineData("'here' is no http or https address", "verify", "--url", "here")]
    public async Task Wrong_usage_is_told_on_standard_error(string expected, params string[] args)
    {
        var (status, stdout, stderr) = await Run(args);
        Assert.Equal((2, ""), (status, stdout));
        Assert.Contains(expected, stderr);
        Assert.Contains("--help", stderr);
    }

    [Fact]
    public async Task A_silo_that_is_not_there_is_one_line()
    {
        var (status, stdout, stderr) = await Run("verify", "--url", "http://127.0.0.1:1", "--token", "t", "--json");
        Assert.Equal((1, ""), (status, stdout));
        Assert.StartsWith("no answer from http://127.0.0.1:1/", Assert.Single(stderr.Trim().Split('\n')));
    }

    [Fact]
    public async Task Without_token_or_key_it_says_what_to_pass()
    {
        var (status, _, stderr) = await Run("verify", "--data", "/nowhere");
        Assert.Equal(2, status);
        Assert.Contains("pass --token (or ALE_TOKEN), --data or --postgres", stderr);
    }

    [Fact]
    public async Task Verify_passes_on_the_report_and_its_verdict()
    {
        await using var silo = await FakeSilo.Start();
        silo.Verify = """
            {"progress":"streams 10"}
            {"ok":true,"checks":[{"name":"versions","ok":true,"rows":10}],"failures":[]}
            """;
        var good = await Run("verify", "--url", silo.Url, "--token", "t", "--json");
        silo.Verify = """
            {"progress":{"done":1}}
            {"ok":false,"checks":[],"failures":[{"stream":"sku-A1","check":"c","detail":"bad"}]}
            """;
        var bad = await Run("verify", "--url", silo.Url, "--token", "t");

        Assert.Equal(0, good.Status);
        Assert.Equal("verify: streams 10", good.Log.Trim());
        Assert.Equal(10, JsonNode.Parse(good.Out)!["checks"]![0]!["rows"]!.GetValue<int>());
        Assert.Equal(1, bad.Status);
        Assert.Contains("sku-A1: c: bad", bad.Out);
        Assert.EndsWith("FAILED", bad.Out.Trim());
    }

    [Theory]
    [InlineData("", "ended its answer before the report")]
    [InlineData("{\"progress\":1}\n", "ended its answer before the report")]
    [InlineData("oops\n", "cannot be read: oops")]
    public async Task A_verify_that_breaks_off_has_failed(string answer, string expected)
    {
        await using var silo = await FakeSilo.Start();
        silo.Verify = answer;
        var (status, stdout, stderr) = await Run("verify", "--url", silo.Url, "--token", "t", "--json");
        Assert.Equal((1, ""), (status, stdout));
        Assert.Contains(expected, stderr);
    }

    [Fact]
    public async Task A_demo_sells_pays_and_cancels_and_finds_stock_in_agreement()
    {
        await using var silo = await FakeSilo.Start();
        var (status, stdout, _) = await Run("demo", "--seconds", "2", "--url", silo.Url, "--token", "t", "--json");
        var report = JsonNode.Parse(stdout)!;

        Assert.Equal(0, status);
        Assert.True(report["paid"]!.GetValue<int>() > 50 && report["cancelled"]!.GetValue<int>() > 0);
        Assert.Equal(2, report["sessions"]!.GetValue<int>());
        Assert.Equal(0, report["oversold"]!.GetValue<int>());
        Assert.True(report["ok"]!.GetValue<bool>());
        Assert.Contains(report["skus"]!.AsArray(), s => s!["sold"]!.GetValue<int>() > 0);
        Assert.True(report["refused"]!["stock.sold_out"]!.GetValue<int>() > 0, "the limited SKU did not sell out");
    }

    [Fact]
    public async Task A_demo_notices_an_oversell()
    {
        await using var silo = await FakeSilo.Start();
        silo.Oversells = true;
        var (status, stdout, _) = await Run("demo", "--seconds", "2", "--url", silo.Url, "--token", "t");
        Assert.Equal(1, status);
        Assert.Contains("OVERSOLD", stdout);
    }

    [Fact]
    public async Task A_demo_in_the_silos_own_process_tells_all_on_one_console()
    {
        await using var silo = await FakeSilo.Start();
        silo.Before = async (context, request) =>
        {
            if (!request.Path.EndsWith("/start", StringComparison.Ordinal)) return false;
            await FakeSilo.Problem(context, StatusCodes.Status409Conflict, "session.gate", "no host");
            return true;
        };
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var console = new StringWriter();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Demo.Run(new Uri(silo.Url), "t", TextWriter.Synchronized(console), TimeSpan.FromMinutes(1),
                stop.Token));

        Assert.Contains("Evening show is not live: 409 session.gate", console.ToString());
        Assert.Contains("0 sessions live", console.ToString());
        Assert.Contains("paid", console.ToString());
    }
}
