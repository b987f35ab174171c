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

    /// <summary>How a placement is to be run; again changes nothing.</summary>
    Task Set(string platform, PlatformTerms terms, PlacementSetting setting, CancellationToken ct);
}

/// <summary>Asks where the terms say: an address or the folder.</summary>
internal sealed class PlatformApi(HttpPlatform http, FolderPlatform folder) : IPlatformApi
{
    public async Task<PlatformPage> Events(string platform, PlatformTerms terms, long after, CancellationToken ct)
    {
        var page = await Of(terms).Events(platform, terms, after, ct);
        return page.Version == PlatformWire.Version ? page : throw new PortAwayException(
            FormattableString.Invariant($"it speaks version {page.Version}, and we {PlatformWire.Version}"));
    }

    public Task Set(string platform, PlatformTerms terms, PlacementSetting setting, CancellationToken ct) =>
        Of(terms).Set(platform, terms, setting, ct);

    private IPlatformApi Of(PlatformTerms terms) => terms.Endpoint == PlatformTerms.Folder ? folder : http;
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

    public Task Set(string platform, PlatformTerms terms, PlacementSetting setting, CancellationToken ct) =>
        _http.Send(terms.Endpoint, $"placements/{setting.Placement}", configuration[$"Ale:Platforms:Keys:{platform}"],
            HttpMethod.Put, JsonContent.Create(setting, PlatformWireJson.Default.PlacementSetting),
            _ => Task.FromResult(true), ct);

    public void Dispose() => _http.Dispose();
}
