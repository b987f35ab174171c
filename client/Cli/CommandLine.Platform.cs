using System.CommandLine;
using Ale.Platforms;

namespace Ale.Cli;

/// <summary>The verb <c>platform</c>.</summary>
internal sealed partial class CommandLine
{
    /// <summary>A platform beside the silo, until it is stopped; prints <c>ready &lt;address&gt;</c> when it
    /// serves.</summary>
    private Command PlatformVerb()
    {
        var listen = new Option<Uri>("--listen")
        {
            Description = "Where it listens.",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8091"),
            CustomParser = ParseUrl,
        };
        var verb = new Command("platform", "Runs a small platform that can be told to err, to try the port with one.")
        {
            listen,
        };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            await using var app = PlatformApp.Build(parsed.GetRequiredValue(listen));
            await app.StartAsync(ct);
            await stdout.WriteLineAsync($"ready {app.Urls.First()}");
            await stdout.FlushAsync(ct);
            await app.WaitForShutdownAsync(ct);
            return 0;
        }));
        return verb;
    }
}
