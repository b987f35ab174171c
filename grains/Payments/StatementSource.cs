using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;

namespace Ale.Payments;

/// <summary>Where the acquirer's statements come from: a port.</summary>
internal interface IStatementSource
{
    /// <summary>The lines of a day's statement; null: it is not there yet.</summary>
    /// <exception cref="StatementException">It is there and cannot be read.</exception>
    Task<ImmutableArray<StatementLine>?> Read(DateOnly day, CancellationToken ct);
}

/// <summary>A statement cannot be read; the message names the line at fault.</summary>
internal sealed class StatementException(string message) : Exception(message);

/// <summary>
/// Reads JSON lines that the acquirer's adapter, or somebody, puts into the folder <c>Ale:Payments:Statements</c>, as
/// <c>2026-06-18.jsonl</c>; one that is still being written has another name until it is whole.
/// </summary>
internal sealed class FolderStatements(IConfiguration configuration) : IStatementSource
{
    public async Task<ImmutableArray<StatementLine>?> Read(DateOnly day, CancellationToken ct)
    {
        if (configuration["Ale:Payments:Statements"] is not { Length: > 0 } folder) return null;
        var path = Path.Combine(folder, $"{SettlementKeys.KeyOf(day)}.jsonl");
        return File.Exists(path) ? await Parse(File.ReadLinesAsync(path, ct)) : null;
    }

    /// <summary>The lines; an empty one is passed over.</summary>
    public static async Task<ImmutableArray<StatementLine>> Parse(IAsyncEnumerable<string> text)
    {
        var (lines, no) = (ImmutableArray.CreateBuilder<StatementLine>(), 0);
        await foreach (var line in text)
        {
            no++;
            if (line.Length == 0) continue;
            if (lines.Count == ISettlementGrain.LinesMax)
                throw new StatementException($"It has more than {ISettlementGrain.LinesMax} lines.");
            try
            {
                lines.Add(JsonSerializer.Deserialize(line, StatementJson.Default.StatementLine)
                    ?? throw new JsonException("there is nothing"));
            }
            catch (JsonException e)
            {
                throw new StatementException(string.Create(CultureInfo.InvariantCulture, $"Line {no}: {e.Message}"));
            }
        }

        return lines.ToImmutable();
    }
}

/// <summary>Whoever writes a statement is told what is missing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StatementLine))]
internal sealed partial class StatementJson : JsonSerializerContext;
