using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Ale.Storage;

/// <summary>Where Orleans keeps what is its own: who is in the cluster, reminders, plain grain state.</summary>
internal static class OrleansStorage
{
    /// <summary>Storage of plain state: <c>[PersistentState("name", "plain")]</c>; the default too.</summary>
    public const string Plain = "plain";

    private const string Unguarded = "plain-unguarded";

    /// <summary>
    /// Many silos: membership, reminders and plain state in PostgreSQL, where
    /// <see cref="Migrations.Postgres(NpgsqlDataSource)"/> must have run. <paramref name="membership"/> serves
    /// membership and reminders alone.
    /// </summary>
    public static ISiloBuilder UsePostgresCluster(
        this ISiloBuilder silo, NpgsqlDataSource membership, NpgsqlDataSource work)
    {
        const string Invariant = "Npgsql";
        silo.UseAdoNetClustering(options => (options.Invariant, options.DataSource) = (Invariant, membership));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.DataSource) = (Invariant, membership));
        return silo.AddPlainStorage(options => (options.Invariant, options.DataSource) = (Invariant, work));
    }

    /// <summary>
    /// One silo: reminders and plain state in a SQLite file, on which <see cref="Migrations.Sqlite(string, string)"/>
    /// for <c>orleans</c> must have run; the host brings the membership.
    /// </summary>
    public static ISiloBuilder UseSqliteStorage(this ISiloBuilder silo, string orleansDbPath)
    {
        const string Invariant = "System.Data.SQLite"; // Orleans loads Microsoft.Data.Sqlite under this name
        var file = new SqliteConnectionStringBuilder { DataSource = orleansDbPath }.ConnectionString;
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, file));
        return silo.AddPlainStorage(options => (options.Invariant, options.ConnectionString) = (Invariant, file));
    }

    private static ISiloBuilder AddPlainStorage(this ISiloBuilder silo, Action<AdoNetGrainStorageOptions> place)
    {
        silo.AddAdoNetGrainStorage(Unguarded, options =>
        {
            place(options);
            options.GrainStorageSerializer = new JsonStateSerializer();
        });
        silo.Services.AddGrainStorage(Plain, Guarded);
        silo.Services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, Guarded);
        return silo;

        static IGrainStorage Guarded(IServiceProvider services, string name) =>
            new GuardedStorage(services.GetRequiredKeyedService<IGrainStorage>(Unguarded));
    }

    /// <summary>Plain state as JSON, enums by name; the property names are the stored format.</summary>
    private sealed class JsonStateSerializer : IGrainStorageSerializer
    {
        private static readonly JsonSerializerOptions json = new() { Converters = { new JsonStringEnumConverter() } };

        public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, json));

        public T Deserialize<T>(BinaryData input) => input.ToObjectFromJson<T>(json)
            ?? throw new JsonException($"A stored {typeof(T)} is JSON null.");
    }
}
