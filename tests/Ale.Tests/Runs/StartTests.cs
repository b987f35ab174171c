using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Ale.Runs;

/// <summary>A silo that cannot start says in one line what to do, and ends with status 2.</summary>
[Trait("needs", "server")]
public sealed class StartTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("ale-start-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_second_silo_on_a_data_folder_is_refused()
    {
        await using var silo = await SiloProcess.Start();
        await Refused("is in use by another silo", "Ale__Data", $"--Ale:Data={silo.Data}");
        (await silo.Http.Get("/health/ready", role: null)).Ok();
    }

    [Fact]
    public async Task A_journal_of_a_later_format_is_refused()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var silo = await SiloProcess.Start(database))
        await using (var source = NpgsqlDataSource.Create(database))
            await source.CreateCommand("update journal_format set version = 99").ExecuteNonQueryAsync();
        await Refused("holds format 99, and this build reads up to", "start the release that wrote it",
            $"--Ale:Postgres={database}", $"--Ale:Audit:Key={SiloArguments.AuditKey}");

        await using (var silo = await SiloProcess.Start()) Copied(silo.Data);
        var journal = $"Data Source={Path.Combine(_data, "own", "journal.db")};Pooling=false";
        await using (var file = new SqliteConnection(journal))
            await file.ExecuteAsync("update journal_format set version = 99");
        await Refused("holds format 99, and this build reads up to", "start the release that wrote it");

        void Copied(string from)
        {
            var own = Directory.CreateDirectory(Path.Combine(_data, "own")).FullName;
            foreach (var file in Directory.GetFiles(from, "journal.db*"))
                File.Copy(file, Path.Combine(own, Path.GetFileName(file)));
        }
    }

    [Fact]
    public async Task A_silo_that_is_told_to_end_says_not_ready_first_and_serves_on()
    {
        await using var silo = await SiloProcess.Start(null, "--Ale:DrainFor=00:00:05");
        (await silo.Http.Get("/health/ready", role: null)).Ok();
        silo.Terminate();
        var ready = () => silo.Http.Get("/health/ready", role: null);
        var reply = await ready.Until(r => (int)r.Status == 503, seconds: 4);
        Assert.Equal("stopping", (string?)reply.Json["checks"]!["silo"]);
        (await silo.Http.Get("/api/skus", role: "ops")).Ok();
        Assert.Equal(0, await silo.Ended());
    }

    [Fact]
    public async Task A_port_in_use_is_refused()
    {
        await using var silo = await SiloProcess.Start();
        await Refused("is in use", "--urls", $"--urls={silo.Address}");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await Refused($"silo port {port} is in use", "Ale__SiloPort", $"--Ale:SiloPort={port}");
        await Refused($"gateway port {port} is in use", "Ale__GatewayPort", $"--Ale:GatewayPort={port}");
    }

    [Fact]
    public Task A_data_folder_that_cannot_be_written_is_refused() =>
        Refused("cannot be written", "Ale__Data", "--Ale:Data=/proc/ale");

    [Fact]
    public async Task A_policy_file_that_cannot_be_used_is_refused()
    {
        await Refused("policy", "Ale__Policy", $"--Ale:Policy={Path.Combine(_data, "none")}");
        foreach (var file in Directory.GetFiles(Repository.At("deploy", "policy")))
            File.Copy(file, Path.Combine(_data, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(_data, "stock.json"), """{"stock.hold_seconds":"never"}""");
        await Refused("stock.json", "", $"--Ale:Policy={_data}");
    }

    [Theory]
    [InlineData("nonsense", "PostgreSQL")]
    [InlineData("Host=127.0.0.1;Port=1;Username=ale;Database=ale", "127.0.0.1:1")]
    [InlineData("Host=127.0.0.1;Port=1;Usernam=ale", "Usernam")]
    public Task A_database_that_cannot_be_reached_is_refused(string connection, string names) =>
        Refused(names, "Ale__Postgres", $"--Ale:Postgres={connection}");

    [Fact]
    public async Task A_database_that_is_not_there_and_a_wrong_audit_key_are_refused()
    {
        var server = await PostgresServer.Shared;
        await Refused("does not exist", "Ale__Postgres", $"--Ale:Postgres={server.ConnectionString("nowhere")}");
        var database = await server.NewDatabase();
        await using var silo = await SiloProcess.Start(database);
        await Refused("The audit key is not the one this journal was written with", "Ale__Audit__Key",
            $"--Ale:Postgres={database}", $"--Ale:Audit:Key={Convert.ToBase64String(new byte[32])}");
        await Refused("The audit key is missing", "Ale__Audit__Key", $"--Ale:Postgres={database}");
        Assert.False(File.Exists(Path.Combine(_data, "own", "audit.key")));
    }

    [Theory]
    [InlineData("Ale:Auth:Authority", "")]
    [InlineData("Ale:Payments:Secret", "--Ale:Auth:AllowLocalKey=true")]
    [InlineData("Ale:Audit:Key", "--Ale:Auth:AllowLocalKey=true", "--Ale:Payments:Secret=SECRET")]
    [InlineData("Ale:Test:ClockOffset", "--Ale:Auth:AllowLocalKey=true", "--Ale:Payments:Secret=SECRET",
        "--Ale:Audit:Key=SECRET", "--Ale:Test:ClockOffset=01:00:00")]
    public Task Production_wants_what_it_must_be_given(string names, params string[] settings) => Refused(
        names, "", ["--environment=Production",
            .. settings.Select(s => s.Replace("SECRET", SiloArguments.AuditKey, StringComparison.Ordinal))
                .Where(s => s.Length > 0)]);

    [Fact]
    public async Task A_short_secret_is_refused() =>
        await Refused("openssl rand -base64 32", "Ale:Audit:Key", "--Ale:Audit:Key=c2hvcnQ=");

    [Fact]
    public async Task Two_silos_that_begin_an_empty_database_together_both_serve()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var starts = new[] { SiloProcess.Start(database), SiloProcess.Start(database) };
        var silos = await Task.WhenAll(starts);
        foreach (var silo in silos) (await silo.Http.Get("/health/ready", role: null)).Ok();
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var count = source.CreateCommand("select count(*) from ale_secret where name = 'local_key'"))
            Assert.Equal(1L, await count.ExecuteScalarAsync());
        await silos[0].DisposeAsync();
        await silos[1].DisposeAsync();
    }

    /// <summary>One line that says what is wrong (<paramref name="why"/>) and what to change.</summary>
    private async Task Refused(string why, string fix, params string[] settings)
    {
        string[] otherwise =
        [
            "--urls=http://127.0.0.1:0", "--Ale:SiloPort=0", $"--Ale:Data={Path.Combine(_data, "own")}",
                "--environment=Development",
        ];
        using var silo = OtherProcess.Silo([.. otherwise, .. settings]);
        var status = await silo.End();
        Assert.True(status == 2, $"{status}: {silo.Errors}");
        Assert.Equal("", silo.Output);
        Assert.Single(silo.Errors.Split('\n'));
        Assert.StartsWith("ale: ", silo.Errors, StringComparison.Ordinal);
        Assert.Contains(why, silo.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(fix, silo.Errors, StringComparison.Ordinal);
    }
}
