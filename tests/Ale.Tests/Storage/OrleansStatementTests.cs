using System.Text.RegularExpressions;
using Dapper;
using Xunit;

namespace Ale.Storage;

/// <summary>
/// Each statement uses the parameters that Orleans gives for its key, under their names: a misspelt one would be an
/// operator before a column in PostgreSQL.
/// </summary>
[Trait("needs", "server")]
public sealed partial class OrleansStatementTests
{
    private const string Grain = "GrainIdHash GrainIdN0 GrainIdN1 GrainTypeString GrainIdExtensionString ServiceId ";
    private const string Member = "DeploymentId Address Port Generation ";

    private static readonly Dictionary<string, string> Persistent = new()
    {
        ["ReadFromStorageKey"] = Grain,
        ["WriteToStorageKey"] = Grain + "GrainStateVersion PayloadBinary",
        ["ClearStorageKey"] = Grain + "GrainStateVersion",
        ["DeleteStorageKey"] = Grain + "GrainStateVersion",
        ["ReadReminderRowsKey"] = "ServiceId GrainId",
        ["ReadReminderRowKey"] = "ServiceId GrainId ReminderName",
        ["ReadRangeRows1Key"] = "ServiceId BeginHash EndHash",
        ["ReadRangeRows2Key"] = "ServiceId BeginHash EndHash",
        ["UpsertReminderRowKey"] = "ServiceId GrainHash GrainId ReminderName StartTime Period",
        ["DeleteReminderRowKey"] = "ServiceId GrainId ReminderName Version",
        ["DeleteReminderRowsKey"] = "ServiceId",
    };

    private static readonly Dictionary<string, string> Membership = new()
    {
        ["GatewaysQueryKey"] = "DeploymentId Status",
        ["MembershipReadRowKey"] = Member,
        ["MembershipReadAllKey"] = "DeploymentId",
        ["InsertMembershipVersionKey"] = "DeploymentId",
        ["UpdateIAmAlivetimeKey"] = Member + "IAmAliveTime",
        ["InsertMembershipKey"] = Member + "IAmAliveTime SiloName HostName StartTime Status ProxyPort Version",
        ["UpdateMembershipKey"] = Member + "IAmAliveTime Status SuspectTimes Version",
        ["DeleteMembershipTableEntriesKey"] = "DeploymentId",
        ["CleanupDefunctSiloEntriesKey"] = "DeploymentId IAmAliveTime",
        ["CleanupDefunctSiloEntryKey"] = Member + "SuspectTimes StartTime IAmAliveTime",
    };

    [Theory, InlineData(OrleansTables.Postgres), InlineData(OrleansTables.Sqlite)]
    public async Task Statements_use_all_parameters_of_their_key_and_no_other(string engine)
    {
        await using var tables = await OrleansTables.On(engine);
        await using var connection = await tables.Connect();
        var rows = await connection.QueryAsync<(string Key, string Text)>(
            "select QueryKey, QueryText from OrleansQuery");

        var expected = engine == OrleansTables.Postgres ? Persistent.Concat(Membership) : Persistent;

        Assert.Equal(
            expected.Select(e => $"{e.Key}: {Sorted(e.Value.Trim().Split(' '))}").Order(),
            rows.Select(r => $"{r.Key}: {Sorted(Used(r.Text))}").Order());
    }

    [Fact]
    public async Task No_column_has_the_name_of_a_placeholder()
    {
        await using var tables = await OrleansTables.On(OrleansTables.Postgres);
        await using var connection = await tables.Connect();
        var columns = await connection.QueryAsync<string>(
            "select column_name from information_schema.columns where table_name like 'orleans\\_%'");
        var placeholders = Persistent.Concat(Membership).SelectMany(e => e.Value.Split(' '));

        Assert.Empty(columns.Intersect(placeholders, StringComparer.OrdinalIgnoreCase));
        Assert.NotEmpty(columns);
    }

    private static IEnumerable<string> Used(string text) =>
        Placeholder().Matches(text).Select(m => m.Groups[1].Value);

    private static string Sorted(IEnumerable<string> names) => string.Join(' ', names.Distinct().Order());

    [GeneratedRegex("@([A-Za-z0-9]+)")]
    private static partial Regex Placeholder();
}
