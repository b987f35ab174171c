using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Ale.Edge;

namespace Ale.Cli;

/// <summary>
/// The command line <c>ale</c>. Results go to standard output (with <c>--json</c>: one object and nothing else),
/// everything else to standard error. Exit status: 0, <see cref="Failed"/> or <see cref="WrongUsage"/>.
/// </summary>
internal sealed partial class CommandLine
{
    public const int Failed = 1, WrongUsage = 2;

    /// <summary>Requests at a time when <c>--parallel</c> is not given, and the most that may be asked for.</summary>
    private const int ParallelDefault = 32, ParallelMax = 1_000;

    private const int HoursDefault = 12;

    /// <summary>Whose tokens these are when nobody is named.</summary>
    private const string Subject = "ale";

    private readonly Option<Uri> url = new("--url")
    {
        Description = "Where the silo listens.",
        DefaultValueFactory = _ => new Uri("http://localhost:8080"),
        CustomParser = ParseUrl,
        Recursive = true,
    };

    private readonly Option<string?> token = new("--token")
    {
        Description = "Bearer token (default: ALE_TOKEN, else one made from the local key).",
        Recursive = true,
    };

    private readonly Option<string> data = new("--data")
    {
        Description = "Data folder of the silo, where the local key lies.",
        DefaultValueFactory = _ => "data",
        Recursive = true,
    };

    private readonly Option<string?> postgres = new("--postgres")
    {
        Description = "Connection string of the silo's database; the local key is then read there.",
        Recursive = true,
    };

    private readonly Option<bool> json = new("--json") { Description = "Print one JSON object." };
    private readonly TextWriter stdout, stderr;
    private readonly TimeProvider time = TimeProvider.System;

    private CommandLine(TextWriter stdout, TextWriter stderr) => (this.stdout, this.stderr) = (stdout, stderr);

    /// <summary>Runs one verb and gives the exit status; no exception leaves.</summary>
    public static Task<int> Run(string[] args, TextWriter stdout, TextWriter stderr) =>
        new CommandLine(stdout, TextWriter.Synchronized(stderr)).Run(args);

    private async Task<int> Run(string[] args)
    {
        var root = new RootCommand("Ale: live commerce. Talks to a silo over HTTP.")
        {
            TokenVerb(),
            new Command("replay", "Sells recorded sales again.") { ReplayOrdersVerb() },
            DemoVerb(),
            Verify(),
            Jobs(),
            ShopVerb(),
            PlatformVerb(),
        };
        foreach (var option in new Option[] { url, token, data, postgres }) root.Options.Add(option);
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors) await stderr.WriteLineAsync(error.Message);
            await stderr.WriteLineAsync("ale --help lists the verbs, ale <verb> --help their options.");
            return WrongUsage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = stdout,
            Error = stderr,
            EnableDefaultExceptionHandler = false,
        });
    }

    private Command TokenVerb()
    {
        var role = new Option<string>("--role")
        {
            Description = "What the token may do.",
            Required = true,
            CustomParser = result =>
            {
                var given = result.Tokens[0].Value;
                if (!Access.Table.ContainsKey(given))
                    result.AddError($"'{given}' is no role; there are {string.Join(", ", Access.Table.Keys.Order())}");
                return given;
            },
        };
        var user = Id("--user", "Whose token (the subject); needed for the role user.");
        var hours = Number("--hours", "How long it holds.", HoursDefault, 1, LocalTokens.HoursMax);
        const string what = "Makes a token from the local key; it is the last line printed.";
        var verb = new Command("token", what) { role, user, hours };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(user) is null && result.GetResult(role)?.Tokens.Any(t => t.Value == "user") == true)
                result.AddError("the role user needs --user");
        });
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            await stdout.WriteLineAsync(await Mint(
                parsed, parsed.GetRequiredValue(role), parsed.GetValue(user) ?? Subject, parsed.GetValue(hours), ct));
            return 0;
        }));
        return verb;
    }

    private Command ReplayOrdersVerb()
    {
        var file = new Argument<string>("file") { Description = "A retail order file, CSV." };
        var market = Id("--market", "The market whose policy holds.");
        market.Required = true;
        var parallel = Number("--parallel", "Requests at a time.", ParallelDefault, 1, ParallelMax);
        var speed = new Option<double?>("--speed")
        {
            Description = "Recorded seconds a second, or max (the default).",
            CustomParser = ParseSpeed,
        };
        var verb = new Command("orders", "Replays a retail order file.") { file, market, parallel, speed, json };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            var retail = Open(parsed.GetRequiredValue(file));
            var output = new Output(stdout, stderr, parsed.GetValue(json));
            var limit = parsed.GetValue(parallel);
            using var http = await Http(parsed, limit, ct);
            var replay = new ReplayOrders(
                http, retail, parsed.GetRequiredValue(market), limit, parsed.GetValue(speed), stderr, time);
            var report = await WithProgress(() => replay.Progress, replay.Run(ct));
            output.Print(report);
            return report.Refused.Count == 0 ? 0 : Failed;
        }));
        return verb;
    }

    private Command DemoVerb()
    {
        var seconds = Number("--seconds", "How long it sells.", 60, 1, 24 * 3600);
        var verb = new Command("demo", "Sells a made-up evening, to be watched.") { seconds, json };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            var output = new Output(stdout, stderr, parsed.GetValue(json));
            using var http = await Http(parsed, ParallelDefault, ct);
            var demo = new Demo(http, TimeSpan.FromSeconds(parsed.GetValue(seconds)), stderr.WriteLine, time);
            var report = await demo.Run(ct);
            output.Print(report);
            return report.Ok ? 0 : Failed;
        }));
        return verb;
    }

    private Command Verify()
    {
        var verb = new Command("verify", "Lets the silo check its journal against everything made from it.") { json };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            using var http = await Http(parsed, 1, ct);
            var report = await VerifyVerb.Run(http, stderr, ct);
            new Output(stdout, stderr, parsed.GetValue(json)).Print(report);
            return report.Ok ? 0 : Failed;
        }));
        return verb;
    }

    private async Task<AleHttp> Http(ParseResult parsed, int connectionsMax, CancellationToken ct)
    {
        var given = parsed.GetValue(token) ?? Environment.GetEnvironmentVariable("ALE_TOKEN");
        if (string.IsNullOrWhiteSpace(given)) given = await Mint(parsed, "ops", Subject, HoursDefault, ct);
        return new AleHttp(parsed.GetRequiredValue(url), given.Trim(), connectionsMax, time);
    }

    private async Task<string> Mint(ParseResult parsed, string role, string user, int hours, CancellationToken ct)
    {
        var key = await LocalKeySource.Read(parsed.GetRequiredValue(data), parsed.GetValue(postgres), ct);
        return LocalTokens.Mint(key, role, user, hours, time.GetUtcNow());
    }

    private static RetailFile Open(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return RetailFile.Read(file);
        }
        catch (RetailFileException e)
        {
            throw new CommandFailed($"{path}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandFailed($"cannot read '{path}': {e.Message}");
        }
    }

    private async Task<T> WithProgress<T>(Func<string> progress, Task<T> work)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        var tick = timer.WaitForNextTickAsync().AsTask();
        while (await Task.WhenAny(work, tick) == tick)
        {
            await stderr.WriteLineAsync(progress());
            tick = timer.WaitForNextTickAsync().AsTask();
        }
        return await work;
    }

    private async Task<int> Guard(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (CommandFailed e)
        {
            await stderr.WriteLineAsync(e.Message);
            return e.Status;
        }
        catch (OperationCanceledException)
        {
            await stderr.WriteLineAsync("stopped");
            return Failed;
        }
    }

    private static Option<int> Number(string name, string description, int otherwise, int min, int max) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                && value >= min && value <= max) return value;
            result.AddError($"{name} must be a whole number between {min} and {max}");
            return otherwise;
        },
    };

    private static Option<string> Id(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (!Limits.IsId(result.Tokens[0].Value)) result.AddError($"{name} must be an id");
            return result.Tokens[0].Value;
        },
    };

    private static Uri? ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        result.AddError($"'{text}' is no http or https address");
        return null;
    }

    private static double? ParseSpeed(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "max") return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed)
            && speed is > 0 and <= 1e9) return speed;
        result.AddError("--speed is max or a positive number of recorded seconds a second");
        return null;
    }
}
