namespace Ale;

/// <summary>What a silo of the tests is started with.</summary>
internal static class SiloArguments
{
    /// <summary>All silos on one database must have the same; a process alone would make its own.</summary>
    public static readonly string AuditKey = Convert.ToBase64String("the audit key of all tests, 32 b+"u8);

    public static IEnumerable<string> Of(string data, string? postgres, int port = 0, int siloPort = 0,
        string host = "127.0.0.1")
    {
        yield return $"--urls=http://{host}:{port}";
        yield return $"--Ale:SiloPort={siloPort}";
        yield return $"--Ale:Advertise={host}";
        yield return $"--Ale:Data={data}";
        yield return $"--Ale:Audit:Key={AuditKey}";
        yield return "--environment=Development";
        yield return "--Logging:Console:LogLevel:Default=Error";
        if (postgres is not null) yield return $"--Ale:Postgres={postgres}";
    }
}
