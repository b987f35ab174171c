using System.Text.Json;

namespace Ale.Cli;

/// <summary>
/// Asks the silo to fold its journal anew and compare. The answer is read line by line: <c>{"progress":…}</c> while it
/// works, and last the report.
/// </summary>
internal static class VerifyVerb
{
    public static async Task<VerifyReport> Run(AleHttp http, TextWriter log, CancellationToken ct)
    {
        VerifyReport? report = null;
        await http.PostLines("api/verify", $"verify-{Guid.NewGuid():N}", line =>
        {
            using var json = Parse(line);
            if (json.RootElement.TryGetProperty("progress", out var progress)) log.WriteLine($"verify: {progress}");
            else if (json.RootElement.TryGetProperty("problem", out var problem))
                throw new CommandFailed($"the silo gave the check up: {problem}");
            else report = Report(json);
        }, ct);
        return report ?? throw new CommandFailed("the silo ended its answer before the report");
    }

    private static JsonDocument Parse(string line)
    {
        try
        {
            var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
        }
        catch (JsonException)
        {
            // Falls through to the one failure that both cases are.
        }
        throw new CommandFailed($"the silo's answer cannot be read: {line}");
    }

    private static VerifyReport Report(JsonDocument json)
    {
        try
        {
            var report = json.Deserialize(CliJson.Default.VerifyReport)!;
            return report with
            {
                Checks = report.Checks.IsDefault ? [] : report.Checks,
                Failures = report.Failures.IsDefault ? [] : report.Failures,
            };
        }
        catch (JsonException e)
        {
            throw new CommandFailed($"the silo's report cannot be read: {e.Message}");
        }
    }
}
