using Ale.Kernel;
using Npgsql;

namespace Ale.Storage;

/// <summary>Which of PostgreSQL's faults leave open whether the statement took effect.</summary>
internal static class PostgresFaults
{
    public static async Task<T> Guard<T>(Func<Task<T>> work)
    {
        try { return await work(); }
        catch (Exception e) when (IsLost(e)) { throw new StoreLostException(e.Message, e); }
    }

    /// <summary>Whether the statement's outcome is unknown, or the server was merely not ready for it.</summary>
    public static bool IsLost(Exception e) => e switch
    {
        PostgresException p => p.SqlState.StartsWith("08", StringComparison.Ordinal)
            || p.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || p.SqlState is "53300" or "57014" or "40001" or "40P01",
        NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException => true,
        InvalidOperationException i => i.Message.Contains("onnection", StringComparison.Ordinal), // broken or closed
        _ => false,
    };
}
