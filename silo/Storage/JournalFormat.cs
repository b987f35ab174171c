using System.Data.Common;
using Dapper;

namespace Ale.Storage;

/// <summary>
/// The version of what the journal holds. A new event or property is first released readable (<see cref="Reads"/> goes
/// up), and written a release later (<see cref="Writes"/> goes up). The journal names the highest version that a silo
/// has begun to write; a build that cannot read it does not start.
/// </summary>
internal sealed record JournalFormat(int Reads, int Writes)
{
    /// <summary>This build's.</summary>
    public static readonly JournalFormat Own = new(1, 1);

    /// <summary>Refuses a journal of a later version, and names this build's in one of an earlier.</summary>
    /// <exception cref="StartException">The journal needs a later build.</exception>
    public async Task Claim(DbConnection connection)
    {
        var named = await connection.ExecuteScalarAsync<int>("select max(version) from journal_format");
        if (named > Reads)
        {
            throw new StartException($"The journal holds format {named}, and this build reads up to {Reads}: "
                + "start the release that wrote it, or a later one.");
        }

        await connection.ExecuteAsync("update journal_format set version = @Writes where version < @Writes", this);
    }
}
