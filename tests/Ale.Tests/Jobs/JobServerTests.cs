using System.Text.Json.Nodes;
using Ale.Cli;
using Ale.Edge;
using Xunit;

namespace Ale.Jobs;

/// <summary>The nightly check in whole silos (TEC-05).</summary>
[Trait("needs", "server")]
public sealed class JobServerTests
{
    [Fact]
    public async Task TEC_05_A_job_that_came_due_while_no_silo_ran_is_run_once_and_marked_late()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        DateTimeOffset dueAt;
        await using (var before = await TestSilo.Start(database))
        {
            var known = await Job(before).Until(a => a.Status == 200);
            dueAt = (DateTimeOffset)known.Json["nextAt"]!;
            Assert.Equal("Asia/Shanghai", (string?)known.Json["timeZone"]);
            Assert.Empty(known.Json["runs"]!.AsArray());
        }

        var away = dueAt - TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(2) + TimeSpan.FromMinutes(20);
        await using (var after = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={away:c}"))
        {
            var ran = (await Job(after).Until(Ended, 60)).Json;
            var run = Assert.Single(ran["runs"]!.AsArray())!;
            Assert.Equal(("done", 2, "scheduled"),
                ((string)run["state"]!, (int)run["missed"]!, (string)run["kind"]!));
            Assert.Equal(dueAt.AddDays(2), (DateTimeOffset)run["dueAt"]!);
            Assert.InRange((int)run["lateSeconds"]!, 20 * 60, 25 * 60);
            Assert.Equal(dueAt.AddDays(3), (DateTimeOffset)ran["nextAt"]!);
            Assert.Contains("checks of", (string)run["note"]!);
        }

        await using var again = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={away:c}");
        Assert.Single((await Job(again).Until(Ended, 60)).Json["runs"]!.AsArray());
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task TEC_05_A_person_runs_pauses_and_resumes_and_the_ledger_has_it(string store)
    {
        var silo = await TestSilo.On(store);
        await Job(silo).Until(a => a.Status == 200);
        await Job(silo).Until(a => a.Json["current"] is null, 180);
        var asked = await silo.Http.Post("/api/jobs/verify/run", role: "ops", subject: "ann",
            headers: ("Idempotency-Key", $"{store}-1"));
        var id = (string)asked.Ok().Json["current"]!["runId"]!;
        Assert.Equal($"verify:by:{store}-1", id);
        var repeat = await silo.Http.Post("/api/jobs/verify/run", role: "ops", subject: "ann",
            headers: ("Idempotency-Key", $"{store}-1"));
        Assert.Equal(asked.Text, repeat.Ok().Text);

        var ran = (await Job(silo).Until(a => Runs(a).Any(r => (string?)r!["runId"] == id), 180)).Json;
        var run = ran["runs"]!.AsArray().Single(r => (string?)r!["runId"] == id)!;
        Assert.Equal("ann", (string?)run["actor"]);
        Assert.NotNull(run["endedAt"]);
        var ledger = () => silo.Http.Get("/api/jobs/verify/runs", "ops");
        var listed = await ledger.Until(a => a.Json["items"]!.AsArray()
            .Any(r => (string?)r!["runId"] == id && r["endedAt"] is not null));
        Assert.Equal(run.ToJsonString(),
            listed.Json["items"]!.AsArray().First(r => (string?)r!["runId"] == id)!.ToJsonString());

        (await silo.Http.Post("/api/jobs/verify/pause", role: "ops")).Ok();
        (await silo.Http.Post("/api/jobs/verify/pause", role: "ops")).IsProblem(409, "job.already_paused");
        Assert.True((bool)(await Job(silo)()).Json["isPaused"]!);
        (await silo.Http.Post("/api/jobs/verify/resume", role: "ops")).Ok();
        (await silo.Http.Post("/api/jobs/verify/resume", role: "ops")).IsProblem(409, "job.not_paused");
        (await silo.Http.Post("/api/jobs/none/run", role: "ops")).IsProblem(404, "job.unknown");
        (await silo.Http.Post("/api/jobs/verify/run", role: "service")).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task TEC_05_A_run_whose_silo_is_killed_is_finished_by_another()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var first = await SiloProcess.Start(database);
        var here = () => first.Http.Get("/api/jobs/verify", "ops");
        await here.Until(a => a.Status == 200); // the grain lives there: there is no other silo yet
        await using var second = await TestSilo.Start(database);
        (await first.Http.Post("/api/jobs/verify/run", role: "ops", headers: ("Idempotency-Key", "k"))).Ok();
        await first.Kill();
        var run = Runs(await Job(second).Until(a => a.Status == 200 && Ended(a), 120))[0]!;
        Assert.Equal(("verify:by:k", "done"), ((string)run["runId"]!, (string)run["state"]!));
    }

    [Fact]
    public async Task The_command_line_lists_the_jobs()
    {
        var silo = await TestSilo.Sqlite;
        var list = () => silo.Http.Get("/api/jobs", "ops");
        await list.Until(a => a.Status == 200 && a.Json["items"]!.AsArray().Count > 0);
        string[] to = ["jobs", "--url", silo.Address.ToString(), "--token", silo.Http.Token("ops")];
        using var table = new StringWriter();
        using var json = new StringWriter();
        using var log = new StringWriter();
        Assert.Equal(0, await CommandLine.Run(to, table, log));
        Assert.Equal(0, await CommandLine.Run([.. to, "--json"], json, log));
        Assert.Equal("", log.ToString());
        Assert.Contains("verify", table.ToString());
        var job = JsonNode.Parse(json.ToString())!["jobs"]!.AsArray().Single(j => (string)j!["code"]! == "verify")!;
        Assert.Equal(("verify", "30 4 * * *"), ((string)job["code"]!, (string)job["cron"]!));
    }

    [Fact]
    public async Task TEC_05_The_command_line_runs_pauses_and_resumes_a_job_and_lists_its_runs()
    {
        await using var silo = await TestSilo.Start();
        await Job(silo).Until(a => a.Status == 200);
        async Task<(int Status, string Out, string Log)> Ale(params string[] args)
        {
            using var stdout = new StringWriter();
            using var stderr = new StringWriter();
            var status = await CommandLine.Run(["jobs", .. args, "--url", silo.Address.ToString(), "--token",
                silo.Http.Token("ops", "olga")], stdout, stderr);
            return (status, stdout.ToString(), stderr.ToString());
        }

        var run = await Ale("run", "phase-gate", "--json");
        Assert.Equal((0, ""), (run.Status, run.Log));
        var id = (string)JsonNode.Parse(run.Out)!["current"]!["runId"]!;
        Assert.StartsWith("phase-gate:by:ale-", id, StringComparison.Ordinal);
        var runs = () => Ale("runs", "phase-gate", "--json");
        var ledger = await runs.Until(a => a.Out.Contains("\"done\"", StringComparison.Ordinal), 30);
        var listed = JsonNode.Parse(ledger.Out)!["runs"]!.AsArray().Single(r => (string)r!["runId"]! == id)!;
        Assert.Equal(("olga", "No phase has begun."), ((string)listed["actor"]!, (string)listed["note"]!));
        var table = await Ale("runs", "phase-gate", "--last", "1");
        Assert.Contains($"{id}: No phase has begun.", table.Out, StringComparison.Ordinal);

        Assert.Contains("paused", (await Ale("pause", "phase-gate")).Out, StringComparison.Ordinal);
        var twice = await Ale("pause", "phase-gate");
        Assert.Equal((1, ""), (twice.Status, twice.Out));
        Assert.StartsWith("409 job.already_paused", twice.Log, StringComparison.Ordinal);
        Assert.Contains("waiting", (await Ale("resume", "phase-gate")).Out, StringComparison.Ordinal);
        foreach (var verb in new[] { "run", "pause", "resume", "runs" })
        {
            var unknown = await Ale(verb, "none");
            Assert.Equal((1, ""), (unknown.Status, unknown.Out));
            Assert.StartsWith("404 job.unknown", unknown.Log, StringComparison.Ordinal);
        }

        var wrong = await Ale("run", "no/job");
        Assert.Equal(2, wrong.Status);
        Assert.StartsWith("code must be an id", wrong.Log, StringComparison.Ordinal);
        Assert.Equal(2, (await Ale("run")).Status);
    }

    private static Func<Task<Answer>> Job(TestSilo silo) => () => silo.Http.Get("/api/jobs/verify", "ops");

    private static JsonArray Runs(Answer answer) => answer.Json["runs"]!.AsArray();

    private static bool Ended(Answer answer) =>
        answer.Status == 200 && answer.Json["current"] is null && Runs(answer).Count > 0;
}
