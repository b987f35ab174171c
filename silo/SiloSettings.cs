using System.Net;
using System.Net.Sockets;
using Ale.Kernel;

namespace Ale;

/// <summary>Section <c>Ale</c>: what a silo is told at start. Checked once; the message says the fix.</summary>
internal sealed class SiloSettings
{
    /// <summary>Folder of everything that is kept without a database, and of local keys. Default <c>data</c>.</summary>
    public string Data { get; set; } = "data";

    /// <summary>Connection string of PostgreSQL 15 or later; absent: SQLite in the data folder, one silo.</summary>
    public string? Postgres { get; set; }

    /// <summary>Port that the other silos reach this one by; 0 picks a free one. Default 11111.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>Port for backends that are Orleans clients; whoever reaches it can call any grain. Default 0:
    /// none.</summary>
    public int GatewayPort { get; set; }

    /// <summary>Address under which the other silos reach this one. Default loopback.</summary>
    public string Advertise { get; set; } = "127.0.0.1";

    /// <summary>Silos of one cluster share it. Default <c>ale</c>.</summary>
    public string ClusterId { get; set; } = "ale";

    /// <summary>Folder of the policy files. Default: those that ship with the silo.</summary>
    public string Policy { get; set; } = Path.Combine(AppContext.BaseDirectory, "policy");

    /// <summary>Secret of the payment events' signatures, base64 of 32 bytes or more; absent: made once and
    /// kept.</summary>
    public string? PaymentsSecret { get; set; }

    /// <summary>Key of the journal's hash chain, base64 of 32 bytes or more; absent: made once and kept in the data
    /// folder.</summary>
    public string? AuditKey { get; set; }

    /// <summary>Takes a local signing key in Production too. Default false.</summary>
    public bool AllowLocalKey { get; set; }

    /// <summary>Moves the journal's clock, for tests; refused in Production. Default 0.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>False: neither projections nor reactions run on this silo; for measuring the writer alone.</summary>
    public bool Readers { get; set; } = true;

    /// <summary>
    /// Whether the dashboard can time grain calls, which it does while somebody looks at it. Default true; false saves
    /// every call a fifth of what it allocates and a tenth of its processor time, and the dashboard shows no rates.
    /// </summary>
    public bool Profile { get; set; } = true;

    /// <summary>How long readiness says no before the silo stops, 0 to 15 s. Default 0.</summary>
    public TimeSpan DrainFor { get; set; }

    public WriterLimits Writer { get; } = new();

    public bool UsesPostgres => !string.IsNullOrWhiteSpace(Postgres);

    public static SiloSettings From(IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection("Ale");
        var settings = new SiloSettings();
        try
        {
            section.Bind(settings);
            section.GetSection("Limits").Bind(settings.Writer);
            settings.PaymentsSecret = section["Payments:Secret"];
            settings.AuditKey = section["Audit:Key"];
            settings.AllowLocalKey = section.GetValue("Auth:AllowLocalKey", false);
            settings.ClockOffset = section.GetValue("Test:ClockOffset", TimeSpan.Zero);
        }
        catch (InvalidOperationException e)
        {
            throw new StartException($"{e.Message} {e.InnerException?.Message}".Trim());
        }

        settings.Check(environment.IsProduction(), section["Auth:Authority"] is { Length: > 0 });
        if (settings.SiloPort == 0) settings.SiloPort = FreePort();
        return settings;
    }

    private void Check(bool isProduction, bool hasAuthority)
    {
        if (string.IsNullOrWhiteSpace(Data)) throw new StartException(
            "Ale:Data names no folder; leave it out for 'data'.");
        if (SiloPort is < 0 or > 65_535) throw new StartException(
            $"Ale:SiloPort is {SiloPort}; give 0 to 65535, 0 for a free one.");
        if (GatewayPort is < 0 or > 65_535) throw new StartException(
            $"Ale:GatewayPort is {GatewayPort}; give 0 (none) to 65535.");
        if (!IPAddress.TryParse(Advertise, out _)) throw new StartException(
            $"Ale:Advertise is '{Advertise}'; give an IP address.");
        if (string.IsNullOrWhiteSpace(ClusterId)) throw new StartException(
            "Ale:ClusterId is empty; leave it out for 'ale'.");
        if (Writer.WaitingEventsMax < 1_000) throw new StartException(
            "Ale:Limits:WaitingEventsMax is below 1000 events.");
        if (Writer.FlushRowsMax is < 1 or > 10_000) throw new StartException(
            "Ale:Limits:FlushRowsMax is not 1 to 10000 rows.");
        if (Writer.RetryFor <= TimeSpan.Zero) throw new StartException("Ale:Limits:RetryFor is not a time above zero.");
        if (DrainFor < TimeSpan.Zero || DrainFor > TimeSpan.FromSeconds(15))
            throw new StartException("Ale:DrainFor is not a time from 0 to 15 s (00:00:05).");
        if (!isProduction) return;
        if (!hasAuthority && !AllowLocalKey)
        {
            throw new StartException("In Production tokens come from an OIDC authority: set Ale:Auth:Authority "
                + "(or Ale:Auth:AllowLocalKey=true, or ASPNETCORE_ENVIRONMENT=Development on your own machine).");
        }

        if (PaymentsSecret is null) throw new StartException("In Production Ale:Payments:Secret must be given.");
        if (AuditKey is null) throw new StartException("In Production Ale:Audit:Key must be given.");
        if (ClockOffset != TimeSpan.Zero) throw new StartException("Ale:Test:ClockOffset is refused in Production.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>The silo cannot start; the message is one line that says what to do.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
