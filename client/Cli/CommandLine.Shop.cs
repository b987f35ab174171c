using System.CommandLine;
using Ale.Shops;

namespace Ale.Cli;

/// <summary>The verb <c>shop</c>.</summary>
internal sealed partial class CommandLine
{
    /// <summary>A shop beside the silo, until it is stopped; prints <c>ready &lt;address&gt;</c> when it serves.</summary>
    private Command ShopVerb()
    {
        var id = Id("--id", "The shop's id at the silo, whom it tells its movements; absent: it waits to be asked.");
        var listen = new Option<Uri>("--listen")
        {
            Description = "Where it listens.",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8090"),
            CustomParser = ParseUrl,
        };
        var file = new Option<string>("--file")
        {
            Description = "Where its books are.",
            DefaultValueFactory = _ => "shop.jsonl",
        };
        var verb = new Command("shop", "Runs a small shop with a stock ledger of its own, to try the sync with one.")
        {
            id, listen, file,
        };
        verb.SetAction((parsed, ct) => Guard(async () =>
        {
            (Uri, string)? tell = null;
            if (parsed.GetValue(id) is { } shop)
            {
                var given = parsed.GetValue(token) ?? Environment.GetEnvironmentVariable("ALE_TOKEN");
                if (string.IsNullOrWhiteSpace(given)) given = await Mint(parsed, "service", shop, HoursDefault, ct);
                tell = (new Uri(parsed.GetRequiredValue(url), $"/api/shops/{shop}/movements"), given.Trim());
            }

            await using var app = ShopApp.Build(parsed.GetRequiredValue(listen), parsed.GetRequiredValue(file), tell);
            await app.StartAsync(ct);
            await stdout.WriteLineAsync($"ready {app.Urls.First()}");
            await stdout.FlushAsync(ct);
            await app.WaitForShutdownAsync(ct);
            return 0;
        }));
        return verb;
    }
}
