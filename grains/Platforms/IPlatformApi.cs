using System.Net.Http.Json;
using System.Text.Json;
using Ale.Kernel;
using Microsoft.Extensions.Configuration;

namespace Ale.Platforms;

/// <summary>A platform's adapter (TEC-10): a port. Whatever it cannot do is a <see cref="PortAwayException"/>.</summary>
internal interface IPlatformApi
{
    /// <summary>Events after a number, in order, at most <see cref="PlatformWire.PageMax"/>.</summary>
    Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct);
}

/// <summary>Asks where the terms say: an address or the folder.</summary>
internal sealed class PlatformApi(HttpPlatform http, FolderPlatform folder) : IPlatformApi
{
    public async Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct)
    {
        IPlatformApi api = terms.Endpoint == PlatformTerms.Folder ? folder : http;
        var page = await api.Events(platform, terms, after, ct);
        return page.Version == PlatformWire.Version ? page : throw new PortAwayException(
            FormattableString.Invariant($"it speaks version {page.Version}, and we {PlatformWire.Version}"));
    }
}

/// <summary>
/// Speaks <see cref="PlatformWire"/>. The key of a platform, if it wants one, stands in the configuration as
/// <c>Ale:Platforms:Keys:&lt;id&gt;</c> and is sent as bearer.
/// </summary>
internal sealed class HttpPlatform(IConfiguration configuration) : IPlatformApi, IDisposable
{
    private readonly PortHttp _http = new();

    public Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct) =>
        _http.Send(terms.Endpoint, FormattableString.Invariant($"events?after={after}&limit={PlatformWire.PageMax}"),
            configuration[$"Ale:Platforms:Keys:{platform}"], HttpMethod.Get, null, async content =>
                await content.ReadFromJsonAsync(PlatformWireJson.Default.PlatformPage, ct)
                ?? throw new JsonException("null"), ct);

    public void Dispose() => _http.Dispose();
}

/// <summary>
/// Reads JSON lines that somebody puts into a folder, <c>Ale:Platforms:Folder</c>, as <c>douyin.jsonl</c>: what a
/// platform lets its customers download. An event's number is that of its line; lines are only ever added.
/// </summary>
internal sealed class FolderPlatform(IConfiguration configuration) : IPlatformApi
{
    private const int LineMax = 16 * 1024;

    public async Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct)
    {
        if (configuration["Ale:Platforms:Folder"] is not { Length: > 0 } folder)
            throw new PortAwayException("there is no folder: set Ale:Platforms:Folder");
        var path = Path.Combine(folder, $"{platform}.jsonl"); // an id has neither slashes nor leading dots
        if (!File.Exists(path)) throw new PortAwayException($"there is no {platform}.jsonl in the folder");
        var (events, line) = (new List<PlatformEvent>(), 0L);
        using var reader = new StreamReader(new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        for (var text = await reader.ReadLineAsync(ct); text is not null;)
        {
            var following = await reader.ReadLineAsync(ct);
            line++;
            if (line > after && events.Count < PlatformWire.PageMax)
            {
                if (Read(text, line) is { } e) events.Add(e);
                else if (following is null) line--; // it is still being written
                else throw new PortAwayException(FormattableString.Invariant($"line {line} is no event"));
            }

            text = following;
        }

        return new(PlatformWire.Version, [.. events], line);
    }

    private static PlatformEvent? Read(string text, long line)
    {
        if (text.Length > LineMax) return null;
        try
        {
            return JsonSerializer.Deserialize(text, PlatformWireJson.Default.PlatformEvent) is { } e
                ? e with { Seq = line } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
