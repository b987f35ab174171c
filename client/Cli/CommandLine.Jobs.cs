using System.CommandLine;

namespace Ale.Cli;

/// <summary>The verb <c>jobs</c>.</summary>
internal sealed partial class CommandLine
{
    private Command Jobs()
    {
        var verb = new Command("jobs", "Lists the scheduled jobs, each with its latest run.")
        {
            json,
            JobCommand("run", "Runs a job now, whatever its schedule says."),
            JobCommand("pause", "Pauses a job: its schedule begins no run."),
            JobCommand("resume", "Lets a paused job's schedule go on from now."),
            JobRuns(),
        };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            using var http = await Http(parsed, 1, ct);
            new Output(stdout, stderr, parsed.GetValue(json)).Print(await JobsVerb.Run(http, ct));
            return 0;
        }));
        return verb;
    }

    private Command JobCommand(string name, string description)
    {
        var code = JobCode();
        var verb = new Command(name, description) { code, json };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            using var http = await Http(parsed, 1, ct);
            var job = await JobsVerb.Command(http, parsed.GetRequiredValue(code), name, ct);
            new Output(stdout, stderr, parsed.GetValue(json)).Print(job);
            return 0;
        }));
        return verb;
    }

    private Command JobRuns()
    {
        var code = JobCode();
        var last = Number("--last", "How many, the latest first.", 20, 1, 10_000);
        var verb = new Command("runs", "Lists the runs of a job, the latest first.") { code, last, json };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            using var http = await Http(parsed, 1, ct);
            var runs = await JobsVerb.Runs(http, parsed.GetRequiredValue(code), parsed.GetValue(last), ct);
            new Output(stdout, stderr, parsed.GetValue(json)).Print(runs);
            return 0;
        }));
        return verb;
    }

    private static Argument<string> JobCode() => new("code")
    {
        Description = "The job's code, as ale jobs lists it.",
        CustomParser = result =>
        {
            if (!Limits.IsId(result.Tokens[0].Value)) result.AddError("code must be an id");
            return result.Tokens[0].Value;
        },
    };
}
