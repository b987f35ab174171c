using Npgsql;

namespace Ale.Storage;

/// <summary>
/// The two connection pools of a silo on PostgreSQL. Membership and reminders have their own, so that a flood of sales
/// that fills the other one cannot get a living silo declared dead.
/// </summary>
internal sealed record PostgresSources(NpgsqlDataSource Work, NpgsqlDataSource Membership) : IAsyncDisposable
{
    private const int MembershipConnectionsMax = 8;
    private const int PreparedStatementsMax = 100;

    // Readers of the journal wait for the oldest open transaction: a forgotten one must not stop them for long.
    private const string SessionOptions = "-c idle_in_transaction_session_timeout=10s";

    /// <summary>
    /// Makes both pools; connects to nothing yet. The size of the first is the string's <c>Maximum Pool Size</c> (100).
    /// Throws <see cref="ArgumentException"/> with one line that says what is wrong; it never repeats the password.
    /// </summary>
    public static PostgresSources From(string? connectionString)
    {
        var work = Parse(connectionString);
        work.MaxAutoPrepare = PreparedStatementsMax;
        work.Options = string.IsNullOrWhiteSpace(work.Options) ? SessionOptions : $"{work.Options} {SessionOptions}";
        work.ApplicationName ??= "ale";
        var membership = new NpgsqlConnectionStringBuilder(work.ConnectionString)
        {
            ApplicationName = work.ApplicationName + "-membership",
            MinPoolSize = 0,
            MaxPoolSize = MembershipConnectionsMax,
        };
        return new(NpgsqlDataSource.Create(work), NpgsqlDataSource.Create(membership));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Work.DisposeAsync();
        await Membership.DisposeAsync();
    }

    private static NpgsqlConnectionStringBuilder Parse(string? text)
    {
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw Wrong(e.Message.ReplaceLineEndings(" "));
        }

        if (string.IsNullOrWhiteSpace(parsed.Host)) throw Wrong("Host is missing.");
        if (string.IsNullOrWhiteSpace(parsed.Database)) throw Wrong("Database is missing.");
        if (string.IsNullOrWhiteSpace(parsed.Username)) throw Wrong("Username is missing.");
        if (!parsed.Pooling) throw Wrong("Pooling=false opens a connection a statement; leave it out.");
        return parsed;
    }

    private static ArgumentException Wrong(string why) =>
        new($"Ale__Postgres is not usable: {why} Its form is Host=…;Port=5432;Database=…;Username=…;Password=…");
}
